"""Who is told of events."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from orchestrator.storage.models.declaration import EMPTY_LIST, NOW, Base, one_of


class Webhook(Base):
    """Who is told of which events, and where.

    With `job_id` it is a job's `callback_url`: it tells of that job alone and is signed with the owner's callback
    secrets. `failing_since` is the first of the failures in a row; until `breaker_open_until` nothing is sent.
    """

    __tablename__ = "webhooks"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    owner: Mapped[str]
    url: Mapped[str]
    events: Mapped[list[str]]
    job_id: Mapped[UUID | None] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    all_owners: Mapped[bool] = mapped_column(server_default=text("false"))
    secrets: Mapped[list[Any]] = mapped_column(server_default=EMPTY_LIST)
    """[{secret, until}], the newest first: in plain text, because they have to sign."""
    state: Mapped[str] = mapped_column(server_default="active")
    disabled_at: Mapped[datetime | None]
    disabled_reason: Mapped[str | None]
    failing_since: Mapped[datetime | None]
    breaker_failures: Mapped[int] = mapped_column(server_default="0")
    breaker_open_until: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default="1")
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    updated_at: Mapped[datetime] = mapped_column(server_default=NOW)

    __table_args__ = (
        one_of("state", "active", "disabled"),
        Index("ix_webhooks_owner", "owner", "created_at", "id"),
        Index("ix_webhooks_job", "job_id"),
    )


class WebhookDelivery(Base):
    """One event on its way to one webhook. `attempts` are {number, at, status, duration_ms, error, response}.

    `round` grows when somebody sends it again; its step's part is `<id>:<round>`. `tries` counts those of the round.
    """

    __tablename__ = "webhook_deliveries"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    webhook_id: Mapped[UUID] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"))
    job_id: Mapped[UUID | None] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    event_id: Mapped[str]
    type: Mapped[str]
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(server_default="pending")
    attempts: Mapped[list[Any]] = mapped_column(server_default=EMPTY_LIST)
    round: Mapped[int] = mapped_column(server_default="0")
    tries: Mapped[int] = mapped_column(server_default="0")
    next_attempt_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        one_of("state", "pending", "delivered", "failed", "cancelled"),
        UniqueConstraint("webhook_id", "event_id"),
        Index("ix_webhook_deliveries_created", "webhook_id", "created_at", "id"),
        Index("ix_webhook_deliveries_job", "job_id"),
        Index("ix_webhook_deliveries_finished", "finished_at", postgresql_where=text("state <> 'pending'")),
    )


class CallbackSecret(Base):
    """What an owner's callbacks are signed with: [{secret, until}], the newest first, in plain text."""

    __tablename__ = "callback_secrets"

    owner: Mapped[str] = mapped_column(primary_key=True)
    secrets: Mapped[list[Any]]
    updated_at: Mapped[datetime] = mapped_column(server_default=NOW)
