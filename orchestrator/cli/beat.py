"""`orchestrator beat`: the leader. Start as many as you like; one leads."""

from __future__ import annotations

import click


@click.command()
def beat() -> None:
    """Run the leader: recovery, schedule and dispatch."""
    from orchestrator.config import load
    from orchestrator.observability.logging import configure

    configure(load(), service="beat")

    from workers.app import app

    app.Beat(loglevel="INFO", redirect_stdouts=False).run()
