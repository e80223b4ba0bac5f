"""`orchestrator db ...`: a database's schema and samples, without the API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

import click
from sqlalchemy import Connection, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from orchestrator.bootstrap import build
from orchestrator.cli.output import output_option, say, show_facts, show_json
from orchestrator.config import normalise_database_url, read, read_one
from orchestrator.errors import ConfigError, Invalid, Unavailable
from orchestrator.stack.postgres import url_of_running
from orchestrator.storage import migrate

CONNECT_S = 5


@click.group()
def db() -> None:
    """Bring a database to this version's schema, say which schema it has, or fill it with samples.

    The database is the one that DATABASE_URL names, else that of the stack running on this machine; `orchestrator up`
    migrates its own by itself.

    Exit codes: 0 done; 1 the schema is not that of this code (`current`, `check`); 69 the database does not answer;
    78 DATABASE_URL is missing or wrong, or the schema needs newer code than this.
    """


@db.command()
def upgrade() -> None:
    """Migrate the database to the newest schema; does nothing where it has it."""
    url = database_url_in_use()
    with reporting_outage(url):
        before = _revision(url)
        after = migrate.upgrade(url)
    say("Nothing to do." if before == after else f"Migrated from {before or 'an empty database'}.")
    click.echo(after)


@db.command()
@output_option
def current(output: str) -> None:
    """Show the database's schema revision and this code's; exit 1 where the database has an older one."""
    url = database_url_in_use()
    with reporting_outage(url):
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


@db.command()
@output_option
def check(output: str) -> None:
    """Compare the database's tables with those that this code describes; exit 1 where they differ.

    Each line says what would have to be done to the database. Differences at the newest revision mean that somebody
    changed it by hand.
    """
    from orchestrator.storage.schema_check import differences

    url = database_url_in_use()
    with reporting_outage(url), _connected(url) as connection:
        found = differences(connection)
    if output == "json":
        show_json({"differences": found})
    else:
        for line in found:
            click.echo(line)
    if found:
        say(f"{len(found)} differences. Run `orchestrator db current`; where it is behind, `orchestrator db upgrade`.")
        raise SystemExit(1)
    say("The schema is the one that this code describes.")


@db.command()
@click.option(
    "--file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Load this domain model, and nothing else.",
)
@output_option
def seed(file: Path | None, output: str) -> None:
    """Load the shipped domain model and a finished sample job; a second time changes nothing.

    Migrates the database first. It needs no workers: the job is a run that was recorded.
    """
    settings = replace(read(servers_needed=False).settings, database_url=database_url_in_use())
    with reporting_outage(settings.database_url):
        migrate.upgrade(settings.database_url)
        orchestrator = build(settings, role="seed")
        try:
            seeded = orchestrator.seeding.seed(_text_of(file) if file else None)
        finally:
            orchestrator.close()
    facts = asdict(seeded) | {"sample_job": seeded.sample_job and str(seeded.sample_job)}
    if output == "json":
        show_json(facts)
    else:
        show_facts((name.replace("_", " ").capitalize(), value) for name, value in facts.items() if name != "new")
        say("The sample job is new." if seeded.new else "No job was added.")


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise Invalid(f"Cannot read {file}: {error}.") from error


def _revision(url: str) -> str | None:
    with _connected(url) as connection:
        return migrate.current(connection)


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    engine = create_engine(normalise_database_url(url), connect_args={"connect_timeout": CONNECT_S})
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def database_url_in_use() -> str:
    """DATABASE_URL, else that of the stack on this machine."""
    url: str | None = read_one("database_url")
    if url:
        return url
    state_dir = read_one("state_dir")
    running = url_of_running(state_dir)
    if running is None:
        raise ConfigError(
            f"DATABASE_URL is not set, and no stack with a database of its own runs in {state_dir}. "
            "Set it to postgresql://user:password@host:port/name, or start `orchestrator up`."
        )
    return running


@contextmanager
def reporting_outage(url: str) -> Iterator[None]:
    """Say where the database is that does not answer."""
    try:
        yield
    except OperationalError as error:
        where = make_url(url)
        place = f"{where.host or 'localhost'}:{where.port or 5432}"
        reason = str(error.orig).strip().splitlines()[0].rpartition("failed: ")[2].rstrip(".")
        raise Unavailable(f"The database at {place} does not let us in: {reason}. Check DATABASE_URL.") from error
