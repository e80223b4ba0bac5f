"""`orchestrator agents`."""

from __future__ import annotations

from typing import Any

import click

from orchestrator.cli.connection import connected
from orchestrator.cli.output import output_option, show_json, show_table
from orchestrator.client import Agent

TITLES = ("KIND", "STATE", "RUNNING", "SLOTS", "HEARD OF", "HOST", "PID", "VERSION", "ID")


@click.command()
@output_option
def agents(output: str) -> None:
    """List the workers: how many steps each runs, and how long ago it was heard of."""
    with connected() as client:
        found = client.agents()
    if output == "json":
        show_json(found)
    else:
        show_table(TITLES, map(_row, found), "No workers have registered.")


def _row(agent: Agent) -> tuple[Any, ...]:
    heard = f"{agent['heartbeat_age_s']:.0f} s ago"
    facts = (agent["running"], agent["slots"], heard, agent["host"], agent["pid"], agent["version"], agent["id"])
    return (agent["kind"], _state(agent), *facts)


def _state(agent: Agent) -> str:
    if agent["stopped_at"]:
        return "stopped"
    if not agent["live"]:
        return "silent"
    return "draining" if agent["draining"] else "live"
