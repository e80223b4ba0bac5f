"""`orchestrator agents ...`."""

from __future__ import annotations

from typing import Any

import click

from orchestrator.cli.connection import connected
from orchestrator.cli.output import output_option, show_json, show_table, when
from orchestrator.client import Agent, AgentHealth

TITLES = ("KIND", "STATE", "RUNNING", "SLOTS", "HEARD OF", "HOST", "PID", "VERSION", "ID")
HEALTH_TITLES = ("KIND", "STATE", "BREAKER", "FAILURES", "TRIED AGAIN", "HEARD OF", "CHECKED", "ID", "LAST CHECK")


@click.group(invoke_without_command=True)
@output_option
@click.pass_context
def agents(ctx: click.Context, output: str) -> None:
    """List the workers: how many steps each runs, and how long ago it was heard of."""
    if ctx.invoked_subcommand is None:
        _list(output)


@agents.command()
@output_option
def health(output: str) -> None:
    """Show each worker's last health check and its circuit breaker; an open one gets no steps."""
    with connected() as client:
        found = client.agent_health()
    if output == "json":
        show_json(found)
    else:
        show_table(HEALTH_TITLES, map(_health_row, found), "No workers have registered.")


@agents.command()
@click.argument("agent_id")
@output_option
def drain(agent_id: str, output: str) -> None:
    """Send a worker no more steps; those that run go on."""
    with connected() as client:
        _show(client.drain_agent(agent_id), output)


@agents.command()
@click.argument("agent_id")
@output_option
def resume(agent_id: str, output: str) -> None:
    """Send a drained worker steps again."""
    with connected() as client:
        _show(client.resume_agent(agent_id), output)


def _list(output: str) -> None:
    with connected() as client:
        found = client.agents()
    if output == "json":
        show_json(found)
    else:
        show_table(TITLES, map(_row, found), "No workers have registered.")


def _show(agent: Agent, output: str) -> None:
    if output == "json":
        show_json(agent)
    else:
        show_table(TITLES, [_row(agent)], "")


def _health_row(agent: AgentHealth) -> tuple[Any, ...]:
    age, until = agent["heartbeat_age_s"], agent["breaker_open_until"]
    heard = "-" if age is None else f"{age:.0f} s ago"
    again = when(until) if agent["breaker_state"] != "closed" else "-"
    check = agent["check_error"] or ("well" if agent["checked_at"] else "not checked yet")
    facts = (agent["breaker_failures"], again, heard, when(agent["checked_at"]), agent["id"], check)
    return (agent["kind"], agent["state"], agent["breaker_state"], *facts)


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
