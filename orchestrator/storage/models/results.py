"""What a job finds: requirements, their reviews and reports."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from orchestrator.storage.models.declaration import EMPTY_ARRAY, EMPTY_LIST, NOW, Base, one_of
from orchestrator.storage.search import REQUIREMENT_WORDS

REVIEW_ORDER = "(confidence_score - 1) * array_position(ARRAY['low', 'medium', 'high'], coalesce(priority, 'medium'))"
"""The smaller, the sooner a requirement should be reviewed: low confidence times high priority; one without a priority
counts as medium."""


class Requirement(Base):
    """A requirement with its citations. `rid` is equal over runs of one document; `seq` is the number shown."""

    __tablename__ = "requirements"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    job_id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    rid: Mapped[str]
    seq: Mapped[int | None]
    part: Mapped[str] = mapped_column(server_default="")
    requirement_text: Mapped[str]
    requirement_name: Mapped[str]
    modality: Mapped[str]
    priority: Mapped[str | None]
    requirement_type: Mapped[str | None]
    addressee: Mapped[str | None]
    source_document: Mapped[str]
    source_location: Mapped[dict[str, Any]]
    is_gobd_relevant: Mapped[bool | None]
    is_gdpr_relevant: Mapped[bool | None]
    research_notes: Mapped[str] = mapped_column(server_default="")
    citations: Mapped[list[Any]]
    mentioned_objects: Mapped[list[str]] = mapped_column(server_default=EMPTY_ARRAY)
    mentioned_messages: Mapped[list[str]] = mapped_column(server_default=EMPTY_ARRAY)
    confidence_score: Mapped[float]
    reasons: Mapped[list[Any]] = mapped_column(server_default=EMPTY_LIST)
    relevance: Mapped[float | None]
    relevance_words: Mapped[list[str]] = mapped_column(server_default=EMPTY_ARRAY)
    needs_review: Mapped[bool] = mapped_column(server_default=text("false"))
    quality: Mapped[dict[str, Any] | None]
    fulfilment: Mapped[str | None]
    gap: Mapped[str | None]
    evidence: Mapped[list[Any] | None]
    """The graph path behind `fulfilment`."""
    neo4j_id: Mapped[str | None]
    """The graph node's id; NULL until integrated."""
    status: Mapped[str] = mapped_column(server_default="pending")
    rejection_reason: Mapped[str | None]
    validate_part: Mapped[str | None]
    """The batch that judges it; `validating` is derived from that step's state."""
    retry_count: Mapped[int] = mapped_column(server_default="0")
    last_error: Mapped[str | None]
    review: Mapped[dict[str, Any] | None]
    """Where its review stands, see `domain.review`; NULL: nobody has reviewed it."""
    version: Mapped[int] = mapped_column(server_default="1")
    """Grows with every review."""
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    updated_at: Mapped[datetime] = mapped_column(server_default=NOW)

    __table_args__ = (
        UniqueConstraint("job_id", "rid"),
        one_of("status", "pending", "integrated", "rejected", "failed"),
        CheckConstraint("jsonb_array_length(citations) > 0", name="cited"),
        CheckConstraint("confidence_score BETWEEN 0 AND 1", name="confidence_range"),
        Index("ix_requirements_status", "job_id", "status"),
        Index("ix_requirements_seq", "job_id", "seq"),
        Index("ix_requirements_batch", "job_id", "validate_part"),
        Index("ix_requirements_search", text(REQUIREMENT_WORDS), postgresql_using="gin"),
        Index(
            "ix_requirements_review",
            text(f"({REVIEW_ORDER})"),
            "id",
            postgresql_where=text("needs_review"),
        ),
    )


class RequirementReview(Base):
    """One act of review, append-only; `before` and `after` have the values that it changed and the state."""

    __tablename__ = "requirement_reviews"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    job_id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    rid: Mapped[str]
    reviewer: Mapped[str | None]
    """The principal; NULL where the rules of carrying over did it."""
    decision: Mapped[str]
    reason: Mapped[str]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)

    __table_args__ = (
        one_of("decision", "accept", "reject", "edit", "clear", "carry_over", "suspect"),
        Index("ix_requirement_reviews_requirement", "job_id", "rid", "id"),
    )


class Report(Base):
    """A stored report: a job's (one per format) or a day's (`job_id` NULL)."""

    __tablename__ = "reports"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    job_id: Mapped[UUID | None] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    name: Mapped[str]
    """"job" or "daily:YYYY-MM-DD"."""
    format: Mapped[str]
    content: Mapped[str | None]
    """The whole text, where a release before 0006 wrote it; else it is in chunks."""
    size_bytes: Mapped[int | None]
    sha256: Mapped[str | None]
    """Size and digest of all chunks together."""
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    """The moment of the database that it shows."""

    __table_args__ = (UniqueConstraint("job_id", "name", "format", postgresql_nulls_not_distinct=True),)


class ReportChunk(Base):
    """At most 1 MB of a report, so that neither writing nor reading one ever holds it all."""

    __tablename__ = "report_chunks"

    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    data: Mapped[bytes]
