"""A circuit breaker's rule: whether an agent that failed its checks may work, and when it is tried again.

Who may ask, and when, is settled by the database (see `services/agent_health.py`); here only what follows from an
answer. Source of the pattern: M. Nygard, Release It!, chapter 5.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

DOUBLINGS = 16
"""Further ones change nothing: the cap is reached long before."""


class BreakerState(StrEnum):
    """Whether an agent gets steps."""

    CLOSED = "closed"
    """It answers: it gets steps."""
    OPEN = "open"
    """It failed too often: no steps, and no checks until its time has come."""
    HALF_OPEN = "half_open"
    """Its time has come and one check tries it; no steps yet."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from a check. `open_s`: seconds until the next one, only where the breaker is open.

    `flaps` counts how often it opened lately, and `quarantine_s` is how long one that flaps gets no steps though it
    answers again.
    """

    state: BreakerState
    failures: int
    open_s: float | None = None
    flaps: int = 0
    quarantine_s: float | None = None


@dataclass(frozen=True, slots=True)
class QuarantineRule:
    """Keeps steps from an agent that falls ill again and again.

    Attributes:
        first_s: after the second time; doubles with each further one.
        cap_s: at most so long; one that did not fall ill for so long starts anew.
    """

    first_s: float
    cap_s: float

    def after(self, before: BreakerState, verdict: Verdict, flaps: int) -> Verdict:
        """The verdict with what follows from the agent's history.

        Args:
            before: the breaker's state during the check.
            verdict: of the check.
            flaps: how often it opened within the last `cap_s`.
        """
        if before is BreakerState.CLOSED and verdict.state is BreakerState.OPEN:
            return replace(verdict, flaps=flaps + 1)
        if before is BreakerState.CLOSED or verdict.state is not BreakerState.CLOSED or flaps < 2:
            return replace(verdict, flaps=flaps)
        doublings = min(flaps - 2, DOUBLINGS)
        return replace(verdict, flaps=flaps, quarantine_s=min(self.first_s * 2**doublings, self.cap_s))


@dataclass(frozen=True, slots=True)
class BreakerRule:
    """The bounds.

    Attributes:
        threshold: failures in a row that open the breaker.
        open_s: how long it stays open at first; doubles with each failed try.
        cap_s: how long it stays open at most.
    """

    threshold: int
    open_s: float
    cap_s: float

    def after(self, state: BreakerState, failures: int, *, healthy: bool) -> Verdict:
        """What follows from one check's answer.

        Args:
            state: during the check.
            failures: in a row, before this check.
            healthy: whether the agent answered well.
        """
        if healthy:
            return Verdict(BreakerState.CLOSED, 0)
        failures += 1
        if state is BreakerState.CLOSED and failures < self.threshold:
            return Verdict(BreakerState.CLOSED, failures)
        doublings = min(max(failures - self.threshold, 0), DOUBLINGS)
        return Verdict(BreakerState.OPEN, failures, min(self.open_s * 2**doublings, self.cap_s))
