"""The queues as the operator sees them: what waits in them, and who could take it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from orchestrator.config import Settings
from orchestrator.domain.step import QUEUES
from orchestrator.errors import NotFound
from orchestrator.storage import pauses, queues
from orchestrator.storage.engine import SessionFactory


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


def _require(name: str) -> None:
    if name not in QUEUES:
        raise NotFound(f"There is no queue {name!r}; there are: {', '.join(QUEUES)}.", details={"queue": name})
