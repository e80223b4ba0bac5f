"""`orchestrator retention`: what is past its time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import click

from orchestrator.cli.connection import connected
from orchestrator.cli.output import output_option, say, show_json, show_table
from orchestrator.client.answers.operations import DueJobs

TITLES = ("RULE", "STATUS", "AFTER DAYS", "JOBS")
RULES: tuple[Literal["redact"], Literal["delete"]] = ("redact", "delete")
STATUSES: tuple[Literal["completed"], Literal["failed"], Literal["cancelled"]] = ("completed", "failed", "cancelled")


@click.command()
@click.option("--dry-run", is_flag=True, help="Count only.")
@output_option
def retention(dry_run: bool, output: str) -> None:
    """Redact and delete the jobs that are past their time, as is done daily; the settings say which. For admins."""
    with connected() as client:
        found = client.retention(dry_run=dry_run)
    if output == "json":
        show_json(found)
        return
    say("Nothing was changed; this is what is due:" if dry_run else "This is due, and a worker does it now:")
    show_table(TITLES, _rows(found), "Nothing.")


def _rows(found: DueJobs) -> Iterator[tuple[Any, ...]]:
    for rule in RULES:
        for status in STATUSES:
            days = found["days"][rule][status]
            yield rule, status, days or "never", found["due"][rule][status]
