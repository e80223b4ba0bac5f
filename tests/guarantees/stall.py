"""How much of its time the machine owed to those who wanted to run: a bound that it missed by so much is its fault."""

from __future__ import annotations

import threading
import time
from collections import deque

STEP_S = 0.05
WINDOW_S = 10.0


class StallWatch(threading.Thread):
    """Sleeps in short steps and adds up by how much it was woken too late.

    `worst_s` is the largest sum of delays within any ten seconds; next to nothing on a machine that is free.
    """

    def __init__(self) -> None:
        super().__init__(name="stall", daemon=True)
        self.worst_s = 0.0
        self._delays: deque[tuple[float, float]] = deque()
        self._sum_s = 0.0

    def run(self) -> None:
        """Watch until the process ends."""
        before = time.monotonic()
        while True:
            time.sleep(STEP_S)
            now = time.monotonic()
            self.note(now, now - before - STEP_S)
            before = now

    def note(self, at: float, delay_s: float) -> None:
        """Take a delay into account."""
        self._delays.append((at, delay_s))
        self._sum_s += delay_s
        while self._delays[0][0] < at - WINDOW_S:
            self._sum_s -= self._delays.popleft()[1]
        self.worst_s = max(self.worst_s, self._sum_s)
