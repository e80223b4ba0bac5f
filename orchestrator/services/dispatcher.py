"""Chooses which steps go to the broker next. Publishing is the leader's: it happens after these commits."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.config import Settings
from orchestrator.queue import TaskMessage
from orchestrator.storage import steps
from orchestrator.storage.engine import SessionFactory, autocommit


class Dispatcher:
    """pending -> dispatched, and back where publishing failed. Each method commits."""

    def __init__(self, settings: Settings, sessions: SessionFactory) -> None:
        self._settings = settings
        self._sessions = sessions
        self._single = autocommit(sessions)

    def dispatch(self, queue: str) -> list[TaskMessage]:
        """Mark what fits in the queue's window as dispatched and return the messages in the order to publish."""
        settings = self._settings
        with self._single() as session:
            return steps.dispatch(session, queue, settings.dispatch_window, settings.agent_timeout_s)

    def recall(self, messages: Sequence[TaskMessage]) -> None:
        """Return messages to pending that were not, or may not have been, published."""
        with self._sessions.begin() as session:
            steps.recall(session, messages)
