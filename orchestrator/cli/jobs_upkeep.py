"""`orchestrator jobs retry|events|stuck|recover`: keeping jobs going."""

from __future__ import annotations

import json
from typing import Any

import click

from orchestrator.cli.connection import connected
from orchestrator.cli.output import (
    at_most,
    limit_option,
    output_option,
    printable,
    say,
    show_facts,
    show_json,
    show_table,
    when,
)
from orchestrator.client import EditOptions, Event, Job, StuckJob
from orchestrator.domain.job import TERMINAL
from orchestrator.domain.stuck import MINUTES

ENDS = {f"job.{status.value}" for status in TERMINAL}
EVENT_TITLES = ("NO", "WHEN (UTC)", "WHAT", "DETAILS")
STUCK_TITLES = ("ID", "STATUS", "COMPONENT", "REASON", "MINUTES", "AFTER", "LAST PROGRESS (UTC)", "WHAT TO DO")


@click.command()
@click.argument("job_id", metavar="ID")
@output_option
def retry(job_id: str, output: str) -> None:
    """Take a failed job up again where it failed; nothing that is done is repeated. Exit 1 where it has not failed."""
    with connected() as client:
        job = client.retry(job_id)
    if output == "json":
        show_json(job)
    else:
        click.echo(f"{job['id']} {job['status']}")


@click.command()
@click.argument("job_id", metavar="ID")
@click.option("--priority", type=click.IntRange(0, 9), help="9 goes first.")
@click.option("--token-budget", type=click.IntRange(1), help="Tokens that a language model may use for it.")
@click.option("--tag", "tags", multiple=True, help="Instead of those it has; may be repeated.")
@click.option("--run-at", metavar="TIME", help="Not before this time (RFC 3339, UTC without an offset).")
@click.option("--depends-on", multiple=True, metavar="ID", help="Instead of those it has; may be repeated.")
@output_option
def edit(job_id: str, output: str, **options: Any) -> None:
    """Change a job that goes on. When it begins can be changed until it has begun. Exit 1 where it is too late."""
    wanted: EditOptions = {name: value for name, value in options.items() if value not in (None, ())}  # type: ignore[assignment]
    if not wanted:
        raise click.UsageError("Name something to change; --help lists what there is.")
    with connected() as client:
        _show_job(client.edit(job_id, **wanted), output)


@click.command()
@click.argument("job_id", metavar="ID")
@output_option
def front(job_id: str, output: str) -> None:
    """Let a job go before all others that are ready. Exit 1 where it has ended."""
    with connected() as client:
        _show_job(client.to_front(job_id), output)


def _show_job(job: Job, output: str) -> None:
    if output == "json":
        show_json(job)
    else:
        click.echo(f"{job['id']} {job['status']} priority {job['priority']}")


@click.command()
@click.argument("job_id", metavar="ID")
@click.option("--follow", is_flag=True, help="Go on as things happen, until the job has ended; one line each.")
@limit_option(100)
@output_option
def events(job_id: str, follow: bool, limit: int, output: str) -> None:
    """Show what happened to a job, the oldest first."""
    if follow:
        _follow(job_id, output)
        return
    with connected() as client:
        found = at_most(limit, client.events(job_id, limit + 1))
    if output == "json":
        show_json(found)
    else:
        show_table(EVENT_TITLES, map(_event_row, found), "No events.")


@click.command()
@click.option(
    "--threshold-minutes",
    type=click.FloatRange(*MINUTES),
    help="For all jobs; else each job's own, else the settings'.",
)
@click.option("--limit", type=click.IntRange(1, 500), default=100, show_default=True, help="Show at most this many.")
@output_option
def stuck(threshold_minutes: float | None, limit: int, output: str) -> None:
    """Show the jobs that stand still though they wait for nothing by design, and why."""
    with connected() as client:
        found = client.stuck(threshold_minutes, limit)
    if output == "json":
        show_json(found)
    else:
        show_table(STUCK_TITLES, map(_stuck_row, found), "No job is stuck.")


@click.command()
@click.option("--dry-run", is_flag=True, help="Count only.")
@output_option
def recover(dry_run: bool, output: str) -> None:
    """Take back now what was lost, as the leader does every second."""
    with connected() as client:
        found = client.recover(dry_run=dry_run)
    if output == "json":
        show_json(found)
        return
    if dry_run:
        say("Nothing was changed; this is what would be:")
    show_facts((name.replace("_", " "), count) for name, count in found.items() if name != "dry_run")


def _follow(job_id: str, output: str) -> None:
    with connected() as client:
        for event in client.follow(job_id):
            if output == "json":
                click.echo(json.dumps(event, ensure_ascii=False))
            else:
                click.echo(printable("  ".join(map(str, _event_row(event)))))
            if event["type"] in ENDS and client.job(job_id)["status"] in TERMINAL:
                return


def _event_row(event: Event) -> tuple[Any, ...]:
    details = json.dumps(event["data"], ensure_ascii=False) if event["data"] else "-"
    return (event["seq"], when(event["created_at"]), event["type"], details)


def _stuck_row(job: StuckJob) -> tuple[Any, ...]:
    times = (f"{job['minutes']:.0f}", f"{job['threshold_minutes']:g}", when(job["progress_at"]))
    return (job["job_id"], job["status"], job["component"], job["reason"], *times, job["advice"])


COMMANDS = (retry, edit, front, events, stuck, recover)
