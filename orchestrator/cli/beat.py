"""`orchestrator beat`: the leader. Start as many as you like; one leads."""

from __future__ import annotations

import os

import click


@click.command()
@click.option(
    "--health-port",
    type=click.IntRange(0, 65_535),
    help="Answer /health, /ready, /status and /metrics here, or on a free port where it is taken; the same as "
    "ORCHESTRATOR_HEALTH_PORT.",
)
def beat(health_port: int | None) -> None:
    """Run the leader: recovery, schedule and dispatch."""
    if health_port is not None:
        os.environ["ORCHESTRATOR_HEALTH_PORT"] = str(health_port)

    from orchestrator.config import load
    from orchestrator.observability import tracing
    from orchestrator.observability.logging import configure
    from orchestrator.observability.sharing import share
    from orchestrator.storage.connections import of_leader
    from orchestrator.storage.start_check import check_start
    from orchestrator.storage.versions import check_broker

    settings = load()
    configure(settings, service="beat")
    share(settings.metrics_dir)
    tracing.configure(settings, "beat")
    check_start(settings, "leader", of_leader())
    check_broker(settings.redis_url)

    from workers.app import app

    app.Beat(loglevel="INFO", redirect_stdouts=False, quiet=True).run()
