"""A database as one file, and back: PostgreSQL's own programs, one consistent picture, all or nothing."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from orchestrator.errors import Conflict, Invalid, Unavailable
from orchestrator.stack import binaries, servers
from orchestrator.stack.layout import StateDir, StateInUse
from orchestrator.stack.postgres import url_of_running
from orchestrator.stack.supervisor import Supervisor
from orchestrator.storage import migrate

LIMIT_S = 6 * 3600
CONNECT_S = 5
COUNTED = ("documents", "jobs", "steps", "requirements", "graph_nodes", "graph_edges", "api_keys", "audit_log")
_TABLES = text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")


def back_up(database_url: str, file: Path) -> int:
    """Write the database to a new file that only its owner may read; returns its size in bytes.

    Work goes on meanwhile. The file is complete or not there.

    Raises:
        Conflict: the file exists.
        Unavailable: pg_dump failed; the message is its own.
    """
    if file.exists():
        raise Conflict(f"{file} exists: choose another name or remove it")
    part = file.with_name(f"{file.name}.part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        _run("pg_dump", database_url, "--format=custom", "--no-owner", "--no-privileges", f"--file={part}")
        part.rename(file)
    except OSError as error:
        raise Unavailable(f"cannot write {file}: {error.strerror}", code="backup_file") from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    return file.stat().st_size


def restore(database_url: str, file: Path) -> dict[str, int]:
    """Fill an empty database from a file in one transaction, migrate it to this code's schema, and count the rows.

    Raises:
        Invalid: the file is no backup.
        Conflict: the database has tables.
        Unavailable: pg_restore failed; nothing was changed.
        ConfigError: the backup needs newer code than this; the database must be emptied again.
    """
    if not _is_backup(file):
        raise Invalid(f"{file} is no backup: give a file that `orchestrator backup` wrote")
    engine = create_engine(database_url, connect_args={"connect_timeout": CONNECT_S})
    try:
        with engine.connect() as connection:
            if connection.execute(_TABLES).scalar_one():
                raise Conflict("the database has tables: restore into an empty one, such as that of a new --state-dir")
        _run("pg_restore", database_url, "--single-transaction", "--no-owner", "--no-privileges", str(file))
        migrate.upgrade(database_url)
        with engine.connect() as connection:
            return {
                table: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608 - our names
                for table in COUNTED
            }
    finally:
        engine.dispose()


@contextlib.contextmanager
def database(given: str | None, state_dir: Path, *, stopped: bool) -> Iterator[str]:
    """The URL of the database that is meant: the given one, else that of the stack in a state directory.

    Where that stack does not run, its PostgreSQL alone runs for the length of the block.

    Args:
        given: DATABASE_URL, if it is set.
        stopped: the stack must not run.

    Raises:
        StateInUse: it runs and must not.
        Unavailable: PostgreSQL does not come up.
    """
    running = None if given else url_of_running(state_dir)
    if running and stopped:
        raise StateInUse(f"a stack runs in {state_dir}: stop it, or give another one with --state-dir")
    if given or running:
        yield given or running or ""
        return
    state = StateDir(state_dir)
    with state.lock():
        supervisor = Supervisor(state.log_dir, lambda line: None)
        try:
            yield servers.await_postgres(*servers.start_postgres(state, supervisor), supervisor)
        finally:
            supervisor.close()


def _is_backup(file: Path) -> bool:
    try:
        with file.open("rb") as source:
            return source.read(5) == b"PGDMP"
    except OSError:
        return False


def _run(program: str, database_url: str, *options: str) -> None:
    """Run one of PostgreSQL's programs; the password goes through the environment, which others cannot read."""
    url = make_url(database_url)
    place = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    environment = {"PATH": os.defpath, "LC_ALL": "C", "PGCONNECT_TIMEOUT": str(CONNECT_S)}
    done = subprocess.run(  # noqa: S603 - our own argv
        [binaries.postgres_programs() / program, f"--dbname={place}", "--no-password", *options],
        env=environment | ({"PGPASSWORD": url.password} if url.password else {}),
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no message"])[0]
        raise Unavailable(f"{program} failed: {reason.removeprefix(f'{program}: ')}", code=program)
