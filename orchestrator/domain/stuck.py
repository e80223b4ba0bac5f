"""Why a job is stuck: open, not waiting by design, and without progress for longer than it may be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

MINUTES = (0.01, 10_080.0)
"""The least and the most that a threshold may be: less is noise, and after a week a job has timed out."""

LEADER = "leader"
"""The component where no step is open: moving the job on is the leader's."""


class StuckReason(StrEnum):
    """What keeps a stuck job from going on."""

    NO_AGENT = "no_agent"
    """No live agent that is not draining takes steps of its queue."""
    BREAKER_OPEN = "breaker_open"
    """There are such agents, but every one's circuit breaker is open."""
    NO_PROGRESS = "no_progress"
    """An agent could work, or does, and nothing comes of it."""


@dataclass(frozen=True, slots=True)
class StuckJob:
    """A stuck job.

    Attributes:
        component: the queue that its open steps are on, or `leader`.
        progress_at: its last step event or finished part.
        minutes: how long ago that was.
        threshold_minutes: what it was measured against.
    """

    job_id: UUID
    status: str
    component: str
    reason: StuckReason
    progress_at: datetime
    minutes: float
    threshold_minutes: float

    @property
    def advice(self) -> str:
        """What to do about it."""
        if self.component == LEADER:
            return "Nothing of the job is open. See that `orchestrator beat` runs, then POST /jobs/recover."
        return {
            StuckReason.NO_AGENT: f"No {self.component} is at work. Start one: orchestrator worker {self.component}.",
            StuckReason.BREAKER_OPEN: f"No {self.component} answers its health checks. See GET /agents/health.",
            StuckReason.NO_PROGRESS: "Look at its steps and at the log; POST /jobs/recover takes back what is lost.",
        }[self.reason]
