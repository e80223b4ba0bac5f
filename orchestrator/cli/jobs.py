"""`orchestrator jobs ...`."""

from __future__ import annotations

import sys
from typing import Any

import click

from orchestrator.cli import operations, reports, revisions
from orchestrator.cli.connection import connected
from orchestrator.cli.job_tables import (
    JOB_TITLES,
    REFUSED_TITLES,
    REQUIREMENT_TITLES,
    STEP_TITLES,
    job_facts,
    job_row,
    progress_facts,
    refused_row,
    requirement_row,
    step_row,
)
from orchestrator.cli.jobs_upkeep import COMMANDS
from orchestrator.cli.output import at_most, limit_option, output_option, show_facts, show_json, show_table
from orchestrator.cli.watching import require_completed, timeout_option, watch
from orchestrator.client import Client, RequirementQuery
from orchestrator.domain.job import LIVE, JobStatus
from orchestrator.domain.requirement import Modality, RequirementStatus, RequirementType

job_argument = click.argument("job_id", metavar="ID")


@click.group()
def jobs() -> None:
    """List, follow, cancel and retry jobs, and read what came out of them.

    Exit codes: 0 done; 1 the job failed or its state forbids it; 2 wrong usage; 65 the request was refused;
    66 no such job; 69 nothing answers; 77 the key is not accepted; 78 no address or key to be found; 124 not done in
    time; 130 interrupted.
    """


@jobs.command("list")
@click.option(
    "--status", multiple=True, type=click.Choice(list(map(str, JobStatus))), help="Only these; may be repeated."
)
@limit_option(20)
@output_option
def list_jobs(status: tuple[str, ...], limit: int, output: str) -> None:
    """List jobs, the newest first."""
    with connected() as client:
        found = at_most(limit, client.jobs(status, limit + 1))
    if output == "json":
        show_json(found)
    else:
        show_table(JOB_TITLES, map(job_row, found), "No jobs." if not status else "No jobs with this status.")


@jobs.command()
@job_argument
@output_option
def show(job_id: str, output: str) -> None:
    """Show a job."""
    with connected() as client:
        job = client.job(job_id)
    if output == "json":
        show_json(job)
    else:
        show_facts(job_facts(job))


@jobs.command()
@job_argument
@click.option("--watch", "watched", is_flag=True, help="Follow the job to its end.")
@timeout_option
@output_option
def progress(job_id: str, watched: bool, timeout: float, output: str) -> None:
    """Show how far a job is. With --watch, exit 1 where it failed or was cancelled."""
    with connected() as client:
        ended = watch(client, job_id, timeout) if watched else None
        seen = client.progress(job_id)
    if output == "json":
        show_json(seen)
    else:
        show_facts(progress_facts(seen))
    if ended:
        require_completed(ended)


@jobs.command()
@job_argument
@limit_option(100)
@output_option
def steps(job_id: str, limit: int, output: str) -> None:
    """Show the steps of a job: its ledger."""
    with connected() as client:
        found = at_most(limit, client.steps(job_id, limit + 1))
    if output == "json":
        show_json(found)
    else:
        show_table(STEP_TITLES, map(step_row, found), "No steps.")


@jobs.command()
@job_argument
@click.option(
    "--status",
    multiple=True,
    type=click.Choice([*map(str, RequirementStatus), "validating"]),
    help="Only these; may be repeated.",
)
@click.option(
    "--modality", multiple=True, type=click.Choice(list(map(str, Modality))), help="Only these; may be repeated."
)
@click.option(
    "--type", multiple=True, type=click.Choice(list(map(str, RequirementType))), help="Only these; may be repeated."
)
@click.option("--min-confidence", type=click.FloatRange(0, 1), help="Only those at least as certain.")
@limit_option(100)
@output_option
def requirements(job_id: str, limit: int, output: str, **query: Any) -> None:
    """Show the requirements of a job in the order of the document."""
    wanted: RequirementQuery = {name: value for name, value in query.items() if value not in (None, ())}  # type: ignore[assignment]
    with connected() as client:
        found = at_most(limit, client.requirements(job_id, limit + 1, **wanted))
    if output == "json":
        show_json(found)
    elif {"rejected", "failed"}.issuperset(query["status"] or ("all",)):
        show_table(REFUSED_TITLES, map(refused_row, found), "No such requirements.")
    else:
        show_table(REQUIREMENT_TITLES, map(requirement_row, found), "No requirements.")


@jobs.command()
@job_argument
@click.option("--force", is_flag=True, help="Do not ask.")
@click.option("--cleanup", is_flag=True, help="Delete its working data as well.")
@click.option("--reason", help="For its events and for the audit log.")
@output_option
def cancel(job_id: str, force: bool, cleanup: bool, reason: str | None, output: str) -> None:
    """End a job. What is integrated stays; requirements that nobody has judged yet are dropped.

    Asks first; without a terminal to ask on it needs --force (exit 2). Exit 1 where the job has already ended; with
    --cleanup such a job's working data is deleted.
    """
    with connected() as client:
        version = None if force else _ask(client, job_id, cleanup)
        job = client.cancel(job_id, cleanup=cleanup, version=version, reason=reason)
    if output == "json":
        show_json(job)
    else:
        click.echo(f"{job['id']} {job['status']}")


def _ask(client: Client, job_id: str, cleanup: bool) -> int:
    """The version of the job that the user has agreed to."""
    if not sys.stdin.isatty():
        raise click.UsageError("There is no terminal to ask on: repeat with --force.")
    job = client.job(job_id)
    action = "Cancel" if job["status"] in LIVE else "Delete the working data of" if cleanup else None
    if action:  # of any other job the API says why it cannot be cancelled
        click.confirm(f"{action} job {job_id} ({job['document']['file_name']})?", abort=True, err=True)
    return job["version"]


for command in (*COMMANDS, *operations.COMMANDS, *revisions.COMMANDS, *reports.COMMANDS):
    jobs.add_command(command)
