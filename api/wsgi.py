"""The server: gunicorn with threads, started from this process."""

from __future__ import annotations

import gc
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.glogging import Logger  # type: ignore[import-untyped]

from api.app import create_app
from orchestrator.bootstrap import Orchestrator, build
from orchestrator.config import Settings

GRACE_S = 20
TIMEOUT_S = 60
KEEPALIVE_S = 5


class Server(BaseApplication):  # type: ignore[misc]
    """Serves the API until SIGTERM, then lets requests end for `GRACE_S`.

    Each worker process builds its own services after the fork, so that no connection is shared.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._orchestrator: Orchestrator | None = None
        super().__init__()

    def load_config(self) -> None:
        """Take the settings over to gunicorn's."""
        for name, value in options(self._settings).items():
            self.cfg.set(name, value)
        self.cfg.set("worker_exit", self._close)
        self.cfg.set("pre_fork", lambda _server, _worker: gc.freeze())  # what is loaded stays shared

    def load(self) -> Flask:
        """Build the application; gunicorn calls it in each worker process."""
        self._orchestrator = build(self._settings, role="api")
        return create_app(self._orchestrator)

    def _close(self, _server: Any, _worker: Any) -> None:
        if self._orchestrator is not None:
            self._orchestrator.close()


class OneFormat(Logger):  # type: ignore[misc]
    """Leaves gunicorn's lines to the root logger, which writes every line of the process alike."""

    def setup(self, cfg: Any) -> None:
        """As gunicorn's, without a stream of its own."""
        super().setup(cfg)
        self.error_log.handlers[:] = []
        self.error_log.propagate = True


def options(settings: Settings) -> dict[str, Any]:
    """gunicorn's settings by name."""
    return {
        "bind": [f"{settings.api_host}:{settings.api_port}"],
        "worker_class": "gthread",
        "workers": settings.api_processes,
        "threads": settings.api_threads,
        "timeout": TIMEOUT_S,
        "graceful_timeout": GRACE_S,
        "keepalive": KEEPALIVE_S,
        "control_socket_disable": True,
        "preload_app": False,
        "accesslog": None,
        "logger_class": OneFormat,
        "loglevel": settings.log_level.lower(),
        "proc_name": "orchestrator-api",
    }
