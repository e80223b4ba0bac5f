"""What a statement costs beside itself."""

from __future__ import annotations

from sqlalchemy import event, text

from orchestrator.bootstrap import Orchestrator
from orchestrator.storage import at_commit
from orchestrator.storage.engine import autocommit, one_transaction, snapshot

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


_SAY = "INSERT INTO periodic_runs (name, slot) VALUES (%s, now())"
_NAMES = text("SELECT name FROM periodic_runs ORDER BY name")


def names(orchestrator: Orchestrator) -> list[str]:
    with orchestrator.sessions() as session:
        return list(session.execute(_NAMES).scalars())


def test_what_is_said_last_goes_in_one_round_trip_or_not_at_all(orchestrator: Orchestrator) -> None:
    sent: list[str] = []
    event.listen(orchestrator.engine, "before_cursor_execute", lambda _c, _k, said, *_: sent.append(said))
    with orchestrator.sessions.begin() as session:
        at_commit.say(session, _SAY, ["a"])
        at_commit.say(session, _SAY, ["100 %s; b"])
        with session.begin_nested():
            session.execute(text("SELECT 1"))
        assert len(sent) == 3, "a savepoint, its statement, its end"
    assert len(sent) == 4

    with orchestrator.sessions() as session:
        at_commit.say(session, _SAY, ["c"])
        session.rollback()
        session.execute(text("SELECT 1"))
        at_commit.say(session, _SAY, ["d"])
        session.rollback()
        session.execute(text("SELECT 1"))
        session.commit()
    assert names(orchestrator) == ["100 %s; b", "a"]


def test_where_no_commit_is_watched_it_is_said_at_once(orchestrator: Orchestrator) -> None:
    with autocommit(orchestrator.sessions)() as session:
        at_commit.say(session, _SAY, ["alone"])
    with orchestrator.engine.begin() as connection:
        at_commit.say(connection, _SAY, ["connection"])
    with one_transaction(orchestrator.sessions) as outer:
        at_commit.say(outer, _SAY, ["outer"])
        with orchestrator.sessions.begin() as inner:
            at_commit.say(inner, _SAY, ["inner"])
        assert names(orchestrator) == ["alone", "connection", "inner", "outer"]
        outer.rollback()
    assert names(orchestrator) == ["alone", "connection"]
