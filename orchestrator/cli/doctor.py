"""`orchestrator doctor`."""

from __future__ import annotations

import sys
from dataclasses import asdict, replace

import click

from orchestrator.cli.output import output_option, say, show_json, show_table
from orchestrator.config import read
from orchestrator.stack.exit_codes import FAILED

TITLES = ("CHECK", "", "FOUND")


@click.command()
@output_option
def doctor(output: str) -> None:
    """Look for what is wrong with this installation; each line says what to do.

    It asks the servers that DATABASE_URL and REDIS_URL name, else those of the stack that runs on this machine.

    Exit codes: 0 all is well; 1 something is not; 78 the configuration is wrong, with every fault on stderr.
    """
    from orchestrator.stack.doctor import examine
    from orchestrator.stack.postgres import url_of_running
    from orchestrator.stack.valkey import url_of_running as broker_of_running

    settings = read(servers_needed=False).settings
    settings = replace(
        settings,
        database_url=settings.database_url or url_of_running(settings.state_dir) or "",
        redis_url=settings.redis_url or broker_of_running(settings.state_dir) or "",
    )
    findings = list(examine(settings))
    if output == "json":
        show_json([asdict(found) for found in findings])
    else:
        rows = [(found.check, "ok" if found.well else "WRONG", found.text) for found in findings]
        show_table(TITLES, rows, "Nothing was checked.")
    wrong = sum(not found.well for found in findings)
    if wrong:
        say(f"{wrong} of {len(findings)} checks found something wrong.")
        sys.exit(FAILED)
