#!/usr/bin/env python3
"""Shows a job, as `orchestrator jobs show`, `progress`, `requirements` and `report` do."""

from __future__ import annotations

import click

from orchestrator.cli import jobs, reports
from orchestrator.cli.main import run

SHOWN = 10_000
"""Requirements shown at most."""


@click.command()
@click.option("--job-id", required=True, help="The job, as start_orchestrator.py printed it.")
@click.option("--report", "view", flag_value="report", help="Print the report.")
@click.option("--progress", "view", flag_value="progress", help="Show how far it is.")
@click.option("--rejected", "view", flag_value="rejected", help="Show the requirements that were rejected.")
@click.option("--failed", "view", flag_value="failed", help="Show the requirements that could not be validated.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON; goes with each of the others.")
@click.pass_context
def job_status(ctx: click.Context, job_id: str, view: str | None, as_json: bool) -> None:
    """Show a job: its status and statistics, or what one of the flags names.

    Exit codes: 0 shown, 66 there is no such job, 124 the report is not there yet.
    """
    output = "json" if as_json else "table"
    if view == "report":
        ctx.invoke(reports.report, job_id=job_id, report_format="json" if as_json else "text")
    elif view in ("rejected", "failed"):
        ctx.invoke(jobs.requirements, job_id=job_id, status=(view,), limit=SHOWN, output=output)
    else:
        ctx.invoke(jobs.progress if view else jobs.show, job_id=job_id, output=output)


if __name__ == "__main__":
    run(job_status, "job_status.py")
