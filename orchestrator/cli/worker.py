"""`orchestrator worker KIND`: one Celery worker with its children."""

from __future__ import annotations

import os
import secrets
import socket
import sys

import click

from orchestrator.domain.step import AGENT_KINDS, QUEUES, agent_of

FLOWER_HEARTBEAT_S = 10
"""Flower alone listens to these; the agents' register has heartbeats of its own."""


@click.command()
@click.argument("kind", type=click.Choice(AGENT_KINDS))
@click.option("--concurrency", type=click.IntRange(1, 64), default=2, show_default=True, help="Steps at once.")
@click.option(
    "--autoscale",
    metavar="MOST,LEAST",
    help="Steps at once, by the work there is, as with Celery: children are started and stopped.",
)
@click.option(
    "--health-port",
    type=click.IntRange(0, 65_535),
    help="Answer /health, /ready, /status and /metrics here, or on a free port where it is taken; the same as "
    "ORCHESTRATOR_HEALTH_PORT.",
)
def worker(kind: str, concurrency: int, autoscale: str | None, health_port: int | None) -> None:
    """Run a worker for one kind of steps until it is told to stop.

    SIGTERM lets running steps end (ORCHESTRATOR_SOFT_SHUTDOWN_S) and gives back what is left.
    """
    scaled = _children(autoscale) if autoscale else None
    concurrency = scaled[0] if scaled else concurrency
    # Both are read while Celery is imported; without the first, SIGTERM has no soft shutdown.
    os.environ["REMAP_SIGTERM"] = "SIGQUIT"
    host = socket.gethostname().split(".")[0]
    os.environ["ORCHESTRATOR_AGENT_ID"] = f"{kind}-{host}-{secrets.token_hex(4)}"

    if health_port is not None:
        os.environ["ORCHESTRATOR_HEALTH_PORT"] = str(health_port)

    from orchestrator.config import load
    from orchestrator.observability import tracing
    from orchestrator.observability.logging import configure
    from orchestrator.observability.sharing import share
    from orchestrator.storage.connections import of_worker
    from orchestrator.storage.start_check import check_start
    from orchestrator.storage.versions import check_broker

    settings = load()
    configure(settings, service=kind, agent_id=os.environ["ORCHESTRATOR_AGENT_ID"])
    share(settings.metrics_dir)
    tracing.configure(settings, kind)
    check_start(settings, f"worker {kind}", of_worker(concurrency))
    check_broker(settings.redis_url)

    from celery.apps import worker as of_celery

    from workers.app import app, take_on
    from workers.shutdown import BoundedWorker
    from workers.signals import sign_off

    of_celery.safe_say = lambda *_: None  # words for somebody at a keyboard, that are no lines of a log
    take_on(kind)
    app.conf.worker_concurrency = concurrency
    # Not through Celery's command line: that would load its console and plug-ins into every worker.
    running = BoundedWorker(
        hostname=f"{os.environ['ORCHESTRATOR_AGENT_ID']}@{host}",
        queues=[queue for queue in QUEUES if agent_of(queue) == kind],
        concurrency=concurrency,
        autoscale=scaled,
        loglevel="INFO",
        redirect_stdouts=False,
        without_gossip=True,
        without_mingle=True,
        heartbeat_interval=FLOWER_HEARTBEAT_S,
        quiet=True,
    )
    try:
        running.start()
    finally:
        sign_off()
    sys.exit(running.exitcode)


def _children(words: str) -> list[int]:
    """Read `4,1`: most and least children, in the order of Celery's option."""
    try:
        most, least = (int(word) for word in words.split(","))
    except ValueError:
        most, least = 0, 0
    if not 1 <= least <= most <= 64:
        raise click.BadParameter(
            f"{words!r} must be MOST,LEAST with 1 <= LEAST <= MOST <= 64", param_hint="--autoscale"
        )
    return [most, least]
