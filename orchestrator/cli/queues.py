"""`orchestrator queues`."""

from __future__ import annotations

from typing import Any

import click

from orchestrator.cli.connection import connected
from orchestrator.cli.output import output_option, show_json, show_table
from orchestrator.client import Queue

TITLES = ("QUEUE", "DEPTH", "OLDEST", "WAITING", "RUNNING", "AGENTS", "SLOTS", "FREE")


@click.command()
@output_option
def queues(output: str) -> None:
    """Show what waits in each queue, how long the oldest does, and the slots of the workers that get steps."""
    with connected() as client:
        found = client.queues()
    if output == "json":
        show_json(found)
    else:
        show_table(TITLES, map(_row, found), "No queues.")


def _row(queue: Queue) -> tuple[Any, ...]:
    age = queue["oldest_age_s"]
    oldest = "-" if age is None else f"{age:.0f} s"
    counts = (queue["waiting"], queue["running"], queue["agents"], queue["slots"], queue["free_slots"])
    return (queue["name"], queue["depth"], oldest, *counts)
