"""Real workers and a real leader on the run's servers, as the console starts them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from orchestrator.bootstrap import Orchestrator
from orchestrator.config import Settings
from orchestrator.domain.submission import Submission, Upload

DOCUMENT = """1 Duties

The operator shall log every access. The operator must not delete a log entry within ten years.

2 Notes

Logs are useful. The operator may compress them.
"""


class Fleet:
    """Processes of the stack with short waits, and what the database says of them."""

    def __init__(self, orchestrator: Orchestrator, settings: Settings, place: Path) -> None:
        self.orchestrator = orchestrator
        self.failpoints = place / "failpoints"
        self.failpoints.mkdir()
        self._place = place
        self._started: list[subprocess.Popen[bytes]] = []
        self.environment = {
            **os.environ,
            "DATABASE_URL": settings.database_url,
            "REDIS_URL": settings.redis_url,
            "ORCHESTRATOR_ENVIRONMENT": f"t{os.getpid()}x{id(self) % 100000}",
            "ORCHESTRATOR_FAILPOINTS": str(self.failpoints),
            "ORCHESTRATOR_HEARTBEAT_S": "1",
            "ORCHESTRATOR_LEASE_S": "4",
            "ORCHESTRATOR_LEADER_TTL_S": "4",
            "ORCHESTRATOR_LEADER_RENEW_S": "0.8",
            "ORCHESTRATOR_TICK_S": "0.2",
            "ORCHESTRATOR_SOFT_SHUTDOWN_S": "2",
        }

    def start(self, *command: str, **environment: str) -> subprocess.Popen[bytes]:
        """Start an `orchestrator` command."""
        argv = [sys.executable, "-P", "-m", "orchestrator.cli.main", *command]
        log = (self._place / f"{'-'.join(command[:2])}.{len(self._started)}.log").open("wb")
        process = subprocess.Popen(
            argv, env={**self.environment, **environment}, stdout=log, stderr=log, start_new_session=True
        )
        self._started.append(process)
        return process

    def worker(self, kind: str, concurrency: int = 1, **environment: str) -> subprocess.Popen[bytes]:
        """Start a worker and wait until it has registered."""
        process = self.start("worker", kind, f"--concurrency={concurrency}", **environment)
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

    def wait(self, condition: Callable[[], Any], timeout_s: float = 30.0) -> Any:
        """Wait until the condition holds and return its value."""
        until = time.monotonic() + timeout_s
        while not (value := condition()):
            if time.monotonic() > until:
                raise AssertionError(f"not within {timeout_s} s; the logs say:\n{self.logs()}")
            time.sleep(0.05)
        return value

    def wait_for_job(self, job_id: Any, timeout_s: float = 30.0) -> str:
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
            process.wait(timeout=10)


@pytest.fixture
def fleet(orchestrator: Orchestrator, settings: Settings, tmp_path: Path) -> Iterator[Fleet]:
    running = Fleet(orchestrator, settings, tmp_path)
    yield running
    running.stop()
