"""The console command as a user runs it: `orchestrator up` in a process of its own, on free ports."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import psutil
import pytest
import requests

from orchestrator.stack.layout import StateDir


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "stack" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("stack"))  # one stack for all of them


Answer = TypeVar("Answer")
COMMAND = [sys.executable, "-P", "-m", "orchestrator.cli.main"]
READY_S = 90.0
NO_WORKERS = ("--creators", "0", "--validators", "0", "--maintenance", "0")


@dataclass
class RunningUp:
    """A running `orchestrator up`."""

    process: subprocess.Popen[str]
    state_dir: Path
    lines: list[str]
    _incoming: queue.Queue[str | None]

    def wait_for_line(self, start: str, timeout_s: float = READY_S) -> str:
        """Waits for a line that starts so, of those not yet asked for; fails when it ends or the time is over."""
        limit = time.monotonic() + timeout_s
        while True:
            try:
                line = self._incoming.get(timeout=max(0.01, limit - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no line {start!r} in {timeout_s} s, but {self.lines}") from None
            assert line is not None, f"it ended before a line {start!r}, with {self.lines}"
            self.lines.append(line)
            if line.startswith(start):
                return line

    @property
    def ports(self) -> dict[str, Any]:
        return json.loads((self.state_dir / "ports.json").read_text())

    @property
    def key(self) -> str:
        return (self.state_dir / "admin.key").read_text().strip()

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.key}"}
        return requests.request(method, self.ports["url"] + path, headers=headers, timeout=60, **options)

    def family(self) -> list[psutil.Process]:
        """The supervisor and everything below it."""
        supervisor = psutil.Process(self.process.pid)
        return [supervisor, *supervisor.children(recursive=True)]

    def asked(self, question: Callable[[psutil.Process], Answer]) -> list[Answer]:
        """What each process of the family answers; the servers have some that come and go."""
        answers = []
        for process in self.family():
            with contextlib.suppress(psutil.NoSuchProcess):
                answers.append(question(process))
        return answers

    def child(self, word: str) -> psutil.Process:
        """The direct child whose command line contains the word."""
        supervisor = psutil.Process(self.process.pid)
        commands = self.asked(lambda each: (each, " ".join(each.cmdline()), each.ppid()))
        found = [each for each, command, parent in commands if parent == supervisor.pid and word in command]
        assert len(found) == 1, f"{len(found)} children with {word!r}"
        return found[0]

    def stop(self, timeout_s: float = 120.0) -> int:
        """Asks it to stop and returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout_s)

    @property
    def url(self) -> str:
        return str(self.ports["url"])

    def submit(self, document: Path, prompt: str) -> dict[str, Any]:
        """Submits a document and returns the job."""
        with document.open("rb") as content:
            fields = {"prompt": prompt, "deduplicate": "false"}
            answer = self.call("POST", "/jobs", data=fields, files={"document": (document.name, content)})
        assert answer.status_code == 202, answer.text
        return dict(answer.json())

    def wait_for_job(self, job_id: str, timeout_s: float = 90.0) -> dict[str, Any]:
        """Waits until the job has ended and returns it."""
        limit = time.monotonic() + timeout_s
        while True:
            job = self.call("GET", f"/jobs/{job_id}").json()
            if job["status"] not in ("created", "processing"):
                return dict(job)
            assert time.monotonic() < limit, f"the job has not ended in {timeout_s} s: {job}"
            time.sleep(0.2)

    def console(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Runs the console command against this stack, to its end."""
        environment = clean_environment({"ORCHESTRATOR_URL": self.url, "ORCHESTRATOR_API_KEY": self.key})
        return subprocess.run(
            [*COMMAND, *words], env=environment, capture_output=True, text=True, timeout=120, check=False
        )

    def requirements(self, job_id: str) -> list[dict[str, Any]]:
        """All requirements of a job, in the order shown."""
        found: list[dict[str, Any]] = []
        path = f"/jobs/{job_id}/requirements?limit=100"
        while path:
            page = self.call("GET", path).json()
            found += page["items"]
            cursor = page["next_cursor"]
            path = f"/jobs/{job_id}/requirements?limit=100&cursor={quote(cursor)}" if cursor else ""
        return found


StartUp = Callable[..., RunningUp]


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningUp]:
    """A whole running stack that the tests of this process share."""
    state = StateDir(tmp_path_factory.mktemp("stack") / "state")
    with contextlib.ExitStack() as open_now:
        open_now.callback(state.remove)
        up = launch(open_now, state.path)
        up.wait_for_line("ready")
        yield up
        assert up.stop() == 0


@pytest.fixture
def state_dir(tmp_path: Path) -> Iterator[Path]:
    """A path for a state directory; the directory and the servers' data are removed afterwards."""
    path = tmp_path / "state"
    yield path
    StateDir(path).remove()


@pytest.fixture
def start_up(state_dir: Path) -> Iterator[StartUp]:
    """`start_up(*arguments, env={}) -> RunningUp` starts the stack on the test's state directory and does not wait."""
    with contextlib.ExitStack() as open_now:

        def start(*arguments: str, env: Mapping[str, str] | None = None) -> RunningUp:
            return launch(open_now, state_dir, *arguments, env=env)

        yield start


def launch(
    open_now: contextlib.ExitStack, state_dir: Path, *arguments: str, env: Mapping[str, str] | None = None
) -> RunningUp:
    """Starts `orchestrator up` and does not wait; it is killed when the stack of contexts closes."""
    command = [*COMMAND, "up", "--state-dir", str(state_dir), "--port", "0", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=clean_environment(env))
    open_now.enter_context(process)
    open_now.callback(process.kill)
    incoming: queue.Queue[str | None] = queue.Queue()
    threading.Thread(target=_read, args=(process, incoming), daemon=True).start()
    return RunningUp(process, state_dir, [], incoming)


def clean_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The caller's environment without anything that configures the orchestrator, and `extra`."""
    ours = ("DATABASE_URL", "REDIS_URL", "ORCHESTRATOR_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, "PYTHONUNBUFFERED": "1", **(extra or {})}


@pytest.fixture
def run_command(state_dir: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """`run_command(*words, env={}, timeout_s=60)` runs the console command to its end."""

    def run(
        *words: str, env: Mapping[str, str] | None = None, timeout_s: float = 60.0
    ) -> subprocess.CompletedProcess[str]:
        environment = clean_environment({"ORCHESTRATOR_STATE_DIR": str(state_dir), **(env or {})})
        return subprocess.run(
            [*COMMAND, *words], env=environment, capture_output=True, text=True, timeout=timeout_s, check=False
        )

    return run


def _read(process: subprocess.Popen[str], incoming: queue.Queue[str | None]) -> None:
    assert process.stdout
    for line in process.stdout:
        incoming.put(line.rstrip("\n"))
    incoming.put(None)
