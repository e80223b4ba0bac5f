"""What a server process does beside its requests: the audit log's chain and counts, and the times of last use."""

from __future__ import annotations

import itertools
import threading

import structlog
from sqlalchemy.exc import SQLAlchemyError

from orchestrator.bootstrap import Orchestrator

EVERY_S = 1.0
CHAIN_EVERY = 5
"""Turns: whether there is anything for the chain is a question to the database, which a server at rest need not ask."""
STOP_S = 5.0

log = structlog.get_logger(__name__)


class Upkeep:
    """A thread that writes every second what the requests left to write, and chains it within five. Start it after
    the fork.
    """

    def __init__(self, orchestrator: Orchestrator, every_s: float = EVERY_S) -> None:
        self._orchestrator = orchestrator
        self._every_s = every_s
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="upkeep", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Write what is left, and end."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(STOP_S)
        self.write(everything=True)

    def write(self, *, everything: bool = False, chain: bool = True) -> None:
        """Write what there is; what the database does not take now is kept for the next time."""
        try:
            self._orchestrator.accounts.write_uses()
            self._orchestrator.audit.flush(everything=everything)
            if chain:
                self._orchestrator.audit.chain()
        except SQLAlchemyError as error:
            log.warning("upkeep_delayed", error=type(error).__name__)

    def _run(self) -> None:
        for turn in itertools.count(1):
            if self._stopped.wait(self._every_s):
                return
            self.write(chain=turn % CHAIN_EVERY == 0)
