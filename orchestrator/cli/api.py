"""`orchestrator api`: the REST server."""

from __future__ import annotations

import click


@click.command()
def api() -> None:
    """Serve the REST API on ORCHESTRATOR_API_HOST and ORCHESTRATOR_API_PORT until SIGTERM."""
    from orchestrator.config import load
    from orchestrator.observability import tracing
    from orchestrator.observability.logging import configure
    from orchestrator.observability.sharing import share
    from orchestrator.storage.connections import of_api
    from orchestrator.storage.start_check import check_start

    settings = load()
    configure(settings, service="api")
    share(settings.metrics_dir)
    tracing.configure(settings, "api")
    check_start(settings, "API", of_api(settings))

    from api.wsgi import Server

    Server(settings).run()
