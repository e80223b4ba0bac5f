"""What the leader's process knows of itself, for those who ask over HTTP as they ask a worker."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import structlog

from orchestrator.config import Settings
from workers.health import HealthServer
from workers.vitals import Vitals

log = structlog.get_logger(__name__)


class LeaderVitals(Vitals):
    """Ready while it leads and the database answers it, or while it waits for another one that leads.

    Args:
        fresh_s: how long the last good tick counts.
        leads: tells whether this process leads now.
    """

    def __init__(self, fresh_s: float, leads: Callable[[], bool]) -> None:
        host, process_id = socket.gethostname(), os.getpid()
        row = {
            "id": f"leader-{host}-{process_id}",
            "kind": "leader",
            "host": host,
            "pid": process_id,
            "slots": 0,
            "version": version("requirement-orchestrator"),
        }
        super().__init__(row, fresh_s, lambda: ())
        self._leads = leads
        self._led_since: float | None = None

    def checks(self) -> dict[str, bool]:
        """One that has just begun to lead has its first tick to come."""
        if not self._leads():
            self._led_since = None
            return {"database": True}
        self._led_since = self._led_since or time.monotonic()
        new = time.monotonic() - self._led_since < self._fresh_s
        return {"database": new or self._is_fresh("database")}

    def status(self) -> dict[str, Any]:
        """As a worker's, and whether it leads."""
        return {**super().status(), "leading": self._leads()}


def listen(vitals: Vitals, settings: Settings) -> HealthServer | None:
    """Answer on ORCHESTRATOR_HEALTH_PORT, or on a free port; None where that address is none of this machine."""
    try:
        server = HealthServer(settings.health_host, settings.health_port, vitals)
    except OSError as error:
        log.warning("health_not_served", host=settings.health_host, error=str(error), action="set a local address")
        return None
    server.start()
    log.info("health_served", url=server.url)
    return server
