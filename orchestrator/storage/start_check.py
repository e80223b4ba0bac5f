"""What a process asks the database before it starts to work: may this code use it, and has it enough connections."""

from __future__ import annotations

from importlib.resources import files

import structlog
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from orchestrator.config import Settings
from orchestrator.errors import ConfigError
from orchestrator.storage import connections
from orchestrator.storage.engine import make_engine
from orchestrator.storage.versions import refuse_old_postgres

log = structlog.get_logger(__name__)


def check_start(settings: Settings, process: str, most: int) -> None:
    """Log how many connections this process may take of how many there are; warn where it is more.

    A database that does not answer is not asked: the process starts and waits for it.

    Args:
        process: named in the log.
        most: connections that it may hold at once, with its children.

    Raises:
        Unavailable: `postgres_too_old`.
        ConfigError: `schema_too_new`: the database needs newer code. `too_many_connections`: it can never have `most`.
    """
    engine = make_engine(settings, role=f"{process} start", pool=False)
    try:
        with engine.connect() as connection:
            refuse_old_postgres(connection)
            _check_schema(connection)
            there = int(connection.execute(text(connections.ROOM)).scalar_one())
    except OperationalError as error:
        log.warning("database_not_checked", process=process, error=str(error.orig).strip())
        return
    log.info("database_connections", process=process, most=most, available=there)
    if most > there:
        raise ConfigError(
            f"The {process} may take {most} connections and the database has {there}. Lower "
            "ORCHESTRATOR_DATABASE_POOL, ORCHESTRATOR_API_PROCESSES or --concurrency, or raise max_connections.",
            code="too_many_connections",
        )


def _check_schema(connection: Connection) -> None:
    if connection.execute(text("SELECT to_regclass('schema_info')")).scalar_one() is None:
        return
    needed = connection.execute(text("SELECT min_code_revision FROM schema_info")).scalar_one_or_none()
    if needed is not None and needed > _code_revision():
        raise ConfigError(
            f"The database needs code of revision {needed} or newer; this code is of {_code_revision()}. "
            "Install the newer version, or connect to another database.",
            code="schema_too_new",
        )


def is_current(connection: Connection) -> bool:
    """Whether the database has every migration that this code knows."""
    if connection.execute(text("SELECT to_regclass('alembic_version')")).scalar_one() is None:
        return False
    revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return revision is not None and str(revision) >= _code_revision()


def _code_revision() -> str:
    """By the files' names: Alembic would stay in the memory of every process."""
    names = (entry.name for entry in files("migrations").joinpath("versions").iterdir())
    return max(name[:4] for name in names if name[:4].isdigit() and name.endswith(".py"))
