"""Starts and stops worker processes by the work there is, within the ranges of `orchestrator up --autoscale`."""

from __future__ import annotations

import time

from orchestrator.stack.backlog import Backlog
from orchestrator.stack.children import ServiceSpecs
from orchestrator.stack.process import ChildState
from orchestrator.stack.scaling import Load, Pace
from orchestrator.stack.supervisor import Announce, Supervisor

LOOK_S = 1.0
AWAY_S = 10.0


class Autoscaler:
    """Looks once a second; give `tick` to `Supervisor.run`.

    A process that is no longer needed is stopped softly: running steps may end, what is left is given back. While the
    database does not answer, everything stays as it is.

    Args:
        backlog: tells the loads.
        specs, supervisor: make and run the processes.
        paces: one for each kind that is scaled.
        changed: gets a line after each change.
    """

    def __init__(
        self, backlog: Backlog, specs: ServiceSpecs, supervisor: Supervisor, paces: list[Pace], changed: Announce
    ) -> None:
        self._backlog = backlog
        self._specs = specs
        self._supervisor = supervisor
        self._paces = paces
        self._changed = changed
        self._due_at = 0.0

    def tick(self) -> None:
        """Look and act, if it is time to."""
        now = time.monotonic()
        if now < self._due_at:
            return
        loads = self._backlog.loads()
        self._due_at = now + (AWAY_S if loads is None else LOOK_S)
        for pace in self._paces if loads is not None else ():
            self._follow(pace, (loads or {}).get(pace.within.kind, Load()), now)

    def _follow(self, pace: Pace, load: Load, now: float) -> None:
        kind, working = pace.within.kind, self._working(pace.within.kind)
        wanted = pace.wanted(len(working), load, now)
        for _ in range(len(working), wanted):
            self._supervisor.add(self._specs.worker(kind, self._free_number(kind)))
        for number in working[wanted:]:
            self._supervisor.remove(f"{kind}-{number}")
        if wanted != len(working):
            why = f"{load.waiting} steps wait, {load.running} run, the oldest waits {load.oldest_age_s:.0f} s"
            self._changed(f"scaled    {kind} from {len(working)} to {wanted}   ({why})")

    def _working(self, kind: str) -> list[int]:
        """The numbers of the kind's processes, without those that are on their way out."""
        return [
            number
            for number in self._numbers(kind)
            if self._supervisor.children[f"{kind}-{number}"].state is not ChildState.STOPPING
        ]

    def _numbers(self, kind: str) -> list[int]:
        names = (name.rpartition("-") for name in self._supervisor.children)
        return sorted(int(number) for start, _, number in names if start == kind)

    def _free_number(self, kind: str) -> int:
        used = set(self._numbers(kind))
        return next(number for number in range(1, len(used) + 2) if number not in used)
