"""The one way to a database connection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import NullPool

from orchestrator.config import Settings
from orchestrator.observability import statements

SessionFactory = sessionmaker[Session]


def make_engine(
    settings: Settings, *, role: str = "orchestrator", pool: bool = True, ping: bool = True, size: int | None = None
) -> Engine:
    """An engine whose every wait is bounded.

    Args:
        settings: the pool's size and the timeouts.
        role: shown as application_name in pg_stat_activity.
        pool: False gives a fresh connection each time, for threads that must not wait for the pool.
        ping: False saves a round trip per checkout, for processes that repeat what a lost connection broke.
        size: most connections of the pool; None: that of the API, by the settings.
    """
    options = (
        f"-c statement_timeout={int(settings.statement_timeout_s * 1000)}"
        f" -c lock_timeout={int(settings.lock_timeout_s * 1000)}"
        " -c idle_in_transaction_session_timeout=60000"
        " -c timezone=UTC"
    )
    connect = {
        "connect_timeout": 5,
        "application_name": role,
        "options": options,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 20_000,
    }
    always = {"connect_args": connect, "hide_parameters": True}  # an error's text gets into logs and answers
    if not pool:
        return _watched(create_engine(settings.database_url, **always, poolclass=NullPool), settings)
    engine = create_engine(
        settings.database_url,
        **always,
        pool_pre_ping=ping,
        pool_recycle=1800,
        pool_size=settings.database_pool if size is None else size,
        max_overflow=settings.database_pool if size is None else 0,
        pool_timeout=settings.database_pool_wait_s,
    )
    return _watched(engine, settings)


def _watched(engine: Engine, settings: Settings) -> Engine:
    engine.dialect.reset_isolation_level = _reset_isolation  # type: ignore[assignment]
    statements.watch(engine, settings.slow_query_s)
    return engine


def _reset_isolation(connection: DBAPIConnection) -> None:
    """Back to the server's isolation level without asking it: SQLAlchemy names the level, and that is a round trip."""
    connection.autocommit = False
    connection.isolation_level = None


_JOINED: ContextVar[Connection | None] = ContextVar("joined_transaction", default=None)


class _JoiningSessions(sessionmaker[Session]):
    """Makes sessions that take part in the transaction that this thread has opened with `one_transaction`, if any."""

    def __call__(self, **local: Any) -> Session:
        joined = _JOINED.get()
        if joined is not None and joined.engine.pool is self.kw["bind"].pool:
            local = {"bind": joined, "join_transaction_mode": "create_savepoint"} | local
        return super().__call__(**local)


@contextmanager
def one_transaction(sessions: SessionFactory) -> Iterator[Session]:
    """Make all that this thread does in sessions on this pool one transaction, until the end of the block.

    What is committed in between is a savepoint. It all takes effect at the end, or not at all where an error leaves
    the block or the yielded session is rolled back.
    """
    with sessions.kw["bind"].connect() as connection, connection.begin() as transaction:
        token = _JOINED.set(connection)
        try:
            with Session(connection, join_transaction_mode="rollback_only") as session:
                yield session
                if transaction.is_active:
                    session.commit()
        finally:
            _JOINED.reset(token)


def session_factory(engine: Engine) -> SessionFactory:
    """Sessions that keep what they loaded readable after commit."""
    return _JoiningSessions(engine, expire_on_commit=False)


def autocommit(sessions: SessionFactory) -> SessionFactory:
    """Sessions on the same pool for single statements: each one is a transaction, in one round trip."""
    engine = sessions.kw["bind"].execution_options(isolation_level="AUTOCOMMIT")
    return _JoiningSessions(engine, expire_on_commit=False)


def snapshot(sessions: SessionFactory) -> SessionFactory:
    """Sessions on the same pool for reading: all statements of a transaction see the database as the first one did."""
    engine = sessions.kw["bind"].execution_options(isolation_level="REPEATABLE READ")
    return _JoiningSessions(engine, expire_on_commit=False)
