"""What a transaction says last, in one round trip: statements whose answers nobody needs go together when it commits.

The commit of every change waits for them, and on a short statement most of the time is the way there and back.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.orm import Session

from orchestrator.storage.engine import SessionFactory

WATCHED = "says_at_commit"
SAID = "said_at_commit"


def watch(sessions: SessionFactory) -> None:
    """Let the sessions of this factory keep such statements until they commit."""
    sessions.configure(info={WATCHED: True})
    event.listen(sessions, "before_commit", _send)
    event.listen(sessions, "after_rollback", _forget)


def say(session: Session | Connection, statement: str, values: Sequence[Any]) -> None:
    """Execute a statement when the transaction commits; at once where nobody watches for that.

    Args:
        session: its transaction.
        statement: in the driver's own form, with `%s` for each value.
        values: as many.
    """
    if isinstance(session, Connection):
        session.exec_driver_sql(statement, tuple(values))
    elif WATCHED in session.info:
        if not session.in_transaction():
            session.begin()  # so that a rollback has something to end
        session.info.setdefault(SAID, []).append((statement, values))
    else:
        session.connection().exec_driver_sql(statement, tuple(values))


def _send(session: Session) -> None:
    if session.in_nested_transaction():
        return
    said = session.info.pop(SAID, ())
    if said:
        statements, values = zip(*said, strict=True)
        session.connection().exec_driver_sql(";".join(statements), tuple(chain.from_iterable(values)))


def _forget(session: Session) -> None:
    session.info.pop(SAID, None)
