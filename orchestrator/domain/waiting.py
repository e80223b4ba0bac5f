"""What a live job waits for: derived from its open steps, never stored."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from orchestrator.domain.step import StepState


class Reason(StrEnum):
    """Why no step of a live job runs."""

    SCHEDULE = "schedule"
    """It begins at a time that was set."""
    DEPENDENCIES = "dependencies"
    """Jobs that it depends on have not ended well."""
    PAUSED = "paused"
    """The queue of its next step is paused."""
    OWNER_LIMIT = "owner_limit"
    """Its owner has as many steps under way as are allowed."""
    CAPACITY = "capacity"
    """No free slot of an agent of the kind that it needs."""
    BUDGET = "budget"
    """It has used up its token budget."""
    RETRY = "retry"
    """A step failed and is repeated after a pause."""


HOLDS = (Reason.DEPENDENCIES, Reason.SCHEDULE, Reason.BUDGET)
"""What `steps.hold` says of a waiting step; the first one that holds is shown."""


@dataclass(frozen=True, slots=True)
class OpenSteps:
    """Open blocking steps of one job in one queue, state and hold; `due` is when the first waiting one is released."""

    queue: str
    state: StepState
    due: datetime | None = None
    hold: str | None = None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a job's pending steps find.

    Attributes:
        free_slots: of live agents by queue; a queue without one may be missing.
        paused: queues of which nothing is dispatched.
        owner_at_limit: the job's owner has as many steps under way as are allowed.
    """

    free_slots: Mapping[str, int]
    paused: Collection[str] = ()
    owner_at_limit: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """The answer; both None where the job does not wait."""

    reason: Reason | None = None
    until: datetime | None = None


def waiting_for(steps: Iterable[OpenSteps], found: Surroundings) -> Waiting:
    """What keeps a job from going on, given all its open blocking steps."""
    listed = list(steps)
    states = {step.state for step in listed}
    if not listed or states & {StepState.RUNNING, StepState.DISPATCHED}:
        return Waiting()
    pending = {step.queue for step in listed if step.state is StepState.PENDING}
    return Waiting(_obstacle(pending, found)) if pending else _pause(listed)


def _obstacle(queues: Collection[str], found: Surroundings) -> Reason | None:
    """Why nothing of these queues begins; None where something may."""
    if all(queue in found.paused for queue in queues):
        return Reason.PAUSED
    if found.owner_at_limit:
        return Reason.OWNER_LIMIT
    blocked = all(queue in found.paused or found.free_slots.get(queue, 0) <= 0 for queue in queues)
    return Reason.CAPACITY if blocked else None


def _pause(steps: Collection[OpenSteps]) -> Waiting:
    until = min((step.due for step in steps if step.due), default=None)
    held = {step.hold for step in steps}
    reason = next((reason for reason in HOLDS if reason.value in held), Reason.RETRY)
    return Waiting(reason, None if reason is Reason.DEPENDENCIES else until)
