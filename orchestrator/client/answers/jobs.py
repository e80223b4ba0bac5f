"""Jobs, and what belongs to one: progress, steps, events."""

from __future__ import annotations

from typing import Any, TypedDict


class Counts(TypedDict):
    """Requirements by the status that is shown."""

    total: int
    pending: int
    validating: int
    integrated: int
    rejected: int
    failed: int


class DocumentFacts(TypedDict):
    """A job's document, without its bytes."""

    id: str
    sha256: str
    size_bytes: int
    file_name: str
    media_type: str


class JobError(TypedDict):
    """Why a job failed."""

    code: str
    message: str
    details: dict[str, Any]


class Estimate(TypedDict):
    """What a document would take; `cost` is None where no price is set."""

    parts: int
    characters: int
    model: str | None
    requests: int
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    cost: float | None


class JobInList(TypedDict):
    """A job as `GET /jobs` shows it."""

    id: str
    status: str
    creator_status: str
    validator_status: str
    waiting_for: str | None
    waiting_until: str | None
    owner: str
    prompt: str
    document: DocumentFacts
    tags: list[str]
    scope: str | None
    engine: str
    text_sent_to: str | None
    token_budget: int | None
    total_tokens: int
    total_requests: int
    dry_run: bool
    estimate: Estimate | None
    on_error: str
    integrate: bool
    priority: int
    requirements: Counts
    error: JobError | None
    revision: int
    previous_revision: str | None
    successor_of: str | None
    version: int
    correlation_id: str
    run_at: str | None
    depends_on: list[str]
    on_parent_failure: str
    waiting_on: list[str]
    deadline_at: str | None
    stuck_after_minutes: float | None
    created_at: str
    updated_at: str
    started_at: str | None
    resumed_at: str | None
    completed_at: str | None
    cleaned_up_at: str | None
    redacted_at: str | None
    links: dict[str, str]


class Job(JobInList):
    """A job with everything that is shown of it."""

    context: dict[str, Any]
    brief: dict[str, Any] | None
    statistics: dict[str, Any]
    coverage: dict[str, Any] | None


class SubmittedJob(Job):
    """A job as it was accepted; `deduplicated`: it was there already, and nothing was submitted."""

    deduplicated: bool


class PartCounts(TypedDict):
    """Parts of the document."""

    done: int
    total: int


class StepCounts(TypedDict):
    """Steps by what became of them."""

    done: int
    open: int
    dead: int
    cancelled: int


class Range(TypedDict):
    """Seconds."""

    low: float
    high: float


class Progress(TypedDict):
    """How far a job is. `percent` never falls; `queue_position` 1 is next."""

    job_id: str
    status: str
    waiting_for: str | None
    percent: int
    parts: PartCounts
    steps: StepCounts
    requirements: Counts
    elapsed_s: float
    eta_s: Range | None
    queue_position: int | None


class Step(TypedDict):
    """One unit of a job's work; every change of `state` adds 1 to `epoch`."""

    id: int
    kind: str
    part: str
    queue: str
    state: str
    blocking: bool
    priority: int
    epoch: int
    attempt: int
    error_count: int
    crash_count: int
    retries: int
    lease_owner: str | None
    lease_until: str | None
    not_before: str | None
    result: dict[str, Any] | None
    error: dict[str, Any] | None
    created_at: str
    started_at: str | None
    finished_at: str | None


class Event(TypedDict):
    """Something that happened to a job; `seq` counts from 1 without gaps."""

    seq: int
    type: str
    data: dict[str, Any]
    correlation_id: str
    created_at: str


class StreamedEvent(Event):
    """An event from a stream; `id` is where to go on behind it."""

    id: str
    job_id: str


class StuckJob(TypedDict):
    """A job that stands still, though it waits for nothing by design."""

    job_id: str
    status: str
    component: str
    reason: str
    progress_at: str
    minutes: float
    threshold_minutes: float
    advice: str


class Recovered(TypedDict):
    """What was recovered; with `dry_run`, what would be."""

    dry_run: bool
    released: int
    expired: int
    lost: int
    timed_out: int
    moved_on: int
    validating_reset: int
