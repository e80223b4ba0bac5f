"""The queues as the operator sees them, for people and for Prometheus. Reads only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from orchestrator.config import Settings
from orchestrator.domain.job import LIVE
from orchestrator.domain.step import OPEN, QUEUES
from orchestrator.errors import NotFound
from orchestrator.observability.metrics import Gauge, render
from orchestrator.storage import pauses, queues
from orchestrator.storage.engine import SessionFactory

PREFIX = "orchestrator"


@dataclass(frozen=True, slots=True)
class QueueView:
    """A queue: steps by state, `depth` of them ready and not begun, and the slots of agents that get steps.

    `paused_at` and `paused_by` are None where its steps are dispatched.
    """

    name: str
    depth: int
    oldest_age_s: float | None
    waiting: int
    pending: int
    dispatched: int
    running: int
    agents: int
    slots: int
    free_slots: int
    paused_at: datetime | None
    paused_by: str | None


class Queues:
    """Asks the database alone."""

    def __init__(self, settings: Settings, sessions: SessionFactory) -> None:
        self._settings = settings
        self._sessions = sessions

    def list(self) -> Sequence[QueueView]:
        """Every queue, in the order of the work."""
        with self._sessions() as session:
            rows = queues.rows(session, self._settings.agent_timeout_s)
        return [QueueView(**{item.name: getattr(row, item.name) for item in fields(QueueView)}) for row in rows]

    def pause(self, name: str, by: str) -> QueueView:
        """Dispatch nothing more of a queue, until it is resumed, and take back what nobody has claimed. Commits.

        What runs goes on. A queue that is paused stays as it is.

        Raises:
            NotFound: there is no such queue.
        """
        _require(name)
        with self._sessions.begin() as session:
            pauses.pause(session, name, by)
        return self._one(name)

    def resume(self, name: str) -> QueueView:
        """Dispatch a queue's steps again, at once. Commits.

        Raises:
            NotFound: there is no such queue.
        """
        _require(name)
        with self._sessions.begin() as session:
            pauses.resume(session, name)
        return self._one(name)

    def _one(self, name: str) -> QueueView:
        return next(queue for queue in self.list() if queue.name == name)

    def metrics(self) -> str:
        """The numbers in Prometheus' text format."""
        seen = self.list()
        with self._sessions() as session:
            live, breakers = queues.live_jobs(session), queues.breakers(session)
        jobs = tuple(({"status": status.value}, float(live.get(status, 0))) for status in sorted(LIVE))
        open_breakers = tuple(({"kind": kind}, float(count)) for kind, count in breakers.items())
        return render(
            (
                *_gauges(seen),
                Gauge(f"{PREFIX}_jobs", "Jobs that have not ended, by status.", jobs),
                Gauge(f"{PREFIX}_breakers_open", "Agents whose circuit breaker is not closed.", open_breakers),
            )
        )


def _require(name: str) -> None:
    if name not in QUEUES:
        raise NotFound(f"There is no queue {name!r}; there are: {', '.join(QUEUES)}.", details={"queue": name})


def _gauges(seen: Sequence[QueueView]) -> Iterator[Gauge]:
    steps = tuple(
        ({"queue": queue.name, "state": state.value}, float(getattr(queue, state.value)))
        for queue in seen
        for state in OPEN
    )
    yield Gauge(f"{PREFIX}_steps", "Open steps by queue and state.", steps)
    said = {
        "oldest_age_s": (
            "oldest_pending_seconds",
            "Age of the oldest step ready and not begun; 0 without one.",
        ),
        "agents": ("agents", "Agents that get steps."),
        "slots": ("slots", "Slots of these agents."),
        "free_slots": ("free_slots", "Slots of these agents that run no step."),
    }
    for attribute, (name, words) in said.items():
        samples = tuple(({"queue": queue.name}, float(getattr(queue, attribute) or 0)) for queue in seen)
        yield Gauge(f"{PREFIX}_{name}", words, samples)
