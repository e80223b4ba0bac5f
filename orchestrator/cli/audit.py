"""`orchestrator audit ...`."""

from __future__ import annotations

import sys
from typing import Any

import click

from orchestrator.cli.connection import connected
from orchestrator.cli.output import at_most, limit_option, output_option, say, show_json, show_table, when
from orchestrator.client import AuditEntry
from orchestrator.domain.audit import Outcome

TITLES = ("AT", "ACTOR", "KEY", "OUTCOME", "STATUS", "TIMES", "ADDRESS", "METHOD", "TARGET")
FAULT_TITLES = ("POSITION", "ROW", "FAULT")
FAULTY = 1


@click.group()
def audit() -> None:
    """Show who did what, and see whether the log is as it was written; needs an admin's key.

    Exit codes: 0 done; 1 the log was changed; 2 wrong usage; 65 the request was refused; 69 nothing answers; 77 the key
    is not accepted; 78 no address or key to be found.
    """


@audit.command("list")
@click.option("--actor", help="Only this caller's.")
@click.option("--outcome", type=click.Choice(list(map(str, Outcome))), help="Only those that ended so.")
@click.option("--target", help="Only paths that begin so, such as /jobs/.")
@click.option("--request-id", help="Only this request's.")
@limit_option(50)
@output_option
def list_entries(limit: int, output: str, **wanted: str | None) -> None:
    """List calls that changed something or were refused, the newest first."""
    with connected() as client:
        found = at_most(limit, client.audit_entries({k: v for k, v in wanted.items() if v}, limit + 1))
    if output == "json":
        show_json(found)
    else:
        show_table(TITLES, map(_row, found), "Nothing was logged.")


@audit.command()
@click.option("--head", metavar="POSITION:HASH", help="An earlier end of the log, which must still be there.")
@output_option
def verify(head: str | None, output: str) -> None:
    """Check the log's chain of hashes; name the rows that were changed or are missing, and exit 1."""
    with connected() as client:
        found = client.verify_audit(head)
    if output == "json":
        show_json(found)
    else:
        faults = ((fault["position"], fault["entry_id"], fault["detail"]) for fault in found["faults"])
        show_table(FAULT_TITLES, faults, f"{found['checked']} rows are as they were written.")
        say(f"head {found['head_position']}:{found['head_hash']} (note it elsewhere, and give it with --head later)")
    if found["faults"]:
        sys.exit(FAULTY)


def _row(entry: AuditEntry) -> tuple[Any, ...]:
    call = (entry["outcome"], entry["http_status"], entry["number"], entry["address"], entry["method"])
    return (when(entry["at"]), entry["actor"], entry["key_id"], *call, entry["target"])
