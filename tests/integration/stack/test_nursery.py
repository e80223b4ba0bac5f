"""Children that are forked from a nursery: the supervisor's own, and seen as the commands that they run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from orchestrator.stack.forking import COMMAND
from orchestrator.stack.process import Child, ChildSpec, ChildState
from orchestrator.stack.supervisor import Supervisor

PROGRAM = """
import os, socket, sys, time
from orchestrator.stack.forking import serve
with socket.socket(fileno=int(sys.argv[1])) as line:
    words = serve(line)
if words and words[0] == "sleep":
    print("asleep in", os.getcwd(), flush=True)
    time.sleep(600)
elif words:
    sys.exit(int(words[-1]))
"""
CHECK = """
import sys, threading
from orchestrator.cli.nursery import load
load()
assert threading.active_count() == 1, threading.enumerate()
assert not {"celeryconfig", "workers.app", "openai", "alembic"} & set(sys.modules)
"""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "tiny_nursery.py").write_text(PROGRAM)
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}


@pytest.fixture
def add(supervisor: Supervisor, environment: dict[str, str]) -> Callable[..., Child]:
    supervisor.open_nursery("tiny_nursery", environment)
    supervisor.await_nursery(60)

    def add(*words: str) -> Child:
        return supervisor.add(ChildSpec(words[0], (*COMMAND, *words), environment, cwd=supervisor._log_dir))

    return add


def wait_for(condition: Callable[[], object], supervisor: Supervisor) -> None:
    limit = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < limit, "the condition did not come true in time"
        supervisor.tick()
        time.sleep(0.02)


def nursery() -> psutil.Process:
    (found,) = filter(is_nursery, psutil.Process().children())
    return found


def is_nursery(process: psutil.Process) -> bool:
    try:
        return "tiny_nursery" in process.cmdline()
    except psutil.Error:  # it ended just now
        return False


def test_a_forked_child_is_the_supervisors_own(
    supervisor: Supervisor, said: list[str], add: Callable[..., Child]
) -> None:
    child = add("sleep", "well")
    wait_for(lambda: "asleep in" in child.log.tail(), supervisor)
    process = psutil.Process(child.pid)
    assert child.log.tail() == f"asleep in {supervisor._log_dir}"
    assert [word for word in process.cmdline() if word] == [*COMMAND, "sleep", "well"]
    assert process.ppid() == os.getpid()
    assert os.getpgid(process.pid) == process.pid

    process.kill()
    wait_for(lambda: child.starts == 2, supervisor)
    assert said == ["sleep ended (signal 9), restart in 0.5 s"]
    failing = add("exit", "4")
    wait_for(lambda: failing.state is ChildState.WAITING, supervisor)
    assert failing.last_exit == 4


def test_children_outlive_their_nursery_and_the_next_ones_start_without_it(
    supervisor: Supervisor, add: Callable[..., Child]
) -> None:
    child = add("sleep")
    nursery().kill()
    wait_for(lambda: supervisor._nursery and supervisor._nursery.has_ended(), supervisor)
    assert psutil.Process(child.pid).is_running()
    version = add("--version")
    wait_for(lambda: "orchestrator, version" in version.log.tail(), supervisor)
    assert nursery().is_running()
    child.stop()
    wait_for(lambda: child.state is ChildState.STOPPED, supervisor)
    assert child.last_exit == -signal.SIGTERM


def test_nothing_is_shared_that_reads_the_settings_or_starts_a_thread() -> None:
    subprocess.run([sys.executable, "-P", "-c", CHECK], check=True, timeout=200)
