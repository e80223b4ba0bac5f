"""How many worker processes a kind of agent should have. Pure: loads and times in, a number out."""

from __future__ import annotations

import re
from dataclasses import dataclass

from orchestrator.domain.step import AGENT_KINDS
from orchestrator.errors import Invalid

MOST = 32
GROW_EVERY_S = 3.0
"""A new process needs about as long before it takes its first step."""
_RANGE = re.compile(r"(\w+)=(\d{1,2}),(\d{1,2})")


@dataclass(frozen=True, slots=True)
class Range:
    """Between how many processes a kind may have."""

    kind: str
    least: int
    most: int

    @classmethod
    def parse(cls, words: str) -> Range:
        """Read `creator=1,4`.

        Raises:
            Invalid: of another form, of an unknown kind, or no range.
        """
        found = _RANGE.fullmatch(words)
        if not found or found[1] not in AGENT_KINDS:
            raise Invalid(
                f"{words!r} must be KIND=LEAST,MOST, as in creator=1,4; KIND is one of {', '.join(AGENT_KINDS)}"
            )
        least, most = int(found[2]), int(found[3])
        if not least <= most <= MOST or most == 0:
            raise Invalid(f"{words!r} must have LEAST <= MOST, and MOST from 1 to {MOST}")
        return cls(found[1], least, most)

    def clamp(self, count: int) -> int:
        """The number within the range that is nearest."""
        return max(self.least, min(count, self.most))


@dataclass(frozen=True, slots=True)
class Load:
    """Steps of one kind of agent: ready ones with the age of the oldest in seconds, and running ones."""

    waiting: int = 0
    running: int = 0
    oldest_age_s: float = 0.0


class Pace:
    """Decides for one kind, one process at a time: quick to grow, slow to shrink, so that it does not flap.

    It grows while more steps wait than all processes can take at once, or while the oldest waits for too long, seen
    twice in a row. It shrinks when one process less would have been enough all the while.

    Args:
        within: the range.
        slots: steps that one process runs at once.
        age_s: a step that waits longer than this needs another process.
        quiet_s: for so long one process less must have been enough.
    """

    def __init__(self, within: Range, slots: int, age_s: float, quiet_s: float) -> None:
        self.within = within
        self._slots = slots
        self._age_s = age_s
        self._quiet_s = quiet_s
        self._crowded_before = False
        self._grown_at = -GROW_EVERY_S
        self._quiet_since: float | None = None

    def wanted(self, count: int, load: Load, now: float) -> int:
        """How many processes there should be; `now` is a monotonic time in seconds."""
        if count != self.within.clamp(count):
            return self.within.clamp(count)
        if self._should_grow(count, load, now):
            self._grown_at = now
            return self.within.clamp(count + 1)
        if self._should_shrink(count, load, now):
            self._quiet_since = now
            return self.within.clamp(count - 1)
        return count

    def _should_grow(self, count: int, load: Load, now: float) -> bool:
        crowded = load.waiting > count * self._slots or (load.waiting > 0 and load.oldest_age_s > self._age_s)
        twice, self._crowded_before = crowded and self._crowded_before, crowded
        if crowded:
            self._quiet_since = None
        return twice and now - self._grown_at >= GROW_EVERY_S

    def _should_shrink(self, count: int, load: Load, now: float) -> bool:
        if self._crowded_before or load.waiting + load.running > (count - 1) * self._slots:
            self._quiet_since = None
            return False
        if self._quiet_since is None:
            self._quiet_since = now
        return now - self._quiet_since >= self._quiet_s
