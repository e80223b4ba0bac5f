"""Real workers and a real leader on the run's servers, forked as `orchestrator up` forks them, or as programs."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from orchestrator.bootstrap import Orchestrator
from orchestrator.config import Settings
from orchestrator.domain.submission import Submission, Upload
from orchestrator.stack.forking import COMMAND
from orchestrator.stack.nursery import Nursery, adopt_orphans
from orchestrator.stack.process import ChildSpec, Running, spawn

NURSERY_S = 60.0
DOCUMENT = """1 Duties

The operator shall log every access. The operator must not delete a log entry within ten years.

2 Notes

Logs are useful. The operator may compress them.
"""


class Process:
    """A process of a fleet."""

    def __init__(self, running: Running) -> None:
        self.pid = running.pid
        self.poll = running.poll
        self.send_signal = running.send_signal

    def wait(self, timeout: float) -> int:
        """Wait for its end and return the exit code."""
        until = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > until:
                raise TimeoutError(f"process {self.pid} has not ended in {timeout} s")
            time.sleep(0.02)
        return code


class FleetNursery:
    """What the processes of all fleets of a test process are forked from."""

    def __init__(self, place: Path) -> None:
        self._log = place / "nursery.log"
        self._nursery = self._open()

    def fork(self, words: tuple[str, ...], environment: Path, sink: int) -> Running | None:
        """Start an `orchestrator` command whose environment stands in a file; None where the nursery does not answer.

        Raises:
            AssertionError: the nursery cannot load what it shares.
        """
        if self._nursery.has_ended():
            self._nursery = self._open()
        self._await_ready()
        spec = ChildSpec(words[0], (*COMMAND, str(environment), *words), self._nursery.env, cwd=Path.cwd())
        adopt_orphans(True)  # only now: what other tests leave behind is none of this process
        try:
            return self._nursery.fork(spec, sink)
        finally:
            adopt_orphans(False)

    def close(self) -> None:
        """End it; what it forked lives on."""
        self._nursery.close()

    def _open(self) -> Nursery:
        path = os.pathsep.join([str(Path(__file__).parent), *filter(None, sys.path)])
        with self._log.open("ab") as sink:
            opened = Nursery("fleet_nursery", {**os.environ, "PYTHONPATH": path}, sink.fileno())
        adopt_orphans(False)
        return opened

    def _await_ready(self) -> None:
        until = time.monotonic() + NURSERY_S
        while not self._nursery.is_ready():
            assert time.monotonic() < until, f"the nursery is not ready: {self._log.read_text()}"
            assert not self._nursery.has_ended(), f"the nursery has ended: {self._log.read_text()}"
            time.sleep(0.02)


class Fleet:
    """Processes of the stack with short waits, and what the database says of them."""

    def __init__(self, orchestrator: Orchestrator, settings: Settings, place: Path, nursery: FleetNursery) -> None:
        self.orchestrator = orchestrator
        self._nursery = nursery
        self.failpoints = place / "failpoints"
        self.failpoints.mkdir()
        self._place = place
        self._started: list[Process] = []
        self.environment = {
            **os.environ,
            "DATABASE_URL": settings.database_url,
            "REDIS_URL": settings.redis_url,
            "ORCHESTRATOR_ENVIRONMENT": uuid4().hex[:16],  # what other fleets left in the broker is not read
            "ORCHESTRATOR_FAILPOINTS": str(self.failpoints),
            "ORCHESTRATOR_HEARTBEAT_S": "1",
            "ORCHESTRATOR_LEASE_S": "4",
            "ORCHESTRATOR_LEADER_TTL_S": "4",
            "ORCHESTRATOR_LEADER_RENEW_S": "0.8",
            "ORCHESTRATOR_TICK_S": "0.2",
            "ORCHESTRATOR_SOFT_SHUTDOWN_S": "2",
        }

    def start(self, *command: str, **environment: str) -> Process:
        """Start an `orchestrator` command, forked from the nursery."""
        name, environment = self._named(command), {**self.environment, **environment}
        file = self._place / f"{name}.environment"
        file.write_text(json.dumps(environment))
        with (self._place / f"{name}.log").open("wb") as log:
            forked = self._nursery.fork(command, file, log.fileno())
        return self._keep(forked) if forked else self.program(*command, **environment)

    def program(self, *command: str, **environment: str) -> Process:
        """Start an `orchestrator` command as a program of its own, which has to load everything."""
        spec = ChildSpec(command[0], (*COMMAND, *command), {**self.environment, **environment})
        with (self._place / f"{self._named(command)}.log").open("wb") as log:
            return self._keep(spawn(spec, log.fileno()))

    def worker(self, kind: str, concurrency: int = 1, **environment: str) -> Process:
        """Start a worker and wait until it has registered."""
        return self.registered(self.start("worker", kind, f"--concurrency={concurrency}", **environment))

    def registered(self, process: Process) -> Process:
        """Wait until a worker has registered."""
        self.wait(lambda: self.scalar("SELECT count(*) FROM agents WHERE pid = :pid", pid=process.pid), timeout_s=90)
        return process

    def submit(self, content: str = DOCUMENT, prompt: str = "Which duties are there?") -> Any:
        """Submit a text document; returns the job's id."""
        document = Upload("duties.txt", content.encode())
        wish = Submission(owner="test", prompt=prompt, correlation_id="test", document=document)
        return self.orchestrator.job_manager.submit(wish).job.id

    def rows(self, statement: str, **values: Any) -> list[Any]:
        """Rows of a query."""
        with self.orchestrator.sessions() as session:
            return list(session.execute(text(statement), values).all())

    def scalar(self, statement: str, **values: Any) -> Any:
        """The first column of the one row of a query."""
        return self.rows(statement, **values)[0][0]

    def wait(self, condition: Callable[[], Any], timeout_s: float = 60.0) -> Any:
        """Wait until the condition holds and return its value."""
        until = time.monotonic() + timeout_s
        while not (value := condition()):
            if time.monotonic() > until:
                raise AssertionError(f"not within {timeout_s} s; the logs say:\n{self.logs()}")
            time.sleep(0.05)
        return value

    def wait_for_job(self, job_id: Any, timeout_s: float = 60.0) -> str:
        """Wait until the job has ended and return its status."""
        ended = "SELECT status FROM jobs WHERE id = :id AND status NOT IN ('created', 'processing')"
        return str(self.wait(lambda: self.rows(ended, id=job_id), timeout_s)[0][0])

    def held_at(self, failpoint: str) -> int:
        """Wait until a process is held at an armed failpoint and return its id."""
        held = self.wait(lambda: list(self.failpoints.glob(f"{failpoint}.*")))
        return int(held[0].suffix[1:])

    def logs(self) -> str:
        """The last lines of every process."""
        return "\n".join(f"--- {log.name}\n{log.read_text()[-2000:]}" for log in sorted(self._place.glob("*.log")))

    def stop(self) -> None:
        """Kill everything that is left."""
        for process in self._started:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            process.wait(timeout=60)

    def _named(self, command: tuple[str, ...]) -> str:
        return f"{'-'.join(command[:2])}.{len(self._started)}"

    def _keep(self, running: Running) -> Process:
        self._started.append(Process(running))
        return self._started[-1]


@pytest.fixture(scope="session")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FleetNursery]:
    running = FleetNursery(tmp_path_factory.mktemp("nursery"))
    yield running
    running.close()


@pytest.fixture
def fleet(orchestrator: Orchestrator, settings: Settings, tmp_path: Path, nursery: FleetNursery) -> Iterator[Fleet]:
    running = Fleet(orchestrator, settings, tmp_path, nursery)
    yield running
    running.stop()
