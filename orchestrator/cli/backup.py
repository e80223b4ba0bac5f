"""`orchestrator backup` and `orchestrator restore`."""

from __future__ import annotations

from pathlib import Path

import click

from orchestrator.cli.output import output_option, say, show_facts, show_json
from orchestrator.config import normalise_database_url, read_one
from orchestrator.errors import NotFound

STATE_DIR = click.option(
    "--state-dir",
    type=click.Path(file_okay=False, readable=False, path_type=Path),
    help="Of the stack.  [default: ORCHESTRATOR_STATE_DIR, else ~/.local/state/orchestrator]",
)
FILE = click.argument("file", type=click.Path(dir_okay=False, path_type=Path))


@click.command()
@FILE
@STATE_DIR
def backup(file: Path, state_dir: Path | None) -> None:
    """Write the whole database to FILE; jobs go on meanwhile.

    The database is the one that DATABASE_URL names, else that of the stack in the state directory, running or not.
    FILE holds documents and the hashes of API keys: keep it as safe as the database. The broker needs no backup.

    Exit codes: 0 done; 1 FILE exists; 66 there is no stack; 69 the database does not answer or FILE cannot be written.
    """
    from orchestrator.stack.backup import back_up, database

    where = state_dir or read_one("state_dir")
    given = _given()
    if given is None and not (where / "postgres.password").exists():
        raise NotFound(f"There is no database in {where}. Set DATABASE_URL, or give the stack's --state-dir.")
    with database(given, where, stopped=False) as url:
        size = back_up(url, file)
    say(f"Wrote {size:,} bytes.")
    click.echo(file)


@click.command()
@FILE
@STATE_DIR
@output_option
def restore(file: Path, state_dir: Path | None, output: str) -> None:
    """Fill an empty database from FILE, and bring it to this version's schema.

    The database is the one that DATABASE_URL names, else that of the state directory, whose stack must not run;
    `orchestrator up` then goes on with what is in it. API keys are those of the backup; ORCHESTRATOR_ADMIN_KEY at the
    next start adds one where none is left.

    Exit codes: 0 done; 1 the database is not empty; 65 FILE is no backup; 69 the database does not answer, or refuses;
    75 the stack runs; 78 the backup needs newer code than this.
    """
    from orchestrator.stack.backup import database
    from orchestrator.stack.backup import restore as fill

    with database(_given(), state_dir or read_one("state_dir"), stopped=True) as url:
        counts = fill(url, file)
    if output == "json":
        show_json(counts)
    else:
        show_facts((name.replace("_", " ").capitalize(), count) for name, count in counts.items())


def _given() -> str | None:
    url: str | None = read_one("database_url")
    return normalise_database_url(url) if url else None
