#!/usr/bin/env python3
"""Lists jobs, as `orchestrator jobs list` does."""

from __future__ import annotations

import click

from orchestrator.cli.jobs import list_jobs as list_command
from orchestrator.cli.main import run
from orchestrator.cli.output import limit_option
from orchestrator.domain.job import JobStatus


@click.command()
@click.option(
    "--status", multiple=True, type=click.Choice(list(map(str, JobStatus))), help="Only these; may be repeated."
)
@limit_option(20)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def list_jobs(ctx: click.Context, status: tuple[str, ...], limit: int, as_json: bool) -> None:
    """List jobs, the newest first."""
    ctx.invoke(list_command, status=status, limit=limit, output="json" if as_json else "table")


if __name__ == "__main__":
    run(list_jobs, "list_jobs.py")
