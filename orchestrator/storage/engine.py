"""The one way to a database connection."""

from __future__ import annotations

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import NullPool

from orchestrator.config import Settings

SessionFactory = sessionmaker[Session]


def make_engine(settings: Settings, *, role: str = "orchestrator", pool: bool = True, ping: bool = True) -> Engine:
    """An engine whose every wait is bounded.

    Args:
        settings: the pool's size and the timeouts.
        role: shown as application_name in pg_stat_activity.
        pool: False gives a fresh connection each time, for threads that must not wait for the pool.
        ping: False saves a round trip per checkout, for processes that repeat what a lost connection broke.
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
    if not pool:
        return create_engine(settings.database_url, connect_args=connect, poolclass=NullPool)
    return create_engine(
        settings.database_url,
        connect_args=connect,
        pool_pre_ping=ping,
        pool_recycle=1800,
        pool_size=settings.database_pool,
        max_overflow=settings.database_pool,
        pool_timeout=10,
    )


def session_factory(engine: Engine) -> SessionFactory:
    """Sessions that keep what they loaded readable after commit."""
    return sessionmaker(engine, expire_on_commit=False)


def autocommit(sessions: SessionFactory) -> SessionFactory:
    """Sessions on the same pool for single statements: each one is a transaction, in one round trip."""
    return sessionmaker(sessions.kw["bind"].execution_options(isolation_level="AUTOCOMMIT"), expire_on_commit=False)


def snapshot(sessions: SessionFactory) -> SessionFactory:
    """Sessions on the same pool for reading: all statements of a transaction see the database as the first one did."""
    engine = sessions.kw["bind"].execution_options(isolation_level="REPEATABLE READ")
    return sessionmaker(engine, expire_on_commit=False)
