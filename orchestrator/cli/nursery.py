"""The nursery's program: loads what the services of the stack have in common, then forks one for each request.

What reads the environment while it is imported must not be loaded here: `workers.app` reads all settings, and a
service that is started later would have those of this process's start.
"""

from __future__ import annotations

import importlib
import os
import socket
import sys

# What more than one service needs; each is held once then, however many processes there are.
SHARED = (
    "celery.app.amqp",
    "celery.apps.beat",
    "celery.apps.worker",
    "celery.concurrency.prefork",
    "celery.events.state",
    "celery.worker.consumer",
    "kombu.transport.redis",
    "sqlalchemy.dialects.postgresql.psycopg2",
    "orchestrator.bootstrap",
    "orchestrator.cli.main",
    "orchestrator.observability.sharing",
    "orchestrator.storage.start_check",
    "api.wsgi",
    "workers.creator.extraction",
    "workers.health",
    "workers.validator.judge",
)


def load() -> None:
    """Imports what is shared. Celery finds the variable that `orchestrator worker` sets: it reads it only now."""
    os.environ["REMAP_SIGTERM"] = "SIGQUIT"
    for name in SHARED:
        importlib.import_module(name)
    _use_once()


def _use_once() -> None:
    """Have the libraries prepare what they prepare at their first use: it is shared then, as the modules are."""
    from psycopg2.extensions import encrypt_password
    from sqlalchemy import create_engine
    from sqlalchemy.orm import configure_mappers

    from orchestrator.config.catalogue import catalogue

    configure_mappers()
    catalogue()
    create_engine("postgresql+psycopg2://").dispose()
    encrypt_password("", "", algorithm="md5")  # nobody's: it loads OpenSSL's providers


def main() -> None:
    """Runs the nursery and, in each of its children, the console command."""
    with socket.socket(fileno=int(sys.argv[1])) as line:
        load()
        from orchestrator.stack.forking import serve

        words = serve(line)
    if words is not None:
        from orchestrator.cli.main import main as run

        run(words)


if __name__ == "__main__":
    main()
