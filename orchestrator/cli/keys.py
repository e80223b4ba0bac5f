"""`orchestrator keys ...`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import click

from orchestrator.cli.connection import connected
from orchestrator.cli.output import at_most, limit_option, output_option, say, show_json, show_table, when
from orchestrator.client import Key, MadeKey
from orchestrator.domain.access import Role

TITLES = ("ID", "STATE", "ROLE", "OWNER", "CREATED", "EXPIRES", "LAST USED", "NAME")
id_argument = click.argument("key_id", metavar="ID")


@click.group()
def keys() -> None:
    """Make, list, rotate and revoke API keys; needs an admin's key.

    Exit codes: 0 done; 1 the key's state forbids it; 2 wrong usage; 65 the request was refused; 66 no such key;
    69 nothing answers; 77 the key is not accepted; 78 no address or key to be found.
    """


@keys.command("list")
@limit_option(100)
@output_option
def list_keys(limit: int, output: str) -> None:
    """List keys, the newest first, without their secrets."""
    with connected() as client:
        found = at_most(limit, client.keys(limit + 1))
    if output == "json":
        show_json(found)
    else:
        show_table(TITLES, map(_row, found), "No keys.")


@keys.command()
@click.argument("name")
@click.option("--role", type=click.Choice(list(map(str, Role))), required=True, help="What it may do.")
@click.option("--owner", help="Whose jobs it submits; the name where left out.")
@click.option("--days", type=click.FloatRange(0, 36_500, min_open=True), help="It expires after so many days.")
@output_option
def create(name: str, role: str, owner: str | None, days: float | None, output: str) -> None:
    """Make a key and print it, this one time."""
    end = datetime.now(UTC) + timedelta(days=days) if days else None
    with connected() as client:
        _show_made(client.create_key(name, role, owner, end), output)


@keys.command()
@id_argument
@click.option(
    "--overlap-hours",
    type=click.FloatRange(0, 720),
    default=24.0,
    show_default=True,
    help="How long the old secret works as well; 0 ends it at once.",
)
@output_option
def rotate(key_id: str, overlap_hours: float, output: str) -> None:
    """Give a key a new secret and print it, this one time."""
    with connected() as client:
        _show_made(client.rotate_key(key_id, round(overlap_hours * 3600)), output)


@keys.command()
@id_argument
@output_option
def revoke(key_id: str, output: str) -> None:
    """Make a key invalid for good."""
    with connected() as client:
        revoked = client.revoke_key(key_id)
    if output == "json":
        show_json(revoked)
    else:
        show_table(TITLES, [_row(revoked)], "")


def _show_made(made: MadeKey, output: str) -> None:
    """The key alone on stdout, so that it can go into a file or a variable."""
    if output == "json":
        show_json(made)
        return
    click.echo(made["key"])
    until = f" The old one works until {when(made['previous_until'])}." if made["previous_until"] else ""
    say(f"Key {made['id']} ({made['role']}, owner {made['owner']}) is shown this one time.{until}")


def _row(key: Key) -> tuple[Any, ...]:
    times = (when(key["created_at"]), when(key["expires_at"]), when(key["last_used_at"]))
    return (key["id"], key["state"], key["role"], key["owner"], *times, key["name"])
