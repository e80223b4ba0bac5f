"""Steps: the one unit of work. A step's (id, epoch) names one of its states for ever."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID


class StepState(StrEnum):
    """`waiting` lies outside the ready index; only the leader's sweep releases it."""

    WAITING = "waiting"
    PENDING = "pending"
    DISPATCHED = "dispatched"
    RUNNING = "running"
    DONE = "done"
    DEAD = "dead"
    CANCELLED = "cancelled"


OPEN = (StepState.WAITING, StepState.PENDING, StepState.DISPATCHED, StepState.RUNNING)
ENDED = (StepState.DONE, StepState.DEAD, StepState.CANCELLED)


class StepKind(StrEnum):
    """What a step does. Each kind has one queue and one task."""

    READ = "read"
    EXTRACT = "extract"
    MERGE = "merge"
    VALIDATE = "validate"
    LINK = "link"
    INTEGRATE = "integrate"
    """Put a requirement into the graph that was rejected and that a reviewer has accepted."""
    CARRY_OVER = "carry_over"
    """Take over the reviews of the job before."""
    REPORT = "report"
    DELIVER = "deliver"
    GRAPH_UPDATE = "graph_update"
    DAILY_REPORT = "daily_report"
    AGENT_HEALTH = "agent_health"
    COMPLETION_CHECK = "completion_check"
    PRUNE = "prune"
    BULK = "bulk"
    RETENTION = "retention"


CREATOR_KINDS = (StepKind.READ, StepKind.EXTRACT, StepKind.MERGE)
VALIDATOR_KINDS = (StepKind.VALIDATE, StepKind.LINK)
MAINTENANCE_KINDS = (
    StepKind.REPORT,
    StepKind.CARRY_OVER,
    StepKind.DAILY_REPORT,
    StepKind.AGENT_HEALTH,
    StepKind.COMPLETION_CHECK,
    StepKind.PRUNE,
    StepKind.BULK,
    StepKind.RETENTION,
)

AGENT_KINDS = ("creator", "validator", "maintenance")

DELIVERY = "delivery"
"""The queue of what other servers may hold up; it must not hold up the rest."""

QUEUES = (*AGENT_KINDS, DELIVERY)


def agent_of(queue: str) -> str:
    """The kind of agent that serves a queue."""
    return "maintenance" if queue == DELIVERY else queue


QUEUE_OF: dict[StepKind, str] = (
    dict.fromkeys(CREATOR_KINDS, "creator")
    | dict.fromkeys(VALIDATOR_KINDS, "validator")
    | dict.fromkeys(MAINTENANCE_KINDS, "maintenance")
    | {StepKind.INTEGRATE: "validator", StepKind.DELIVER: DELIVERY, StepKind.GRAPH_UPDATE: DELIVERY}
)

NON_BLOCKING = frozenset((*MAINTENANCE_KINDS, StepKind.INTEGRATE, StepKind.DELIVER, StepKind.GRAPH_UPDATE))
"""Kinds that never change a job's status."""

TASK_OF: dict[StepKind, str] = {kind: f"workers.{agent_of(queue)}.{kind.value}" for kind, queue in QUEUE_OF.items()}
"""Celery task names, `workers.<agent>.<verb>`."""


@dataclass(frozen=True, slots=True)
class NewStep:
    """A step to insert. Priority, rank and correlation id come from its job."""

    kind: StepKind
    part: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClaimedStep:
    """A running step as its worker holds it. `epoch` is the fencing token of every write."""

    id: int
    epoch: int
    owner: str
    kind: StepKind
    part: str
    job_id: UUID | None
    payload: Mapping[str, Any]
    attempt: int
    crash_count: int
    blocking: bool
    correlation_id: str
    traceparent: str | None = None
