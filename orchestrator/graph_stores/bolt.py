"""The way to Neo4j: one driver per process, opened on first use, every wait bounded."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from orchestrator.config import Settings
from orchestrator.errors import Unavailable

if TYPE_CHECKING:
    from neo4j import Driver, ManagedTransaction, Session

T = TypeVar("T")
Work = Callable[["ManagedTransaction"], T]

PATIENCE_S = 5.0
"""After a call that could not be made or was not answered in time, others are refused at once for so long."""
AWAY = "Check that it runs, NEO4J_URI, NEO4J_USERNAME and NEO4J_PASSWORD; what is written meanwhile reaches it later."


class Bolt:
    """Reads and writes in transactions that are repeated where the server says that this may help.

    A server that hangs sends no error, and the driver would wait for it for ever; so each call runs in a thread that
    is left to itself when its time is over.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._opening = threading.Lock()
        self._driver: Driver | None = None
        self._away_until = 0.0

    def read(self, work: Work[T]) -> T:
        """Do work in one reading transaction. It may be called more than once.

        Raises:
            Unavailable: Neo4j does not answer, or does not let us in.
        """
        return self._bounded(lambda session: session.execute_read(self._timed(work)))

    def write(self, work: Work[T]) -> T:
        """Do work in one writing transaction. It may be called more than once.

        Raises:
            Unavailable: Neo4j does not answer, or does not let us in.
        """
        return self._bounded(lambda session: session.execute_write(self._timed(work)))

    def run(self, statement: str) -> None:
        """Run a statement in a transaction of its own, as those that change the schema need it."""
        self._bounded(lambda session: session.run(statement).consume())

    def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        with self._opening:
            driver, self._driver = self._driver, None
        if driver is not None and time.monotonic() >= self._away_until:
            driver.close()

    def _timed(self, work: Work[T]) -> Work[T]:
        from neo4j import unit_of_work

        return unit_of_work(timeout=self._settings.neo4j_total_s)(work)

    def _bounded(self, call: Callable[[Session], T]) -> T:
        if time.monotonic() < self._away_until:
            raise Unavailable(f"Neo4j did not answer a moment ago. {AWAY}")
        outcome: list[T | BaseException] = []
        thread = threading.Thread(target=self._call, args=(call, outcome), name="bolt", daemon=True)
        thread.start()
        thread.join(self._settings.neo4j_total_s + self._settings.neo4j_connect_s)
        if not outcome:
            self._away_until = time.monotonic() + PATIENCE_S
            self._driver = None
            raise Unavailable(f"Neo4j did not answer within {self._settings.neo4j_total_s:g} s. {AWAY}")
        if isinstance(outcome[0], BaseException):
            raise self._told(outcome[0])
        return outcome[0]

    def _told(self, error: BaseException) -> BaseException:
        from neo4j.exceptions import AuthError, DriverError, TransientError

        if not isinstance(error, DriverError | TransientError | AuthError):
            return error
        if not isinstance(error, TransientError):
            self._away_until = time.monotonic() + PATIENCE_S
        told = Unavailable(f"Neo4j does not answer or does not let us in: {type(error).__name__}. {AWAY}")
        told.__cause__ = error
        return told

    def _call(self, call: Callable[[Session], T], outcome: list[T | BaseException]) -> None:
        try:
            with self._open().session(database=self._settings.neo4j_database or None) as session:
                outcome.append(call(session))
        except BaseException as error:  # handed to the caller's thread
            outcome.append(error)

    def _open(self) -> Driver:
        from neo4j import GraphDatabase  # 20 MB: only in a process that needs it

        settings = self._settings
        with self._opening:
            if self._driver is None:
                self._driver = GraphDatabase.driver(
                    settings.neo4j_uri,
                    auth=(settings.neo4j_username, settings.neo4j_password) if settings.neo4j_password else None,
                    connection_timeout=settings.neo4j_connect_s,
                    connection_acquisition_timeout=settings.neo4j_connect_s,
                    max_transaction_retry_time=settings.neo4j_connect_s,
                    max_connection_lifetime=1800,
                    max_connection_pool_size=20,
                    liveness_check_timeout=30,
                    telemetry_disabled=True,
                    warn_notification_severity="OFF",
                )
            return self._driver


def statements(wanted: Iterable[tuple[str, Mapping[str, Any]]]) -> Work[list[dict[str, Any]]]:
    """Work that runs statements in order and returns the records of all of them."""
    todo = list(wanted)

    def work(transaction: ManagedTransaction) -> list[dict[str, Any]]:
        return [record for text, values in todo for record in transaction.run(text, dict(values)).data()]

    return work
