"""`orchestrator beat`: the leader. Start as many as you like; one leads."""

from __future__ import annotations

import click

LEASE_AND_LISTENER = 2


@click.command()
def beat() -> None:
    """Run the leader: recovery, schedule and dispatch."""
    from orchestrator.config import load
    from orchestrator.observability.logging import configure
    from orchestrator.storage.start_check import check_start, pool_size

    settings = load()
    configure(settings, service="beat")
    check_start(settings, "leader", pool_size(settings) + LEASE_AND_LISTENER)

    from workers.app import app

    app.Beat(loglevel="INFO", redirect_stdouts=False).run()
