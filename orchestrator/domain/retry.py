"""What becomes of a step that did not end well: decided here and nowhere else."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum

from orchestrator.domain.step import StepState


class ErrorClass(StrEnum):
    """Why a step failed."""

    TRANSIENT = "transient"
    """May succeed when repeated: counted, backed off."""
    PERMANENT = "permanent"
    """Will fail again: dead at once."""
    CRASH = "crash"
    """The process died or its lease ran out: counted apart, three make it poison."""
    RELEASED = "released"
    """Shutdown, open breaker, Retry-After, database outage: not the step's fault, counted nowhere."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Bounds of repetition. Times in seconds."""

    max_errors: int = 5
    max_crashes: int = 3
    backoff_base_s: float = 2.0
    backoff_cap_s: float = 600.0


@dataclass(frozen=True, slots=True)
class Failure:
    """The new state of a failed step, and what is added to its counters."""

    state: StepState
    delay_s: float = 0.0
    errors: int = 0
    crashes: int = 0
    hold: str | None = None
    """What a waiting step waits for other than its time, see `domain.waiting.HOLDS`."""


def decide(
    error_class: ErrorClass, error_count: int, crash_count: int, policy: RetryPolicy, delay_s: float = 0.0
) -> Failure:
    """Say what follows from a failure.

    Args:
        error_class: why it failed.
        error_count, crash_count: as stored, before this failure.
        policy: the bounds.
        delay_s: for RELEASED, how long to wait before the step is ready again.
    """
    match error_class:
        case ErrorClass.RELEASED:
            return Failure(StepState.WAITING if delay_s > 0 else StepState.PENDING, delay_s)
        case ErrorClass.PERMANENT:
            return Failure(StepState.DEAD, errors=1)
        case ErrorClass.CRASH:
            dead = crash_count + 1 >= policy.max_crashes
            return Failure(StepState.DEAD if dead else StepState.PENDING, crashes=1)
        case ErrorClass.TRANSIENT:
            if error_count + 1 >= policy.max_errors:
                return Failure(StepState.DEAD, errors=1)
            return Failure(StepState.WAITING, backoff_s(error_count, policy), errors=1)


def backoff_s(error_count: int, policy: RetryPolicy) -> float:
    """Full jitter: uniform between 0 and base x 2^errors, capped (AWS Architecture Blog, 2015)."""
    return random.uniform(0.0, min(policy.backoff_cap_s, policy.backoff_base_s * 2**error_count))  # noqa: S311
