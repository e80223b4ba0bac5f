"""Chooses which steps go to the broker next. Publishing is the leader's: it happens after these commits."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.config import Settings
from orchestrator.queue import TaskMessage
from orchestrator.storage import steps
from orchestrator.storage.engine import SessionFactory, autocommit
from orchestrator.storage.fairness import dispatch_limited

LIMITED = ("creator", "validator")
"""Queues whose steps count towards their owner's limit."""


class Dispatcher:
    """pending -> dispatched, and back where publishing failed. Each method commits."""

    def __init__(self, settings: Settings, sessions: SessionFactory) -> None:
        self._settings = settings
        self._sessions = sessions
        self._single = autocommit(sessions)

    def ready(self, queues: Sequence[str]) -> Sequence[str]:
        """Those of the queues that have something to dispatch: at rest, one small question instead of large ones."""
        with self._single() as session:
            return steps.ready_queues(session, queues)

    def dispatch(self, queue: str) -> list[TaskMessage]:
        """Mark what fits in the queue's window as dispatched and return the messages in the order to publish."""
        settings = self._settings
        window, timeout_s, limit = settings.dispatch_window, settings.agent_timeout_s, settings.owner_limit
        with self._single() as session:
            if limit and queue in LIMITED:
                return dispatch_limited(session, queue, window, timeout_s, limit)
            return steps.dispatch(session, queue, window, timeout_s)

    def recall(self, messages: Sequence[TaskMessage]) -> None:
        """Return messages to pending that were not, or may not have been, published."""
        with self._sessions.begin() as session:
            steps.recall(session, messages)
