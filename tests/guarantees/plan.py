"""What goes wrong, when and where: decided by the seed alone."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum

PER_SECOND = 0.7


class Fault(StrEnum):
    """What can be done to a running stack."""

    KILL_WORKER = "kill a worker"
    KILL_CHILD = "kill a worker's child"
    KILL_AT_FAILPOINT = "kill a worker's child in the middle of a transaction"
    KILL_BROKER = "kill Valkey"
    FLUSH_BROKER = "empty Valkey"
    KILL_API = "kill the API"
    KILL_LEADER = "kill the leader"
    KILL_DATABASE = "kill PostgreSQL"
    FREEZE_WORKER = "freeze a worker beyond its lease"
    FREEZE_LEADER = "freeze the leader beyond its lease"
    CUT_CONNECTIONS = "end connections to PostgreSQL"
    REPEAT_MESSAGES = "send old messages again"
    GARBAGE = "send garbage messages"
    POISON = "submit a poison document"


@dataclass(frozen=True, slots=True)
class Planned:
    """One fault: `at_s` seconds after the start, on candidate number `index` (modulo how many there are)."""

    at_s: float
    fault: Fault
    index: int

    def __str__(self) -> str:
        return f"{self.at_s:6.1f} s  {self.fault} ({self.index})"


def plan(seed: int, seconds: float) -> list[Planned]:
    """Faults spread over `seconds`. Every kind comes once before any comes again."""
    random_ = random.Random(seed)  # noqa: S311 - chances of a test, no secret
    count = max(1, round(seconds * PER_SECOND))
    kinds: list[Fault] = []
    while len(kinds) < count:
        kinds += random_.sample(list(Fault), len(Fault))
    step = seconds / count
    return [
        Planned(round((number + random_.random()) * step, 2), fault, random_.randrange(1000))
        for number, fault in enumerate(kinds[:count])
    ]
