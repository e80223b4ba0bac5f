"""What a statement costs beside itself."""

from __future__ import annotations

from sqlalchemy import text

from orchestrator.bootstrap import Orchestrator
from orchestrator.storage.engine import autocommit, snapshot

# Of this connection and this transaction: a change of state is told by the statement that made it.
_MODE = text("SELECT current_setting('transaction_isolation'), current_setting('default_transaction_isolation')")


def test_a_connection_comes_back_from_autocommit_and_snapshots_as_it_was(orchestrator: Orchestrator) -> None:
    for _ in range(2):
        with autocommit(orchestrator.sessions)() as session:
            session.execute(_MODE)
            driver = session.connection().connection.driver_connection
            assert driver is not None
            assert driver.autocommit
        assert not driver.autocommit
        assert driver.isolation_level is None
        with snapshot(orchestrator.sessions)() as session:
            assert session.execute(_MODE).one() == ("repeatable read", "read committed")
        with orchestrator.sessions() as session:
            assert session.execute(_MODE).one() == ("read committed", "read committed")
