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
from typing import Any

import psutil
import pytest
import requests

from orchestrator.stack.layout import StateDir

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
        return requests.request(method, self.ports["url"] + path, headers=headers, timeout=20, **options)

    def family(self) -> list[psutil.Process]:
        """The supervisor and everything below it."""
        supervisor = psutil.Process(self.process.pid)
        return [supervisor, *supervisor.children(recursive=True)]

    def child(self, word: str) -> psutil.Process:
        """The direct child whose command line contains the word."""
        found = [each for each in psutil.Process(self.process.pid).children() if word in " ".join(each.cmdline())]
        assert len(found) == 1, f"{len(found)} children with {word!r}"
        return found[0]

    def stop(self, timeout_s: float = 60.0) -> int:
        """Asks it to stop and returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout_s)


StartUp = Callable[..., RunningUp]


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
            command = [*COMMAND, "up", "--state-dir", str(state_dir), "--port", "0", *arguments]
            process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=clean_environment(env))
            open_now.enter_context(process)
            open_now.callback(process.kill)
            incoming: queue.Queue[str | None] = queue.Queue()
            threading.Thread(target=_read, args=(process, incoming), daemon=True).start()
            return RunningUp(process, state_dir, [], incoming)

        yield start


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
