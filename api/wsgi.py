"""The server: gunicorn with threads, started from this process."""

from __future__ import annotations

import gc
import signal
import time
from itertools import count
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.arbiter import Arbiter  # type: ignore[import-untyped]
from gunicorn.glogging import Logger  # type: ignore[import-untyped]

from api.app import create_app
from api.connections import Worker
from api.draining import Draining
from api.upkeep import Upkeep
from orchestrator.bootstrap import Orchestrator, build
from orchestrator.config import Settings
from orchestrator.config.following import follow
from orchestrator.observability import sharing, tracing
from orchestrator.observability.metrics import watch_pool

GRACE_S = 20
TIMEOUT_S = 60
KEEPALIVE_S = 5
STOP_SIGNALS = {signal.SIGTERM, signal.SIGINT, signal.SIGQUIT}


class Server(BaseApplication):  # type: ignore[misc]
    """Serves the API until SIGTERM, drains for `api_drain_s`, then lets requests end for `GRACE_S`.

    Each worker process builds its own services after the fork, so that no connection is shared.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._orchestrator: Orchestrator | None = None
        self._upkeep: Upkeep | None = None
        self._draining = Draining()
        super().__init__()

    def run(self) -> None:
        """Serve until told to stop; ends the process."""
        DrainingArbiter(self, self._draining, self._settings.api_drain_s).run()

    def load_config(self) -> None:
        """Take the settings over to gunicorn's."""
        for name, value in options(self._settings).items():
            self.cfg.set(name, value)
        self.cfg.set("worker_exit", self._close)
        self.cfg.set("pre_fork", _give_place)
        self.cfg.set("post_fork", lambda _server, worker: sharing.take_place(worker.place))
        self.cfg.set("child_exit", lambda _server, worker: sharing.leave(worker.place))

    def load(self) -> Flask:
        """Build the application; gunicorn calls it in each worker process."""
        follow(self._settings)
        self._orchestrator = build(self._settings, role="api")
        watch_pool(self._orchestrator.engine, "api")
        self._upkeep = Upkeep(self._orchestrator)
        self._upkeep.start()
        return create_app(self._orchestrator, self._draining)

    def _close(self, _server: Any, _worker: Any) -> None:
        if self._upkeep is not None:
            self._upkeep.stop()
        if self._orchestrator is not None:
            self._orchestrator.close()
        tracing.flush()


def _give_place(arbiter: Any, worker: Any) -> None:
    """The lowest that no living server process has; what is loaded stays shared memory after the fork."""
    taken = {other.place for other in arbiter.WORKERS.values()}
    worker.place = next(place for place in count() if place not in taken)
    gc.freeze()


class DrainingArbiter(Arbiter):  # type: ignore[misc]
    """gunicorn's main process, which on SIGTERM serves on for `drain_s` seconds with /ready at 503.

    Load balancers get that long to turn to others; a second signal ends the wait.
    """

    def __init__(self, app: Server, draining: Draining, drain_s: float) -> None:
        self._draining = draining
        self._drain_s = drain_s
        super().__init__(app)

    def handle_hup(self) -> None:
        """Have the server processes read the configuration again; gunicorn would replace them and cut streams."""
        self.kill_workers(signal.SIGHUP)

    def handle_term(self) -> None:
        """Drain, then stop as gunicorn does: close the listeners, let requests end."""
        self._draining.begin()
        until = time.monotonic() + self._drain_s
        while (left_s := until - time.monotonic()) > 0:
            if STOP_SIGNALS.intersection(self.wait_for_signals(timeout=min(left_s, 1.0))):
                break
            self.reap_workers()
            self.manage_workers()
        raise StopIteration


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
        "worker_class": Worker,
        "workers": settings.api_processes,
        "threads": settings.api_threads + settings.event_streams,  # a stream holds one as long as it lives
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
