"""A worker's main process: registers, sends heartbeats, kills children that lost their step, and watches itself."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
import time
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from typing import Any

import structlog

from orchestrator.bootstrap import Orchestrator

log = structlog.get_logger(__name__)

KILL_AFTER_S = 5.0
EXIT_STARVED = 70


class Agent:
    """The register's view of this worker.

    Args:
        orchestrator: wired in this process.
        agent_id, kind, slots: as registered; `kind` is the queue.
        held: returns what the children run now: {id, epoch, owner, pid} each.
    """

    def __init__(self, orchestrator: Orchestrator, agent_id: str, kind: str, slots: int, held: Any) -> None:
        self._orchestrator = orchestrator
        self._row = {
            "id": agent_id,
            "kind": kind,
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "slots": slots,
            "version": version("requirement-orchestrator"),
        }
        self._id = agent_id
        self._slots = slots
        self._held = held
        self._lost_since: dict[int, float] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="agent", daemon=True)

    def start(self) -> None:
        """Register and begin to send heartbeats."""
        self._thread.start()

    def stop(self) -> None:
        """End the heartbeats and sign off."""
        self._stopping.set()
        self._thread.join(timeout=5)
        with contextlib.suppress(Exception):
            self._orchestrator.agents.stop(self._id)

    def drain(self) -> None:
        """Ask for no more steps. Returns at once: it is called from a signal handler."""
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
        beat_s = self._orchestrator.settings.heartbeat_s
        pause_s = 0.0
        while not self._stopping.wait(pause_s):
            pause_s = min(beat_s, KILL_AFTER_S / 2)
            try:
                self._beat()
            except Exception as error:
                # The database is away, or anything else: an agent that stops beating would lose its steps.
                log.warning("agent_heartbeat_failed", agent_id=self._id, error=str(error))

    def _beat(self) -> None:
        agents = self._orchestrator.agents
        if agents.heartbeat(self._id) is None:
            agents.register(self._row)
            log.info("agent_registered", **self._row)
        held = list(self._held())
        self._kill_lost(held)
        if len(held) < self._slots and agents.starved(self._id):
            log.error("agent_starved", agent_id=self._id, action="exit for a restart")
            kill_children(child["pid"] for child in held)
            os._exit(EXIT_STARVED)

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
