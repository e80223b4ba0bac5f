#!/usr/bin/env python3
"""Cancels a job, as `orchestrator jobs cancel` does."""

from __future__ import annotations

import click

from orchestrator.cli.jobs import cancel
from orchestrator.cli.main import run


@click.command()
@click.option("--job-id", required=True, help="The job to end.")
@click.option("--force", is_flag=True, help="Do not ask.")
@click.option("--cleanup", is_flag=True, help="Delete its working data as well.")
@click.pass_context
def cancel_job(ctx: click.Context, job_id: str, force: bool, cleanup: bool) -> None:
    """End a job. What is integrated stays; requirements that nobody has judged yet are dropped.

    Asks on a terminal; without one it needs --force.

    Exit codes: 0 cancelled, 1 the job has already ended, 2 no terminal to ask on, 66 there is no such job.
    """
    ctx.invoke(cancel, job_id=job_id, force=force, cleanup=cleanup)


if __name__ == "__main__":
    run(cancel_job, "cancel_job.py")
