"""All tables. Times are UTC; `_at` columns are written by the database clock.

The step protocol does not use these classes for its statements (see `steps.py`): they are fixed SQL. Everything
else reads and writes through them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from orchestrator.domain.graph import CONTRADICTING
from orchestrator.storage.search import JOB_WORDS, REQUIREMENT_WORDS

LIVE_STEPS = "state IN ('waiting', 'pending', 'dispatched', 'running')"
LIVE_JOBS = "status IN ('created', 'processing')"
DEDUPLICATED = "status NOT IN ('failed', 'cancelled') AND revision = 1"
"""Jobs of which there is one per `dedup_key`."""
REVIEW_ORDER = "(confidence_score - 1) * array_position(ARRAY['low', 'medium', 'high'], coalesce(priority, 'medium'))"
"""The smaller, the sooner a requirement should be reviewed: low confidence times high priority; one without a priority
counts as medium."""


def _one_of(column: str, *values: str) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


class Base(DeclarativeBase):
    """Names constraints alike everywhere, so that migrations can address them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        str: Text(),
        int: BigInteger(),
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB(),
        list[Any]: JSONB(),
        list[str]: ARRAY(Text()),
        bytes: LargeBinary(),
    }


_now = text("now()")
_empty_object = text("'{}'::jsonb")
_empty_list = text("'[]'::jsonb")
_empty_array = text("'{}'::text[]")


class Document(Base):
    """The bytes of a document, once per content. File name and media type belong to the job."""

    __tablename__ = "documents"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    sha256: Mapped[str] = mapped_column(unique=True)
    size_bytes: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(server_default=_now)
    redacted_at: Mapped[datetime | None]
    """When its bytes were deleted; NULL again once they were sent anew."""


class DocumentChunk(Base):
    """At most 1 MB of a document, so that reading one never holds it all."""

    __tablename__ = "document_chunks"

    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    data: Mapped[bytes]


class DocumentText(Base):
    """What one version of the reader made of a document; written once and pinned by each job."""

    __tablename__ = "document_texts"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"))
    reader_version: Mapped[str]
    media_type: Mapped[str]
    language: Mapped[str]
    title: Mapped[str | None]
    text: Mapped[str]
    page_starts: Mapped[list[Any]] = mapped_column(server_default=_empty_list)
    passages: Mapped[list[Any]]
    created_at: Mapped[datetime] = mapped_column(server_default=_now)

    __table_args__ = (UniqueConstraint("document_id", "reader_version", "media_type"),)


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
    context: Mapped[dict[str, Any]] = mapped_column(server_default=_empty_object)
    tags: Mapped[list[str]] = mapped_column(server_default=_empty_array)
    scope: Mapped[str | None]
    engine: Mapped[str] = mapped_column(server_default="rules")
    on_error: Mapped[str] = mapped_column(server_default="fail")
    priority: Mapped[int] = mapped_column(SmallInteger, server_default="5")
    step_rank: Mapped[datetime] = mapped_column(server_default=_now)
    status: Mapped[str] = mapped_column(server_default="created")
    creator_status: Mapped[str] = mapped_column(server_default="pending")
    validator_status: Mapped[str] = mapped_column(server_default="pending")
    brief: Mapped[dict[str, Any] | None]
    """How the prompt was understood."""
    statistics: Mapped[dict[str, Any]] = mapped_column(server_default=_empty_object)
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
    created_at: Mapped[datetime] = mapped_column(server_default=_now)
    updated_at: Mapped[datetime] = mapped_column(server_default=_now)
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
        _one_of("status", "created", "processing", "completed", "failed", "cancelled"),
        _one_of("creator_status", "pending", "processing", "completed", "failed"),
        _one_of("validator_status", "pending", "processing", "completed", "failed"),
        _one_of("on_error", "fail", "partial"),
        _one_of("on_parent_failure", "block", "cancel", "ignore"),
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


class Step(Base):
    """One unit of work. Every change of `state` adds 1 to `epoch`."""

    __tablename__ = "steps"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    job_id: Mapped[UUID | None] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    kind: Mapped[str]
    part: Mapped[str] = mapped_column(server_default="")
    queue: Mapped[str]
    priority: Mapped[int] = mapped_column(SmallInteger, server_default="5")
    rank: Mapped[datetime] = mapped_column(server_default=_now)
    blocking: Mapped[bool] = mapped_column(server_default=text("true"))
    owner: Mapped[str | None]
    """Of its job."""
    state: Mapped[str] = mapped_column(server_default="pending")
    hold: Mapped[str | None]
    """What a waiting step waits for; NULL: the next try after an error."""
    epoch: Mapped[int] = mapped_column(server_default="0")
    attempt: Mapped[int] = mapped_column(server_default="0")
    error_count: Mapped[int] = mapped_column(server_default="0")
    crash_count: Mapped[int] = mapped_column(server_default="0")
    retries: Mapped[int] = mapped_column(server_default="0")
    """How often a user re-opened it."""
    lease_owner: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    not_before: Mapped[datetime | None]
    dispatched_at: Mapped[datetime | None]
    deadline_at: Mapped[datetime | None]
    correlation_id: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(server_default=_empty_object)
    result: Mapped[dict[str, Any] | None]
    """What a done step found: counts and spans that a later step sums up."""
    error: Mapped[dict[str, Any] | None]
    created_at: Mapped[datetime] = mapped_column(server_default=_now)
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("job_id", "kind", "part"),
        _one_of("state", "waiting", "pending", "dispatched", "running", "done", "dead", "cancelled"),
        _one_of("hold", "schedule", "dependencies", "budget"),
        CheckConstraint("state <> 'running' OR (lease_owner IS NOT NULL AND lease_until IS NOT NULL)", name="leased"),
        Index(
            "ix_steps_ready",
            "queue",
            text("priority DESC"),
            "rank",
            "id",
            postgresql_where=text("state = 'pending'"),
        ),
        Index(
            "ix_steps_ready_owner",
            "queue",
            "owner",
            text("priority DESC"),
            "rank",
            "id",
            postgresql_where=text("state = 'pending'"),
        ),
        Index("ix_steps_waiting", "not_before", postgresql_where=text("state = 'waiting'")),
        Index("ix_steps_dispatched", "queue", "dispatched_at", postgresql_where=text("state = 'dispatched'")),
        Index("ix_steps_running", "lease_until", postgresql_where=text("state = 'running'")),
        Index("ix_steps_started", "queue", "started_at"),
        Index("ix_steps_open", "job_id", postgresql_where=text(f"{LIVE_STEPS} AND blocking")),
        {"postgresql_with": {"fillfactor": "70"}},
    )


class JobEvent(Base):
    """Append-only timeline of a job; `seq` has no gaps.

    (xid, job_id, seq) orders the events of all jobs: below the oldest transaction that still runs nothing is added.
    """

    __tablename__ = "job_events"

    job_id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str]
    data: Mapped[dict[str, Any]] = mapped_column(server_default=_empty_object)
    correlation_id: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=_now)
    xid: Mapped[int] = mapped_column(server_default=text("pg_current_xact_id()::text::bigint"))
    """The transaction that wrote it."""

    __table_args__ = (Index("ix_job_events_log", "xid", "job_id", "seq"),)


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
    mentioned_objects: Mapped[list[str]] = mapped_column(server_default=_empty_array)
    mentioned_messages: Mapped[list[str]] = mapped_column(server_default=_empty_array)
    confidence_score: Mapped[float]
    reasons: Mapped[list[Any]] = mapped_column(server_default=_empty_list)
    relevance: Mapped[float | None]
    relevance_words: Mapped[list[str]] = mapped_column(server_default=_empty_array)
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
    created_at: Mapped[datetime] = mapped_column(server_default=_now)
    updated_at: Mapped[datetime] = mapped_column(server_default=_now)

    __table_args__ = (
        UniqueConstraint("job_id", "rid"),
        _one_of("status", "pending", "integrated", "rejected", "failed"),
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
    created_at: Mapped[datetime] = mapped_column(server_default=_now)

    __table_args__ = (
        _one_of("decision", "accept", "reject", "edit", "clear", "carry_over", "suspect"),
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
    created_at: Mapped[datetime] = mapped_column(server_default=_now)
    """The moment of the database that it shows."""

    __table_args__ = (UniqueConstraint("job_id", "name", "format", postgresql_nulls_not_distinct=True),)


class ReportChunk(Base):
    """At most 1 MB of a report, so that neither writing nor reading one ever holds it all."""

    __tablename__ = "report_chunks"

    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    data: Mapped[bytes]


class Agent(Base):
    """A worker's main process as it registered itself; `slots` is how many steps it can run at once.

    A `configured` one is only known by a URL in the settings: it has no slots here and sends no heartbeat. While
    `probe_until` lies ahead, the holder of `probe_token` is checking the agent and nobody else may.
    """

    __tablename__ = "agents"

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    host: Mapped[str]
    pid: Mapped[int]
    slots: Mapped[int]
    version: Mapped[str]
    draining: Mapped[bool] = mapped_column(server_default=text("false"))
    stopped_at: Mapped[datetime | None]
    quarantined_until: Mapped[datetime | None]
    flaps: Mapped[int] = mapped_column(server_default="0")
    flapped_at: Mapped[datetime | None]
    started_at: Mapped[datetime] = mapped_column(server_default=_now)
    heartbeat_at: Mapped[datetime | None] = mapped_column(server_default=_now)
    steps_done: Mapped[int] = mapped_column(server_default="0")
    health_url: Mapped[str | None]
    configured: Mapped[bool] = mapped_column(server_default=text("false"))
    breaker_state: Mapped[str] = mapped_column(server_default="closed")
    breaker_failures: Mapped[int] = mapped_column(server_default="0")
    breaker_open_until: Mapped[datetime | None]
    probe_token: Mapped[int] = mapped_column(server_default="0")
    probe_until: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    check_error: Mapped[str | None]

    __table_args__ = (
        _one_of("breaker_state", "closed", "open", "half_open"),
        Index("ix_agents_live", "kind", "heartbeat_at", postgresql_where=text("stopped_at IS NULL")),
    )


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
    created_at: Mapped[datetime] = mapped_column(server_default=_now)
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
    dialect: Mapped[dict[str, Any]] = mapped_column(server_default=_empty_object)

    __table_args__ = (_one_of("breaker_state", "closed", "open", "half_open"),)


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


class ApiKey(Base):
    """A key is stored as the SHA-256 of its secret; `id` is the public part within the key.

    After a rotation the secret before it is valid until `previous_until`.
    """

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    owner: Mapped[str]
    role: Mapped[str]
    secret_sha256: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=_now)
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    created_by: Mapped[str | None]
    previous_sha256: Mapped[str | None]
    previous_until: Mapped[datetime | None]

    __table_args__ = (_one_of("role", "viewer", "operator", "admin"),)


class AuditEntry(Base):
    """Who did what, or was refused it. Only `position` and `hash` are ever set later, once: they chain the rows.

    `number` is how many equal refusals the row stands for; `changes` are {kind, id, before, after}.
    """

    __tablename__ = "audit_log"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=_now)
    actor: Mapped[str | None]
    role: Mapped[str | None]
    key_id: Mapped[str | None]
    method: Mapped[str]
    route: Mapped[str]
    target: Mapped[str | None]
    outcome: Mapped[str]
    http_status: Mapped[int | None]
    code: Mapped[str | None]
    request_id: Mapped[str | None]
    address: Mapped[str | None]
    number: Mapped[int] = mapped_column(server_default=text("1"))
    changes: Mapped[list[Any]] = mapped_column(server_default=_empty_list)
    position: Mapped[int | None] = mapped_column(unique=True)
    hash: Mapped[str | None]

    __table_args__ = (
        _one_of("outcome", "done", "refused", "failed"),
        Index("ix_audit_log_unchained", "id", postgresql_where=text("position IS NULL")),
    )


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
    secrets: Mapped[list[Any]] = mapped_column(server_default=_empty_list)
    """[{secret, until}], the newest first: in plain text, because they have to sign."""
    state: Mapped[str] = mapped_column(server_default="active")
    disabled_at: Mapped[datetime | None]
    disabled_reason: Mapped[str | None]
    failing_since: Mapped[datetime | None]
    breaker_failures: Mapped[int] = mapped_column(server_default="0")
    breaker_open_until: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default="1")
    created_at: Mapped[datetime] = mapped_column(server_default=_now)
    updated_at: Mapped[datetime] = mapped_column(server_default=_now)

    __table_args__ = (
        _one_of("state", "active", "disabled"),
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
    attempts: Mapped[list[Any]] = mapped_column(server_default=_empty_list)
    round: Mapped[int] = mapped_column(server_default="0")
    tries: Mapped[int] = mapped_column(server_default="0")
    next_attempt_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=_now)
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        _one_of("state", "pending", "delivered", "failed", "cancelled"),
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
    updated_at: Mapped[datetime] = mapped_column(server_default=_now)


class IdempotencyKey(Base):
    """A request that was done, and its answer for those who send it again."""

    __tablename__ = "idempotency_keys"

    principal: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    status: Mapped[int | None] = mapped_column(SmallInteger)
    headers: Mapped[dict[str, Any] | None]
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(server_default=_now)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Lease(Base):
    """Who leads. `term` grows with every take-over."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    term: Mapped[int]
    until: Mapped[datetime]


class RecoveryLog(Base):
    """One row: when recovery last looked and last found something, what that was, and the sums since ever."""

    __tablename__ = "recovery_log"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    looked_at: Mapped[datetime]
    recovered_at: Mapped[datetime | None]
    last_expired: Mapped[int] = mapped_column(server_default="0")
    last_lost: Mapped[int] = mapped_column(server_default="0")
    last_timed_out: Mapped[int] = mapped_column(server_default="0")
    expired: Mapped[int] = mapped_column(server_default="0")
    lost: Mapped[int] = mapped_column(server_default="0")
    timed_out: Mapped[int] = mapped_column(server_default="0")


class PeriodicRun(Base):
    """One row per slot of a schedule: two beats give one run."""

    __tablename__ = "periodic_runs"

    name: Mapped[str] = mapped_column(primary_key=True)
    slot: Mapped[datetime] = mapped_column(primary_key=True)
    step_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(server_default=_now)


class Queue(Base):
    """What was said about a queue; without a row it runs."""

    __tablename__ = "queues"

    name: Mapped[str] = mapped_column(primary_key=True)
    paused_at: Mapped[datetime | None]
    paused_by: Mapped[str | None]


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
    created_at: Mapped[datetime] = mapped_column(server_default=_now)
    finished_at: Mapped[datetime | None]

    __table_args__ = (_one_of("action", "cancel", "retry", "reprioritise", "delete"),)


class OperationJob(Base):
    """What became of one job in an operation; without an outcome its turn has not come."""

    __tablename__ = "operation_jobs"

    operation_id: Mapped[UUID] = mapped_column(ForeignKey("operations.id", ondelete="CASCADE"), primary_key=True)
    job_id: Mapped[UUID] = mapped_column(primary_key=True)
    outcome: Mapped[str | None]
    code: Mapped[str | None]
    """Why it was skipped, as the API's problems say it; `message` is the sentence."""
    message: Mapped[str | None]

    __table_args__ = (_one_of("outcome", "done", "skipped"),)


class SchemaInfo(Base):
    """One row: the oldest code that may run on this schema."""

    __tablename__ = "schema_info"

    id: Mapped[int] = mapped_column(primary_key=True, server_default="1")
    min_code_revision: Mapped[str]

    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)


class GraphNode(Base):
    """A node of the graph. Objects and messages come from `graph load` only."""

    __tablename__ = "graph_nodes"

    key: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str]
    name: Mapped[str]
    properties: Mapped[dict[str, Any]] = mapped_column(server_default=_empty_object)
    source_job_id: Mapped[UUID | None]
    """The job that made it; NULL for the domain model."""
    created_at: Mapped[datetime] = mapped_column(server_default=_now)
    updated_at: Mapped[datetime] = mapped_column(server_default=_now)

    __table_args__ = (
        _one_of("type", "Requirement", "BusinessObject", "Message"),
        Index("ix_graph_nodes_type", "type", "key"),
    )


class GraphEdge(Base):
    """A typed edge; at most one of the contradicting types stands between one pair."""

    __tablename__ = "graph_edges"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    source: Mapped[str] = mapped_column(ForeignKey("graph_nodes.key", ondelete="CASCADE"))
    destination: Mapped[str] = mapped_column(ForeignKey("graph_nodes.key", ondelete="CASCADE"))
    type: Mapped[str]
    properties: Mapped[dict[str, Any]] = mapped_column(server_default=_empty_object)
    source_job_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(server_default=_now)
    updated_at: Mapped[datetime] = mapped_column(server_default=_now)

    __table_args__ = (
        UniqueConstraint("source", "destination", "type"),
        Index("ix_graph_edges_destination", "destination"),
        Index(
            "uq_graph_edges_contradiction",
            "source",
            "destination",
            unique=True,
            postgresql_where=text("type IN ({})".format(", ".join(f"'{kind}'" for kind in CONTRADICTING))),
        ),
    )


class GraphAssertion(Base):
    """Which job asserts which node or edge; a fact without an assertion is gone."""

    __tablename__ = "graph_assertions"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    job_id: Mapped[UUID]
    node_key: Mapped[str | None] = mapped_column(ForeignKey("graph_nodes.key", ondelete="CASCADE"))
    edge_id: Mapped[int | None] = mapped_column(ForeignKey("graph_edges.id", ondelete="CASCADE"))

    __table_args__ = (
        UniqueConstraint("job_id", "node_key", "edge_id", postgresql_nulls_not_distinct=True),
        CheckConstraint("(node_key IS NULL) <> (edge_id IS NULL)", name="one_fact"),
        Index("ix_graph_assertions_node", "node_key"),
        Index("ix_graph_assertions_edge", "edge_id"),
    )


class HeldFacts(Base):
    """What one step says of the graph for a job that leaves it alone: {nodes, edges}, each a list of values."""

    __tablename__ = "held_facts"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    job_id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"))
    facts: Mapped[dict[str, Any]]

    __table_args__ = (Index("ix_held_facts_job", "job_id"),)


class GraphIntent(Base):
    """What one transaction touched of the graph and Neo4j has not got yet: keys, and [source, destination, type]."""

    __tablename__ = "graph_intents"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    job_id: Mapped[UUID | None]
    nodes: Mapped[list[str]] = mapped_column(JSONB)
    edges: Mapped[list[list[str]]] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(server_default=_now)


__all__ = [
    "Agent",
    "ApiKey",
    "AuditEntry",
    "Base",
    "CallbackSecret",
    "Document",
    "DocumentChunk",
    "DocumentText",
    "GraphAssertion",
    "GraphEdge",
    "GraphIntent",
    "GraphNode",
    "HeldFacts",
    "Job",
    "JobDependency",
    "JobEvent",
    "Lease",
    "Operation",
    "OperationJob",
    "PeriodicRun",
    "Queue",
    "Report",
    "ReportChunk",
    "Requirement",
    "RequirementReview",
    "SchemaInfo",
    "Step",
    "Webhook",
    "WebhookDelivery",
]
