"""`orchestrator probe`: a health check for containers, which have no other client."""

from __future__ import annotations

import sys

import click

from orchestrator.stack.exit_codes import FAILED

PLACES = {"api": (8000, "/ready"), "worker": (8001, "/health")}
TIMEOUT_S = 4.0


@click.command()
@click.argument("what", type=click.Choice(list(PLACES)))
@click.option("--port", type=click.IntRange(1, 65535), help="Where it listens: 8000 for the API, 8001 for a worker.")
def probe(what: str, port: int | None) -> None:
    """Ask the API (/ready) or a worker (/health) of this machine. Exit codes: 0 it is well; 1 it is not."""
    from http.client import HTTPConnection, HTTPException

    usual, path = PLACES[what]
    connection = HTTPConnection("127.0.0.1", port or usual, timeout=TIMEOUT_S)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        click.echo(f"{answer.status} {answer.read(2_000).decode(errors='replace')}")
    except (OSError, HTTPException) as error:
        click.echo(f"Nothing answers on port {port or usual}: {error}.", err=True)
        sys.exit(FAILED)
    finally:
        connection.close()
    sys.exit(0 if answer.status == 200 else FAILED)
