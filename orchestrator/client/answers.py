"""The API's answers, as they come in JSON. Times are RFC 3339 texts in UTC; a newer server may send more than this."""

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
    on_error: str
    priority: int
    requirements: Counts
    error: JobError | None
    revision: int
    version: int
    correlation_id: str
    deadline_at: str
    stuck_after_minutes: float | None
    created_at: str
    updated_at: str
    started_at: str | None
    resumed_at: str | None
    completed_at: str | None
    cleaned_up_at: str | None
    links: dict[str, str]


class Job(JobInList):
    """A job with everything that is shown of it."""

    context: dict[str, Any]
    brief: dict[str, Any] | None
    statistics: dict[str, Any]
    coverage: dict[str, Any] | None


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


class Queue(TypedDict):
    """A queue: open steps by state, and the slots of the agents that get steps."""

    name: str
    depth: int
    oldest_age_s: float | None
    waiting: int
    pending: int
    dispatched: int
    running: int
    agents: int
    slots: int
    free_slots: int


class Citation(TypedDict):
    """Words of the document, to the letter."""

    quote: str
    start: int
    end: int
    page: int | None
    locator: str
    match: str


class Location(TypedDict):
    """Where a requirement stands."""

    page: int | None
    locator: str
    section: str
    start: int
    end: int


class Requirement(TypedDict):
    """A requirement, its sources, and what became of it. What is not known is None."""

    rid: str
    seq: int | None
    status: str
    requirement_name: str
    requirement_text: str
    modality: str
    requirement_type: str | None
    priority: str | None
    addressee: str | None
    source_document: str
    source_location: Location
    citations: list[Citation]
    confidence_score: float
    needs_review: bool
    reasons: list[Any]
    relevance: float | None
    relevance_words: list[str]
    is_gobd_relevant: bool | None
    is_gdpr_relevant: bool | None
    research_notes: str
    mentioned_objects: list[str]
    mentioned_messages: list[str]
    quality: dict[str, Any] | None
    fulfilment: str | None
    gap: str | None
    evidence: list[Any] | None
    neo4j_id: str | None
    rejection_reason: str | None
    retry_count: int
    last_error: str | None
    created_at: str
    updated_at: str


class Agent(TypedDict):
    """A worker as it registered itself."""

    id: str
    kind: str
    host: str
    pid: int
    slots: int
    running: int
    version: str
    live: bool
    draining: bool
    heartbeat_age_s: float
    started_at: str
    stopped_at: str | None


class AgentHealth(TypedDict):
    """An agent's last health check and its circuit breaker."""

    id: str
    kind: str
    host: str
    state: str
    slots: int
    health_url: str | None
    breaker_state: str
    breaker_failures: int
    breaker_open_until: str | None
    heartbeat_age_s: float | None
    checked_at: str | None
    check_error: str | None


class Node(TypedDict):
    """A node of the graph: a requirement by its rid, a business object by its boid, a message by its mid."""

    key: str
    type: str
    properties: dict[str, Any]


class Edge(TypedDict):
    """An edge of the graph; `properties` is its evidence."""

    source: str
    type: str
    destination: str
    properties: dict[str, Any]


class Neighbours(TypedDict):
    """A node, its edges, and the nodes at their other ends."""

    node: Node
    edges: list[Edge]
    nodes: list[Node]


class GraphCounts(TypedDict):
    """Nodes and edges by type; a type that has none is left out."""

    nodes: dict[str, int]
    edges: dict[str, int]


class Loaded(TypedDict):
    """What a domain-model file holds."""

    business_objects: int
    messages: int
    relations: int
