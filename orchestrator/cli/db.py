"""`orchestrator db ...`: the schema of the database named by DATABASE_URL, without the API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from orchestrator.cli.output import output_option, say, show_facts, show_json
from orchestrator.config import normalise_database_url, read_one
from orchestrator.errors import ConfigError, Unavailable
from orchestrator.storage import migrate

CONNECT_S = 5


@click.group()
def db() -> None:
    """Bring a database to this version's schema, or say which schema it has.

    The database is the one that DATABASE_URL names; `orchestrator up` looks after its own by itself.

    Exit codes: 0 done; 1 the schema is not that of this code (`current`); 69 the database does not answer;
    78 DATABASE_URL is missing or wrong, or the schema needs newer code than this.
    """


@db.command()
def upgrade() -> None:
    """Migrate the database to the newest schema; does nothing where it has it."""
    url = _database_url()
    with _reporting_outage(url):
        before = _revision(url)
        after = migrate.upgrade(url)
    say("Nothing to do." if before == after else f"Migrated from {before or 'an empty database'}.")
    click.echo(after)


@db.command()
@output_option
def current(output: str) -> None:
    """Show the database's schema revision and this code's; exit 1 where the database has an older one."""
    url = _database_url()
    with _reporting_outage(url):
        revision = _revision(url)
    code = migrate.code_revision()
    up_to_date = revision is not None and revision >= code
    if output == "json":
        show_json({"database": revision, "code": code, "up_to_date": up_to_date})
    else:
        show_facts([("Database", revision or "empty"), ("Code", code)])
    if not up_to_date:
        say("The database is behind this code. Run `orchestrator db upgrade`.")
        raise SystemExit(1)


def _revision(url: str) -> str | None:
    engine = create_engine(normalise_database_url(url), connect_args={"connect_timeout": CONNECT_S})
    try:
        with engine.connect() as connection:
            return migrate.current(connection)
    finally:
        engine.dispose()


def _database_url() -> str:
    url: str | None = read_one("database_url")
    if not url:
        raise ConfigError("DATABASE_URL is not set. Set it to postgresql://user:password@host:port/name.")
    return url


@contextmanager
def _reporting_outage(url: str) -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        where = make_url(url)
        place = f"{where.host or 'localhost'}:{where.port or 5432}"
        reason = str(error.orig).strip().splitlines()[0].rpartition("failed: ")[2].rstrip(".")
        raise Unavailable(f"The database at {place} does not let us in: {reason}. Check DATABASE_URL.") from error
