"""`orchestrator jobs rerun|revisions|compare`."""

from __future__ import annotations

from typing import Any

import click

from orchestrator.cli.connection import connected
from orchestrator.cli.job_tables import status_of
from orchestrator.cli.output import at_most, limit_option, output_option, show_json, show_table, when
from orchestrator.client.answers import JobInList
from orchestrator.client.answers.revisions import Difference
from orchestrator.client.revisions import RerunOptions
from orchestrator.domain.comparison import Change
from orchestrator.domain.llm import ENGINES

REVISION_TITLES = ("NO", "ID", "STATUS", "FOUND", "SCOPE", "CREATED (UTC)", "PROMPT")
DIFFERENCE_TITLES = ("CHANGE", "PLACE", "BEFORE", "AFTER")


@click.command()
@click.argument("job_id", metavar="ID")
@click.option("--prompt", help="What is wanted now; else as before.")
@click.option("--engine", type=click.Choice(ENGINES), help="Else as before.")
@click.option("--scope", help="Places; `gaps`: what the job left uncited; `all`: the whole document; else as before.")
@output_option
def rerun(job_id: str, prompt: str | None, engine: str | None, scope: str | None, output: str) -> None:
    """Run a job that has ended again, as its next revision. Prints the new job's id; exit 1 where it has not ended."""
    changes: RerunOptions = {}
    if prompt is not None:
        changes["prompt"] = prompt
    if engine is not None:
        changes["engine"] = engine
    if scope is not None:
        changes["scope"] = None if scope == "all" else scope
    with connected() as client:
        job = client.rerun(job_id, **changes)
    if output == "json":
        show_json(job)
    else:
        click.echo(job["id"])


@click.command()
@click.argument("job_id", metavar="ID")
@output_option
def revisions(job_id: str, output: str) -> None:
    """Show all revisions of a job, the oldest first."""
    with connected() as client:
        found = client.revisions(job_id)
    if output == "json":
        show_json(found)
    else:
        show_table(REVISION_TITLES, map(_revision_row, found), "No revisions.")


@click.command()
@click.argument("job_id", metavar="BEFORE")
@click.argument("other_id", metavar="AFTER")
@click.option(
    "--change", multiple=True, type=click.Choice(list(map(str, Change))), help="Only these; else all but unchanged."
)
@limit_option(1_000)
@output_option
def compare(job_id: str, other_id: str, change: tuple[str, ...], limit: int, output: str) -> None:
    """Tell what changed from one job to another: added, removed, and changed in strength, number or wording."""
    wanted = change or tuple(str(each) for each in Change if each is not Change.UNCHANGED)
    with connected() as client:
        found = at_most(limit, client.differences(job_id, other_id, wanted, limit + 1))
    if output == "json":
        show_json(found)
    else:
        show_table(DIFFERENCE_TITLES, map(_difference_row, found), "Nothing changed.")


def _revision_row(job: JobInList) -> tuple[Any, ...]:
    found = job["requirements"]["total"]
    facts = (job["revision"], job["id"], status_of(job), found, job["scope"], when(job["created_at"])[:16])
    return (*facts, job["prompt"])


def _difference_row(each: Difference) -> tuple[Any, ...]:
    before, after = each["before"], each["after"]
    places = dict.fromkeys(one["locator"] or "-" for one in (before, after) if one)
    return (each["change"], " -> ".join(places), before and before["text"], after and after["text"])


COMMANDS = (rerun, revisions, compare)
