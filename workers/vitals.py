"""What a worker's main process knows of itself, for those who ask over HTTP."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from orchestrator.config.following import generation

Held = Callable[[], Iterable[Mapping[str, Any]]]
"""What the children run now: {id, epoch, owner, pid} each."""


class Vitals:
    """Noted by the agent's thread and Celery's signals, read by the health server's threads.

    Args:
        agent: id, kind, host, pid, slots and version, as registered.
        fresh_s: how long the last good answer of the database or the broker counts.
        held: see `Held`.
    """

    def __init__(self, agent: Mapping[str, Any], fresh_s: float, held: Held) -> None:
        self.agent_id = str(agent["id"])
        self.draining = False
        self._agent = dict(agent)
        self._fresh_s = fresh_s
        self._held = held
        self._started = time.monotonic()
        self._answered: dict[str, float] = {}
        self._last_claim_at: datetime | None = None

    def answered(self, server: str) -> None:
        """Note that the `database` knows this agent, or that the `broker` answers."""
        self._answered[server] = time.monotonic()

    def claimed(self) -> None:
        """Note that a message was taken, for a child to claim its step."""
        self._last_claim_at = datetime.now(UTC)

    def checks(self) -> dict[str, bool]:
        """What must hold for this worker to be given steps, by name."""
        return {
            "registered": "database" in self._answered,
            "database": self._is_fresh("database"),
            "broker": self._is_fresh("broker"),
            "accepting": not self.draining,
        }

    def status(self) -> dict[str, Any]:
        """All of it, ready for JSON."""
        steps = [{"id": step["id"], "pid": step["pid"]} for step in self._held()]
        claimed = self._last_claim_at
        return {
            **self._agent,
            "draining": self.draining,
            "running": len(steps),
            "steps": steps,
            "uptime_s": round(time.monotonic() - self._started, 1),
            "last_claim_at": claimed.isoformat() if claimed else None,
            "config_generation": generation(),
            "checks": self.checks(),
        }

    def _is_fresh(self, server: str) -> bool:
        return time.monotonic() - self._answered.get(server, -self._fresh_s) < self._fresh_s
