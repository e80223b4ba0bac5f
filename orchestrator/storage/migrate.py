"""Bring a database to the code's schema. Safe for many processes at once: the first one does it, the others wait."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, text

from orchestrator.config import normalise_database_url
from orchestrator.errors import ConfigError

# Any constant serves, as long as every process of every version takes the same lock.
LOCK_KEY = 7_205_411_923


def upgrade(database_url: str, revision: str = "head") -> str:
    """Migrate to the newest revision, or to the one named, and return where the database is.

    The lock is taken before anything else and held to the end of the one transaction.

    Raises:
        ConfigError: code `schema_too_new` where the database asks for newer code than this.
    """
    engine = create_engine(normalise_database_url(database_url), connect_args={"connect_timeout": 5})
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
            connection.execute(text("SET LOCAL lock_timeout = '30s'"))
            check_code_is_new_enough(connection)
            config = _config()
            config.attributes["connection"] = connection
            if current(connection) in {None, *revisions()}:
                command.upgrade(config, revision)
            return current(connection) or ""
    finally:
        engine.dispose()


def current(connection: Connection) -> str | None:
    """The database's revision; None for an empty database."""
    return MigrationContext.configure(connection).get_current_revision()


def code_revision() -> str:
    """The newest revision that this code knows."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def revisions() -> list[str]:
    """Every revision that this code knows, the oldest first."""
    return [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()][::-1]


def check_code_is_new_enough(connection: Connection) -> None:
    """Refuse to run on a schema that older code would break.

    Raises:
        ConfigError: code `schema_too_new`.
    """
    if not inspect(connection).has_table("schema_info"):
        return
    needed = connection.execute(text("SELECT min_code_revision FROM schema_info")).scalar_one_or_none()
    if needed is not None and needed > code_revision():
        raise ConfigError(
            f"The database needs code of revision {needed} or newer; this code is of {code_revision()}. "
            "Install the newer version, or connect to another database.",
            code="schema_too_new",
        )


def _config() -> Config:
    spec = find_spec("migrations")
    if spec is None or not spec.submodule_search_locations:
        raise ConfigError("The package `migrations` is not installed beside `orchestrator`. Install the project again.")
    config = Config()
    config.set_main_option("script_location", str(Path(next(iter(spec.submodule_search_locations)))))
    return config
