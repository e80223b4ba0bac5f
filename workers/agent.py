"""A worker's main process: registers, sends heartbeats, kills children that lost their step, and watches itself."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import structlog

from orchestrator.bootstrap import Orchestrator
from orchestrator.config import FIRST_HEALTH_PORTS
from workers.health import HealthServer
from workers.vitals import Held, Vitals

log = structlog.get_logger(__name__)

KILL_AFTER_S = 5.0
EXIT_STARVED = 70
READY_BEATS = 3
"""So many heartbeats without an answer of a server, and the worker is not ready."""


class Agent:
    """The register's view of this worker.

    Args:
        orchestrator: wired in this process.
        row: id, kind (the queue), host, pid, slots and version, as they will be registered.
        held: returns what the children run now.
        consume: called with whether to take messages, whenever that changes.
    """

    def __init__(
        self, orchestrator: Orchestrator, row: Mapping[str, Any], held: Held, consume: Callable[[bool], None]
    ) -> None:
        self._orchestrator = orchestrator
        self._settings = orchestrator.settings
        self._row = dict(row)
        self._id = str(row["id"])
        self._held = held
        self._consume = consume
        self._consuming = True
        self._hungry_since = time.monotonic()
        self._ending = False
        self._lost_since: dict[int, float] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="agent", daemon=True)
        self.vitals = Vitals(row, READY_BEATS * self._settings.heartbeat_s, held)
        self._health = self._listen()

    def start(self) -> None:
        """Register, begin to send heartbeats and to answer for the health."""
        if self._health is not None:
            self._row["health_url"] = self._health.url
            self._health.start()
        self._thread.start()

    def after_fork(self) -> None:
        """In a child: let go of what is the main process's own."""
        if self._health is not None:
            self._health.after_fork()

    def _listen(self) -> HealthServer | None:
        settings = self._settings
        port = settings.health_port or FIRST_HEALTH_PORTS.get(self._row["kind"], 0)
        try:
            return HealthServer(settings.health_host, port, self.vitals)
        except OSError as error:
            # It can work all the same; who watches it sees that it was never checked.
            log.warning("health_not_served", host=settings.health_host, error=str(error), action="set a local address")
            return None

    def stop(self) -> None:
        """End the heartbeats and sign off."""
        self._stopping.set()
        self._thread.join(timeout=5)
        with contextlib.suppress(Exception):
            self._orchestrator.agents.stop(self._id)

    def drain(self) -> None:
        """Ask for no more steps. Returns at once: it is called from a signal handler."""
        self._ending = self.vitals.draining = True
        threading.Thread(target=self._drain, name="drain", daemon=True).start()

    def _drain(self) -> None:
        with contextlib.suppress(Exception):
            self._orchestrator.agents.drain(self._id)

    def release(self) -> int:
        """Give back what the children hold: the process ends before they can."""
        return self._orchestrator.execution.release_owned(self._id)

    def crashed(self, step_id: int, epoch: int, reason: str) -> None:
        """A child died while it ran the step of this message; its claim made the epoch one higher."""
        self._orchestrator.execution.crashed(step_id, epoch + 1, reason)

    def _run(self) -> None:
        beat_s = self._settings.heartbeat_s
        pause_s = 0.0
        while not self._stopping.wait(pause_s):
            pause_s = min(beat_s, KILL_AFTER_S / 2)
            try:
                self._beat()
            except Exception as error:
                # The database is away, or anything else: an agent that stops beating would lose its steps.
                log.warning("agent_heartbeat_failed", agent_id=self._id, error=str(error))
                # Nobody could claim meanwhile: what waited through an outage is no sign of a silent consumer.
                self._hungry_since = time.monotonic()
            if self._orchestrator.readiness.broker().ok:
                self.vitals.answered("broker")
            else:
                self._hungry_since = time.monotonic()

    def _beat(self) -> None:
        agents = self._orchestrator.agents
        draining = agents.heartbeat(self._id)
        if draining is None:
            agents.register(self._row)
            log.info("agent_registered", **self._row)
        self._follow(bool(draining))
        self.vitals.answered("database")
        held = list(self._held())
        self._kill_lost(held)
        if len(held) >= self._row["slots"] or not agents.starved(self._id):
            self._hungry_since = time.monotonic()
        elif time.monotonic() - self._hungry_since > self._watchdog_s():
            log.error("agent_starved", agent_id=self._id, action="exit for a restart")
            kill_children(child["pid"] for child in held)
            os._exit(EXIT_STARVED)

    def _follow(self, draining: bool) -> None:
        """Take messages, or none, as the register says: others take those of a draining agent."""
        if self._ending or draining is not self._consuming:
            return
        self._consuming = not draining
        self._hungry_since = time.monotonic()
        self.vitals.draining = draining
        self._consume(self._consuming)
        log.info("agent_draining" if draining else "agent_resumed", agent_id=self._id)

    def _watchdog_s(self) -> float:
        """How long steps may wait beside a free slot at a stretch: lost messages have been sent again by then."""
        return max(self._settings.watchdog_s, 1.5 * self._settings.dispatched_timeout_s)

    def _kill_lost(self, held: list[Mapping[str, Any]]) -> None:
        now = time.monotonic()
        lost = self._orchestrator.agents.moved_on(held) if held else set()
        self._lost_since = {step: self._lost_since.get(step, now) for step in lost}
        late = [child for child in held if now - self._lost_since.get(child["id"], now) > KILL_AFTER_S]
        for child in late:
            log.warning("child_killed", pid=child["pid"], step_id=child["id"], reason="it holds a step that moved on")
        kill_children(child["pid"] for child in late)


def kill_children(pids: Iterable[int]) -> None:
    """Kill processes that may be gone already."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
