from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from orchestrator.stack.process import Child, ChildSpec
from orchestrator.stack.supervisor import NotReady, StopRequested, Supervisor

SLEEP = "import time; time.sleep(600)"
EXIT = "raise SystemExit(3)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf'); time.sleep(600)"
# a worker with a pool: the main process and one child of the same group, both named by the word in argv
POOL = """
import os, time
os.fork()
print('up')
time.sleep(600)  # {word}
"""


def python(name: str, program: str, **options: object) -> ChildSpec:
    """A child that runs a line of Python."""
    return ChildSpec(name, (sys.executable, "-I", "-S", "-u", "-c", program), {"PATH": os.defpath}, **options)  # type: ignore[arg-type]


def wait_for(condition: Callable[[], object], supervisor: Supervisor | None = None, timeout_s: float = 60.0) -> None:
    """Waits for a condition, ticking the supervisor; fails after the limit."""
    limit = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < limit, "the condition did not come true in time"
        if supervisor:
            supervisor.tick()
        time.sleep(0.02)


def is_alive(process: psutil.Process) -> bool:
    """A zombie is dead: where nothing collects orphans it stays in the table."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def processes_with(word: str) -> list[psutil.Process]:
    """Living processes whose command line contains the word."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if word in " ".join(process.cmdline()) and is_alive(process):
                found.append(process)
    return found


def logged(child: Child, word: str) -> bool:
    return word in child.log.tail()


def test_a_killed_child_is_restarted_and_what_it_left_behind_is_killed(supervisor: Supervisor, said: list[str]) -> None:
    word = uuid.uuid4().hex
    child = supervisor.add(python("pool", POOL.format(word=word)))
    wait_for(lambda: len(processes_with(word)) == 2, supervisor)
    left_behind = [process for process in processes_with(word) if process.pid != child.pid]
    os.kill(child.pid, signal.SIGKILL)
    wait_for(lambda: child.starts == 2 and not any(map(is_alive, left_behind)), supervisor)
    wait_for(lambda: len(processes_with(word)) == 2, supervisor)
    assert said == ["pool ended (signal 9), restart in 0.5 s"]


def test_a_child_that_keeps_failing_is_started_less_and_less_often(supervisor: Supervisor, said: list[str]) -> None:
    child = supervisor.add(python("broken", EXIT))
    wait_for(lambda: len(said) == 3, supervisor)
    assert said == [f"broken ended (exit 3), restart in {wait} s" for wait in ("0.5", "1.0", "2.0")]
    assert child.starts == 3


def test_children_stop_stage_by_stage_and_each_stage_ends_before_the_next(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    order = tmp_path / "order"
    program = textwrap.dedent("""
        import signal, sys, time
        def end(*_):
            time.sleep({pause}); open({order!r}, "a").write({name!r}); sys.exit(0)
        signal.signal(signal.SIGTERM, end); print("up"); time.sleep(600)
    """)
    for name, stage, pause in (("c", 3, 0), ("a", 1, 0.3), ("b", 2, 0.1)):
        spec = python(name, program.format(pause=pause, order=str(order), name=name), stage=stage)
        child = supervisor.add(spec)
        wait_for(lambda child=child: logged(child, "up"), supervisor)
    supervisor.close()
    assert order.read_text() == "abc"


def test_a_child_that_ignores_the_request_is_killed_at_its_limit(supervisor: Supervisor) -> None:
    child = supervisor.add(python("deaf", DEAF, stop_timeout_s=0.3))
    wait_for(lambda: logged(child, "deaf"), supervisor)
    start = time.monotonic()
    supervisor.close()
    assert 0.3 <= time.monotonic() - start < 10  # what a child is given that says nothing else
    assert child.last_exit == -signal.SIGKILL


def test_a_second_request_hurries_the_stop(supervisor: Supervisor) -> None:
    child = supervisor.add(python("deaf", DEAF, stop_timeout_s=60))
    wait_for(lambda: logged(child, "deaf"), supervisor)
    supervisor.request_stop()
    supervisor.request_stop()
    start = time.monotonic()
    supervisor.close()
    assert time.monotonic() - start < 30


def test_children_come_and_go_while_others_run(supervisor: Supervisor) -> None:
    stays, goes = supervisor.add(python("stays", SLEEP)), supervisor.add(python("goes", SLEEP))
    pid = stays.pid
    supervisor.remove("goes")
    wait_for(lambda: "goes" not in supervisor.children, supervisor)
    assert goes.pid is None
    supervisor.add(python("goes", SLEEP))
    assert stays.pid == pid
    with pytest.raises(ValueError, match="stays"):
        supervisor.add(python("stays", SLEEP))


def test_a_child_that_does_not_come_up_is_reported_with_its_last_words(supervisor: Supervisor) -> None:
    child = supervisor.add(python("broken", "print('the disk is gone'); raise SystemExit(4)"))
    with pytest.raises(NotReady, match=r"it ended \(exit 4\)") as caught:
        supervisor.wait_until(lambda: False, "it", child, timeout_s=10)
    assert caught.value.details["log"] == "the disk is gone"


def test_waiting_has_a_limit_and_ends_when_the_operator_stops(supervisor: Supervisor) -> None:
    child = supervisor.add(python("slow", SLEEP))
    with pytest.raises(NotReady, match="did not come up"):
        supervisor.wait_until(lambda: False, "it", child, timeout_s=0.2)
    supervisor.request_stop()
    with pytest.raises(StopRequested):
        supervisor.wait_until(lambda: False, "it", child, timeout_s=10)


def test_work_that_is_done_once_is_not_repeated(supervisor: Supervisor) -> None:
    supervisor.finish(supervisor.add(python("work", "print('done')", once=True)), "the work", 10)
    assert supervisor.children == {}
    with pytest.raises(NotReady, match=r"the work failed \(exit 3\)"):
        supervisor.finish(supervisor.add(python("work", EXIT, once=True)), "the work", 10)


def test_a_log_over_its_limit_is_moved_aside_while_the_child_writes(supervisor: Supervisor) -> None:
    child = supervisor.add(python("chatty", "import time\nwhile True: print('x' * 99); time.sleep(0.001)"))
    child.log.max_bytes = 50_000  # half a second of it
    wait_for(lambda: child.log.path.stat().st_size > 50_000, supervisor)
    child.log.trim()
    assert child.log.older.stat().st_size > 50_000
    wait_for(lambda: 0 < child.log.path.stat().st_size < 50_000, supervisor)
    assert b"\0" not in child.log.path.read_bytes()
    assert child.log.path.stat().st_mode & 0o777 == 0o600


PROGRAM = """
import sys
from pathlib import Path
from orchestrator.stack.process import ChildSpec
from orchestrator.stack.servers import running
import os

with running(Path(sys.argv[1])) as (supervisor, urls):
    for number in range(3):
        argv = (sys.executable, "-I", "-S", "-c", sys.argv[2])
        supervisor.add(ChildSpec(f"pool-{number}", argv, {"PATH": os.defpath}))
    print("running", flush=True)
    supervisor.run()
"""


@contextlib.contextmanager
def supervised(state_dir: Path, word: str) -> Iterator[psutil.Process]:
    """A supervisor of both servers and three pools, in a process of its own; killed at the end of the block."""
    command = [sys.executable, "-P", "-c", PROGRAM, str(state_dir), POOL.format(word=word)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout
            assert running.stdout.readline() == "running\n"
            wait_for(lambda: len(processes_with(word)) == 6 + 1)  # the supervisor's own command line has the word, too
            yield psutil.Process(running.pid)
        finally:
            running.kill()


def test_kill_of_the_supervisor_leaves_nothing_and_the_next_start_recovers(state_dir: Path) -> None:
    word = uuid.uuid4().hex
    for kill_reaper_before in (False, True):  # the second start finds what the first kill left in the data directories
        with supervised(state_dir, word) as supervisor:
            if kill_reaper_before:
                (reaper,) = reapers_of(supervisor)
                reaper.kill()
                wait_for(lambda: reapers_of(supervisor) not in ([], [reaper]))  # noqa: B023 - called at once
            family = supervisor.children(recursive=True)
            assert {"postgres", "valkey-server"} <= set(names_of(family))
        wait_for(lambda: not (any(map(is_alive, family)) or processes_with(word)))  # noqa: B023 - as above


def reapers_of(supervisor: psutil.Process) -> list[psutil.Process]:
    ours = set(supervisor.children())
    return [process for process in processes_with("reaper.py") if process in ours]


def names_of(processes: list[psutil.Process]) -> Iterator[str]:
    """Servers have processes that come and go."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            yield process.name()
