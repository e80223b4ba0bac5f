"""Jobs, what they wait for, their timeline, and actions on many of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from orchestrator.storage.models.declaration import EMPTY_ARRAY, EMPTY_OBJECT, NOW, Base, one_of
from orchestrator.storage.search import JOB_WORDS

LIVE_JOBS = "status IN ('created', 'processing')"
DEDUPLICATED = "status NOT IN ('failed', 'cancelled') AND revision = 1"
"""Jobs of which there is one per `dedup_key`."""


class Job(Base):
    """One document and one prompt on their way to a report.

    `version` is the optimistic lock: it grows with edits by users and with changes of status only.
    `events_seq` is the last number given in `job_events`, taken under this row's lock.
    `step_rank` is the fair place among owners that all steps of the job inherit.
    """

    __tablename__ = "jobs"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    owner: Mapped[str]
    prompt: Mapped[str]
    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id"))
    document_text_id: Mapped[UUID | None] = mapped_column(ForeignKey("document_texts.id"))
    file_name: Mapped[str]
    media_type: Mapped[str]
    context: Mapped[dict[str, Any]] = mapped_column(server_default=EMPTY_OBJECT)
    tags: Mapped[list[str]] = mapped_column(server_default=EMPTY_ARRAY)
    scope: Mapped[str | None]
    engine: Mapped[str] = mapped_column(server_default="rules")
    on_error: Mapped[str] = mapped_column(server_default="fail")
    priority: Mapped[int] = mapped_column(SmallInteger, server_default="5")
    step_rank: Mapped[datetime] = mapped_column(server_default=NOW)
    status: Mapped[str] = mapped_column(server_default="created")
    creator_status: Mapped[str] = mapped_column(server_default="pending")
    validator_status: Mapped[str] = mapped_column(server_default="pending")
    brief: Mapped[dict[str, Any] | None]
    """How the prompt was understood."""
    statistics: Mapped[dict[str, Any]] = mapped_column(server_default=EMPTY_OBJECT)
    """Sentences considered, emitted and dropped by class, summed over the parts at merge."""
    coverage: Mapped[dict[str, Any] | None]
    """Duty sentences that no requirement cites; NULL before merge."""
    revision: Mapped[int] = mapped_column(server_default="1")
    first_revision: Mapped[UUID | None]
    """The job that this one and its siblings are revisions of; NULL for revision 1. It may have been deleted."""
    previous_revision: Mapped[UUID | None]
    """The job that was run again; it may have been deleted."""
    successor_of: Mapped[UUID | None]
    """The job over the edition of the document before this one; it may have been deleted."""
    version: Mapped[int] = mapped_column(server_default="1")
    events_seq: Mapped[int] = mapped_column(server_default="0")
    error_message: Mapped[str | None]
    error_details: Mapped[dict[str, Any] | None]
    correlation_id: Mapped[str]
    traceparent: Mapped[str | None]
    """The span that submitted it (W3C Trace Context); NULL where nothing is traced."""
    run_at: Mapped[datetime | None]
    """It does not begin before this."""
    on_parent_failure: Mapped[str] = mapped_column(server_default="block")
    """What becomes of it where a job that it depends on fails or is cancelled."""
    dedup_key: Mapped[str | None]
    """Digest of what makes two submissions equal; NULL where equal ones are wanted."""
    deadline_at: Mapped[datetime | None]
    """Counts from when it may begin; NULL while it waits for other jobs."""
    stuck_after_minutes: Mapped[float | None]
    """After how long without progress it counts as stuck; NULL: as the settings say."""
    progress_floor: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    """The percent that was shown before the last retry: what is shown never falls below it."""
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    updated_at: Mapped[datetime] = mapped_column(server_default=NOW)
    started_at: Mapped[datetime | None]
    resumed_at: Mapped[datetime | None]
    """When it was last retried."""
    completed_at: Mapped[datetime | None]
    callback_url: Mapped[str | None]
    """Told when the job has ended, and when its report is there."""
    cleaned_up_at: Mapped[datetime | None]
    """When its working data was deleted; it cannot be retried after that."""
    redacted_at: Mapped[datetime | None]
    """When its document, the texts and what surrounds its quotes were deleted."""
    text_sent_to: Mapped[str | None]
    """URL of the language model that the document's text goes to; NULL: it stays here."""
    token_budget: Mapped[int | None]
    """Tokens that it may use; NULL: any number."""
    total_tokens: Mapped[int] = mapped_column(server_default="0")
    total_requests: Mapped[int] = mapped_column(server_default="0")
    dry_run: Mapped[bool] = mapped_column(server_default=text("false"))
    """It is only read, to tell what it would take."""
    estimate: Mapped[dict[str, Any] | None]
    """What a dry run says of parts, tokens and costs."""
    integrate: Mapped[bool] = mapped_column(server_default=text("true"))
    """What it says of the graph goes there at once; else it is held until somebody says so."""

    __table_args__ = (
        one_of("status", "created", "processing", "completed", "failed", "cancelled"),
        one_of("creator_status", "pending", "processing", "completed", "failed"),
        one_of("validator_status", "pending", "processing", "completed", "failed"),
        one_of("on_error", "fail", "partial"),
        one_of("on_parent_failure", "block", "cancel", "ignore"),
        CheckConstraint("priority BETWEEN 0 AND 9", name="priority_range"),
        CheckConstraint("stuck_after_minutes > 0", name="stuck_after_positive"),
        CheckConstraint("progress_floor BETWEEN 0 AND 100", name="progress_floor_range"),
        Index("ix_jobs_created", "created_at", "id"),
        Index("ix_jobs_status", "status", "created_at", "id"),
        Index("ix_jobs_owner", "owner", "created_at", "id"),
        Index("ix_jobs_document", "document_id"),
        Index("ix_jobs_document_text", "document_text_id"),
        Index("uq_jobs_dedup_key", "dedup_key", unique=True, postgresql_where=text(DEDUPLICATED)),
        Index("ix_jobs_live", "deadline_at", postgresql_where=text(LIVE_JOBS)),
        Index("ix_jobs_context", "context", postgresql_using="gin", postgresql_ops={"context": "jsonb_path_ops"}),
        Index("ix_jobs_tags", "tags", postgresql_using="gin"),
        Index("ix_jobs_search", text(JOB_WORDS), postgresql_using="gin"),
        Index(
            "uq_jobs_revision",
            "first_revision",
            "revision",
            unique=True,
            postgresql_where=text("first_revision IS NOT NULL"),
        ),
        {"postgresql_with": {"fillfactor": "80"}},
    )


class JobDependency(Base):
    """A job waits for another one. `due` asks the leader to look at it: new, or the other job has ended."""

    __tablename__ = "job_dependencies"

    job_id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    depends_on_id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    due: Mapped[bool] = mapped_column(server_default=text("true"))

    __table_args__ = (
        Index("ix_job_dependencies_depends_on", "depends_on_id"),
        Index("ix_job_dependencies_due", "job_id", postgresql_where=text("due")),
    )


class JobEvent(Base):
    """Append-only timeline of a job; `seq` has no gaps.

    (xid, job_id, seq) orders the events of all jobs: below the oldest transaction that still runs nothing is added.
    """

    __tablename__ = "job_events"

    job_id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(server_default=EMPTY_OBJECT)
    correlation_id: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    xid: Mapped[int] = mapped_column(server_default=text("pg_current_xact_id()::text::bigint"))
    """The transaction that wrote it."""

    __table_args__ = (Index("ix_job_events_log", "xid", "job_id", "seq"),)


class Operation(Base):
    """One action on many jobs; they are chosen when it is asked for."""

    __tablename__ = "operations"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    owner: Mapped[str]
    action: Mapped[str]
    filter: Mapped[dict[str, Any]]
    reason: Mapped[str | None]
    priority: Mapped[int | None] = mapped_column(SmallInteger)
    step_id: Mapped[int | None]
    """The step that works on it now."""
    correlation_id: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    finished_at: Mapped[datetime | None]

    __table_args__ = (one_of("action", "cancel", "retry", "reprioritise", "delete"),)


class OperationJob(Base):
    """What became of one job in an operation; without an outcome its turn has not come."""

    __tablename__ = "operation_jobs"

    operation_id: Mapped[UUID] = mapped_column(ForeignKey("operations.id", ondelete="CASCADE"), primary_key=True)
    job_id: Mapped[UUID] = mapped_column(primary_key=True)
    outcome: Mapped[str | None]
    code: Mapped[str | None]
    """Why it was skipped, as the API's problems say it; `message` is the sentence."""
    message: Mapped[str | None]

    __table_args__ = (one_of("outcome", "done", "skipped"),)
