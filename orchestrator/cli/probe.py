"""`orchestrator probe`: a health check for containers, which have no other client."""

from __future__ import annotations

import os
import sys

import click

from orchestrator.stack.exit_codes import FAILED

PLACES = {"api": ("ORCHESTRATOR_API_PORT", 8000, "/ready"), "worker": ("ORCHESTRATOR_HEALTH_PORT", 8001, "/health")}
TIMEOUT_S = 4.0


@click.command()
@click.argument("what", type=click.Choice(list(PLACES)))
@click.option(
    "--port",
    type=click.IntRange(1, 65535),
    help="Where it listens.  [default: ORCHESTRATOR_API_PORT, else 8000; ORCHESTRATOR_HEALTH_PORT, else 8001]",
)
def probe(what: str, port: int | None) -> None:
    """Ask the API (/ready) or a worker (/health) of this machine. Exit codes: 0 it is well; 1 it is not."""
    from http.client import HTTPConnection, HTTPException

    variable, usual, path = PLACES[what]
    port = port or int(os.environ.get(variable) or usual)
    connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        click.echo(f"{answer.status} {answer.read(2_000).decode(errors='replace')}")
    except (OSError, HTTPException) as error:
        click.echo(f"Nothing answers on port {port}: {error}.", err=True)
        sys.exit(FAILED)
    finally:
        connection.close()
    sys.exit(0 if answer.status == 200 else FAILED)
