"""Keeps a child's lease alive while it works, on a thread and a connection of its own."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Iterator
from types import FrameType

import structlog
from sqlalchemy.exc import SQLAlchemyError

from orchestrator.config import Settings
from orchestrator.domain.step import ClaimedStep
from orchestrator.errors import Fenced
from orchestrator.storage import steps
from orchestrator.storage.engine import make_engine

log = structlog.get_logger(__name__)

STOP_SIGNAL = signal.SIGUSR2


class Heart:
    """Beats for the one step that this process runs.

    When the step has been cancelled or taken away, it interrupts the work. A worker whose main thread cannot be
    interrupted is killed by its agent (see `agent.py`).
    """

    def __init__(self, settings: Settings, role: str) -> None:
        self._settings = settings
        self._engine = make_engine(settings, role=f"{role} heart", pool=False)
        self._step: ClaimedStep | None = None
        self._working = False
        signal.signal(STOP_SIGNAL, self._stop_work)
        threading.Thread(target=self._run, name="heart", daemon=True).start()

    @contextlib.contextmanager
    def beating(self, step: ClaimedStep) -> Iterator[None]:
        """Renew this step's lease until the block ends."""
        self._step = step
        try:
            yield
        finally:
            self._step = None

    @contextlib.contextmanager
    def interruptible(self) -> Iterator[None]:
        """Inside this block, losing the step raises Fenced. Outside, the database fences the writes."""
        self._working = True
        try:
            yield
        finally:
            self._working = False

    def _run(self) -> None:
        # A fixed rhythm: a step meets its first beat after one interval at most, well within its lease.
        while True:
            time.sleep(self._settings.heartbeat_s)
            if (step := self._step) is not None:
                self._beat(step)

    def _beat(self, step: ClaimedStep) -> None:
        try:
            with self._engine.begin() as connection:
                alive = steps.heartbeat(connection, step, self._settings.lease_s)
        except (SQLAlchemyError, MemoryError) as error:  # memory is short while a document is read
            log.warning("heartbeat_failed", step_id=step.id, error=str(error))
            return
        if not alive and self._step is step and self._working:
            log.warning("step_lost", step_id=step.id, epoch=step.epoch)
            signal.pthread_kill(threading.main_thread().ident or 0, STOP_SIGNAL)

    def _stop_work(self, signum: int, frame: FrameType | None) -> None:
        if self._working and self._step is not None:
            raise Fenced(f"Step {self._step.id} was cancelled or taken over; the work on it stops.")
