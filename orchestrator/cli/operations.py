"""`orchestrator jobs bulk|operation`: one action on many jobs."""

from __future__ import annotations

import sys
from typing import Any

import click

from orchestrator.cli.connection import connected
from orchestrator.cli.output import (
    at_most,
    limit_option,
    output_option,
    say,
    show_facts,
    show_json,
    show_table,
    when,
)
from orchestrator.cli.watching import timeout_option
from orchestrator.client import Client
from orchestrator.client.answers.operations import Operation
from orchestrator.client.operations import BulkFilter
from orchestrator.domain.job import JobStatus
from orchestrator.domain.operation import Action
from orchestrator.errors import Conflict

SKIPPED_TITLES = ("JOB", "CODE", "WHY")
FACTS = {"id", "action", "state", "reason", "priority", "total", "done", "skipped", "open"}


@click.command()
@click.argument("action", type=click.Choice(list(map(str, Action))))
@click.option("--status", multiple=True, type=click.Choice(list(map(str, JobStatus))), help="May be repeated.")
@click.option("--owner", help="Jobs of this owner.")
@click.option("--document", metavar="ID", help="Jobs of this document.")
@click.option("--tag", "tags", multiple=True, help="Jobs with this tag; repeated, with all of them.")
@click.option("-q", "--words", "q", help="Words of the prompt, the file name or a requirement.")
@click.option("--created-after", metavar="TIME", help="Submitted then or later (RFC 3339, or a day).")
@click.option("--created-before", metavar="TIME", help="Submitted before that.")
@click.option("--reason", required=True, help="For the events of the jobs and for the audit log.")
@click.option("--to", "priority", type=click.IntRange(0, 9), help="The new priority; for `reprioritise`.")
@click.option("--dry-run", is_flag=True, help="Say how many jobs it would take, and stop.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@timeout_option
@output_option
def bulk(
    action: str, reason: str, priority: int | None, dry_run: bool, yes: bool, timeout: float, output: str, **wanted: Any
) -> None:
    """Cancel, retry, reprioritise or delete all jobs that the options mean, and wait for it.

    Jobs that do not allow it are skipped and listed. Asks first; without a terminal to ask on it needs --yes (exit 2).
    """
    meant: BulkFilter = {name: value for name, value in wanted.items() if value not in (None, ())}  # type: ignore[assignment]
    with connected() as client:
        total = client.count_bulk(action, meant, priority)
        if dry_run:
            click.echo(total)
            return
        if not yes:
            _ask(action, total)
        started = client.bulk(action, meant, reason, priority)
        say(f"Operation {started['id']} goes on; `orchestrator jobs operation {started['id']}` shows it.")
        _show(client, client.wait_for_operation(started["id"], timeout), output, 100)


@click.command()
@click.argument("operation_id", metavar="ID")
@limit_option(100)
@output_option
def operation(operation_id: str, limit: int, output: str) -> None:
    """Show how far an action on many jobs is, and which jobs it skipped. Exit 1 where it was given up."""
    with connected() as client:
        _show(client, client.operation(operation_id), output, limit)


def _ask(action: str, total: int) -> None:
    if not sys.stdin.isatty():
        raise click.UsageError("There is no terminal to ask on: repeat with --yes.")
    click.confirm(f"{action.capitalize()} {total} jobs?", abort=True, err=True)


def _show(client: Client, seen: Operation, output: str, limit: int) -> None:
    skipped = at_most(limit, client.skipped_jobs(seen["id"], limit + 1)) if seen["skipped"] else []
    if output == "json":
        show_json(seen | {"items": skipped, "next_cursor": None})
    else:
        show_facts([*(fact for fact in seen.items() if fact[0] in FACTS), ("finished", when(seen["finished_at"]))])
        if skipped:
            show_table(SKIPPED_TITLES, ((each["job_id"], each["code"], each["message"]) for each in skipped), "")
    if seen["state"] == "failed":
        why = (seen["error"] or {}).get("message", "its step is gone")
        raise Conflict(f"Operation {seen['id']} was given up: {why}. What is done stays done; start the rest again.")


COMMANDS = (bulk, operation)
