#!/usr/bin/env python3
"""Lists jobs, as `orchestrator jobs list` does, or counts them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, cast

import click

from orchestrator.cli.connection import connected
from orchestrator.cli.jobs import list_jobs as list_command
from orchestrator.cli.main import run
from orchestrator.cli.output import counted, limit_option, say, show_facts, show_json
from orchestrator.client.answers import JobInList
from orchestrator.domain.job import JobStatus

COUNTED = 10_000
"""Jobs that --stats looks at, the newest first."""


@click.command()
@click.option(
    "--status", multiple=True, type=click.Choice(list(map(str, JobStatus))), help="Only these; may be repeated."
)
@click.option("--stats", is_flag=True, help=f"Count the newest {COUNTED:,} jobs instead, and their requirements.")
@limit_option(20)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def list_jobs(ctx: click.Context, status: tuple[str, ...], stats: bool, limit: int, as_json: bool) -> None:
    """List jobs, the newest first, or count them by status."""
    if not stats:
        ctx.invoke(list_command, status=status, limit=limit, output="json" if as_json else "table")
        return
    with connected() as client:
        totals = totals_of(client.jobs(status, COUNTED))
    if totals["jobs"]["total"] == COUNTED:
        say(f"Counted the newest {COUNTED:,} jobs; there may be more.")
    if as_json:
        show_json(totals)
    else:
        show_facts((name.capitalize(), f"{counts['total']}: {_parts(counts)}") for name, counts in totals.items())


def totals_of(jobs: Iterable[JobInList]) -> dict[str, dict[str, int]]:
    """`{jobs: {total, <status>: n}, requirements: {total, <status>: n}}`, with 0 for what did not occur."""
    found = list(jobs)
    by_status = Counter(job["status"] for job in found)
    statuses: dict[str, Any] = {str(status): by_status[str(status)] for status in JobStatus}
    names = ("total", "pending", "validating", "integrated", "rejected", "failed")
    requirements = {name: sum(cast(dict[str, int], job["requirements"])[name] for job in found) for name in names}
    return {"jobs": {"total": len(found), **statuses}, "requirements": requirements}


def _parts(counts: dict[str, int]) -> str:
    return counted(counts, without=("total",))


if __name__ == "__main__":
    run(list_jobs, "list_jobs.py")
