"""What a live job waits for: derived from its open steps, never stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from orchestrator.domain.step import StepState


class Reason(StrEnum):
    """Why no step of a live job runs."""

    CAPACITY = "capacity"
    """No free slot of an agent of the kind that it needs."""
    RETRY = "retry"
    """A step failed and is repeated after a pause."""


@dataclass(frozen=True, slots=True)
class OpenSteps:
    """Open blocking steps of one job in one queue and state; `due` is when the first waiting one is released."""

    queue: str
    state: StepState
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """The answer; both None where the job does not wait."""

    reason: Reason | None = None
    until: datetime | None = None


def waiting_for(steps: Iterable[OpenSteps], free_slots: Mapping[str, int]) -> Waiting:
    """What keeps a job from going on.

    Args:
        steps: all its open blocking steps.
        free_slots: of live agents by queue; a queue without one may be missing.
    """
    listed = list(steps)
    states = {step.state for step in listed}
    if not listed or states & {StepState.RUNNING, StepState.DISPATCHED}:
        return Waiting()
    if any(step.state is StepState.PENDING for step in listed):
        stuck = all(free_slots.get(step.queue, 0) <= 0 for step in listed if step.state is StepState.PENDING)
        return Waiting(Reason.CAPACITY) if stuck else Waiting()
    return Waiting(Reason.RETRY, min((step.due for step in listed if step.due), default=None))
