"""Calls of language models."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from orchestrator.storage.models.declaration import EMPTY_OBJECT, NOW, Base, one_of


class LlmRequest(Base):
    """One call of a language model, committed as soon as it has ended, whatever becomes of its step."""

    __tablename__ = "llm_requests"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    job_id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    step_id: Mapped[int]
    agent: Mapped[str]
    purpose: Mapped[str]
    endpoint: Mapped[str]
    model: Mapped[str]
    prompt_tokens: Mapped[int]
    completion_tokens: Mapped[int]
    estimated: Mapped[bool] = mapped_column(server_default=text("false"))
    """The endpoint did not say how many tokens there were: they are counted by characters."""
    duration_ms: Mapped[int]
    http_status: Mapped[int | None]
    error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    question_sha256: Mapped[str | None]
    answer: Mapped[dict[str, Any] | None]
    """What was said, {content, cut_off}, for who repeats the step; gone with the end of the job."""

    __table_args__ = (Index("ix_llm_requests_job", "job_id", "step_id"),)


class LlmEndpoint(Base):
    """What all processes know of a language model's endpoint: its breaker, its pauses, the dialect that it speaks.

    While `probe_until` lies ahead, the holder of `probe_token` tries whether it answers again and nobody else may.
    """

    __tablename__ = "llm_endpoints"

    url: Mapped[str] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    breaker_state: Mapped[str] = mapped_column(server_default="closed")
    breaker_failures: Mapped[int] = mapped_column(server_default="0")
    breaker_open_until: Mapped[datetime | None]
    probe_token: Mapped[int] = mapped_column(server_default="0")
    probe_until: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    """When the first of the failures in a row was."""
    paused_until: Mapped[datetime | None]
    """It asked not to be called before then."""
    last_error: Mapped[str | None]
    dialect: Mapped[dict[str, Any]] = mapped_column(server_default=EMPTY_OBJECT)

    __table_args__ = (one_of("breaker_state", "closed", "open", "half_open"),)


class LlmSlot(Base):
    """One call that an endpoint gets at once; free where `until` has passed. `reserved`: tokens of the job's budget."""

    __tablename__ = "llm_slots"

    url: Mapped[str] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[int] = mapped_column(server_default="0")
    until: Mapped[datetime | None]
    job_id: Mapped[UUID | None]
    reserved: Mapped[int] = mapped_column(server_default="0")
