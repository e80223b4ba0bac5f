"""The console command in a process of its own with a terminal before it."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestrator.client import Client

COMMAND = [sys.executable, "-P", "-m", "orchestrator.cli.main"]
LIMIT_S = 60.0


class Seat:
    """A person at a terminal: sees what is written to it and types."""

    def __init__(self, terminal: int) -> None:
        self._terminal = terminal
        self.screen = ""
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while True:
            try:
                self.screen += os.read(self._terminal, 4096).decode(errors="replace")
            except OSError:
                return

    def wait_for(self, words: str) -> None:
        limit = time.monotonic() + LIMIT_S
        while words not in self.screen:
            assert time.monotonic() < limit, f"no {words!r} in {self.screen!r}"
            time.sleep(0.02)

    def type(self, words: str) -> None:
        os.write(self._terminal, words.encode())


Start = Callable[..., tuple[subprocess.Popen[str], Seat]]


@pytest.fixture
def start(api: Any) -> Iterator[Start]:
    """`start("jobs", ...)` runs the command with stdin and stderr on a terminal and stdout in a pipe."""
    opened: list[Any] = []

    def begin(*words: str) -> tuple[subprocess.Popen[str], Seat]:
        mine, theirs = pty.openpty()
        environment = os.environ | {"ORCHESTRATOR_URL": api.url, "ORCHESTRATOR_API_KEY": api.key, "COLUMNS": "100"}
        process = subprocess.Popen(  # noqa: S603 - a program of the project
            [*COMMAND, *words], stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, text=True, env=environment
        )
        os.close(theirs)
        opened.append((process, mine))
        return process, Seat(mine)

    yield begin
    for process, terminal in opened:
        process.kill()
        process.communicate()
        os.close(terminal)


@pytest.fixture(autouse=True)
def _worker(api: Any) -> None:
    """A registered creator, so that no job waits for one."""
    row = {"id": "creator-x-1", "kind": "creator", "host": "x", "pid": 7, "slots": 2, "version": "1"}
    api.orchestrator.agents.register(row)


@pytest.fixture
def job_id(client: Client) -> str:
    return client.submit("Which duties?")["id"]


def test_the_bar_is_on_the_terminal_and_the_report_in_the_pipe(
    start: Start, client: Client, api: Any, tmp_path: Path
) -> None:
    document = tmp_path / "agreement.md"
    document.write_text("The lessor shall keep records.\n")
    process, seat = start("submit", str(document), "--prompt", "Which duties?", "--wait")
    seat.wait_for("in the queue")
    (job,) = client.jobs()
    api.start(job["id"])
    seat.wait_for("reading")
    api.complete(job["id"], {})
    out, _ = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 0
    assert out.startswith("Requirements of agreement.md\n")
    seat.wait_for("100%  completed: 1 integrated")


def test_interrupting_a_wait_leaves_the_job(start: Start, client: Client, job_id: str) -> None:
    process, seat = start("jobs", "progress", job_id, "--watch")
    seat.wait_for("in the queue")
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=LIMIT_S)
    assert (process.returncode, out) == (130, "")
    seat.wait_for(f"Job {job_id} goes on.")
    assert client.job(job_id)["status"] == "created"


@pytest.mark.parametrize(("answer", "code", "status"), [("n\n", 1, "created"), ("y\n", 0, "cancelled")])
def test_cancel_asks_first(start: Start, client: Client, job_id: str, answer: str, code: int, status: str) -> None:
    process, seat = start("jobs", "cancel", job_id)
    seat.wait_for(f"Cancel job {job_id} (prompt.txt)? [y/N]")
    seat.type(answer)
    process.communicate(timeout=LIMIT_S)
    assert process.returncode == code
    assert client.job(job_id)["status"] == status


def test_what_has_ended_is_not_asked_about(start: Start, client: Client, job_id: str) -> None:
    client.cancel(job_id)
    process, seat = start("jobs", "cancel", job_id)
    process.communicate(timeout=LIMIT_S)
    assert process.returncode == 1
    seat.wait_for("cannot be cancelled")
    assert "[y/N]" not in seat.screen
