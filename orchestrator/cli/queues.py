"""`orchestrator queues`."""

from __future__ import annotations

from typing import Any

import click

from orchestrator.cli.connection import connected
from orchestrator.cli.output import output_option, show_json, show_table
from orchestrator.client import Queue

TITLES = ("QUEUE", "DEPTH", "OLDEST", "WAITING", "RUNNING", "AGENTS", "SLOTS", "FREE", "PAUSED")


@click.group(invoke_without_command=True)
@output_option
@click.pass_context
def queues(ctx: click.Context, output: str) -> None:
    """Show what waits in each queue, how long the oldest does, and the slots of the workers that get steps."""
    if ctx.invoked_subcommand is None:
        with connected() as client:
            _show(client.queues(), output)


@queues.command()
@click.argument("name")
@output_option
def pause(name: str, output: str) -> None:
    """Dispatch nothing more of a queue until it is resumed; what runs goes on."""
    with connected() as client:
        _show([client.pause_queue(name)], output)


@queues.command()
@click.argument("name")
@output_option
def resume(name: str, output: str) -> None:
    """Dispatch a paused queue's steps again."""
    with connected() as client:
        _show([client.resume_queue(name)], output)


def _show(found: list[Queue], output: str) -> None:
    if output == "json":
        show_json(found)
    else:
        show_table(TITLES, map(_row, found), "No queues.")


def _row(queue: Queue) -> tuple[Any, ...]:
    age = queue["oldest_age_s"]
    oldest = "-" if age is None else f"{age:.0f} s"
    counts = (queue["waiting"], queue["running"], queue["agents"], queue["slots"], queue["free_slots"])
    return (queue["name"], queue["depth"], oldest, *counts, f"by {queue['paused_by']}" if queue["paused_at"] else "-")
