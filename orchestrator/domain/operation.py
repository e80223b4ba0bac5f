"""An action on many jobs at once."""

from __future__ import annotations

from enum import StrEnum

MOST_JOBS = 100_000
"""Of one operation; more are asked for in several."""
AT_ONCE = 200
"""Jobs in one step, at most."""
MOST_S = 60.0
"""After which a step takes no further job: one with 100,000 requirements takes its time to be deleted."""


class Action(StrEnum):
    """What is done to each job; one that does not allow it is skipped."""

    CANCEL = "cancel"
    RETRY = "retry"
    REPRIORITISE = "reprioritise"
    DELETE = "delete"


class OperationState(StrEnum):
    """`failed`: its step was given up; what is done stays done."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
