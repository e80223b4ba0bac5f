"""Keeps a set of children running and ends them in order. One thread, one loop; `add` and `remove` work at any time."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from orchestrator.errors import OrchestratorError
from orchestrator.stack import reaper
from orchestrator.stack.logfile import LogFile
from orchestrator.stack.nursery import Nursery
from orchestrator.stack.process import Child, ChildSpec, ChildState, Running, spawn

TICK_S = 0.05
REST_S = 0.2
"""Between two looks once everything runs: twenty a second would be a sixth of what the stack takes at rest."""
TRIM_EVERY_S = 10.0
Announce = Callable[[str], None]


class StopRequested(Exception):
    """The operator asked to stop while the stack was still starting."""


class NotReady(OrchestratorError):
    """A child did not come up; `details["log"]` holds its last lines."""

    code = "not_ready"


class Supervisor:
    """Starts, restarts and stops children; nothing of it is left when this process is killed.

    Args:
        log_dir: directory for the children's logs.
        announce: gets one line per event worth a person's attention.
    """

    def __init__(self, log_dir: Path, announce: Announce):
        self.children: dict[str, Child] = {}
        self.stop_requests = 0
        self.reload_requested = False
        self._log_dir = log_dir
        self._announce = announce
        self._groups: dict[int, int] = {}
        self._reaper = _start_reaper()
        self._nursery: Nursery | None = None
        self._trim_at = time.monotonic() + TRIM_EVERY_S

    def request_stop(self) -> None:
        """Notes that the operator wants to stop; the second request hurries. Safe in a signal handler."""
        self.stop_requests += 1

    def add(self, spec: ChildSpec) -> Child:
        """Starts a child and keeps it running from now on."""
        if spec.name in self.children:
            raise ValueError(f"a child named {spec.name} exists")
        log = LogFile(self._log_dir / f"{spec.name}.log")
        child = Child(spec, log, self._begin, self._watch, self._forget)
        self.children[spec.name] = child
        child.start()
        return child

    def open_nursery(self, program: str, env: Mapping[str, str]) -> None:
        """Has children of this environment share the memory of what a program has loaded (`nursery.py`), from now on.

        Loading takes a moment; until then, and where the nursery has ended, children are started as usual.
        """
        if sys.platform == "linux":
            with LogFile(self._log_dir / "nursery.log").open() as sink:
                self._nursery = Nursery(program, env, sink.fileno())

    def await_nursery(self, timeout_s: float) -> None:
        """Waits until the nursery is ready, or has ended, or the time is over.

        Raises:
            StopRequested: the operator wants to stop.
        """
        limit = time.monotonic() + timeout_s
        while self._nursery and not (self._nursery.is_ready() or self._nursery.has_ended()):
            if self.stop_requests:
                raise StopRequested
            if time.monotonic() > limit:
                return
            self.tick()
            time.sleep(TICK_S)

    def remove(self, name: str) -> None:
        """Tells a child to end for good; `tick` forgets it when it has ended."""
        self.children[name].stop()

    def tick(self) -> None:
        """One round: restart what is due, kill what does not end, keep the logs and the reaper in shape."""
        for child in list(self.children.values()):
            code = child.tick()
            if code is not None and child.state is ChildState.WAITING:
                self._announce(f"{child.spec.name} ended ({describe_exit(code)}), restart in {child.pause_s:.1f} s")
            if child.state is ChildState.STOPPED:
                del self.children[child.spec.name]
        if self._reaper.poll() is not None:
            self._replace_reaper()
        self._bury_strangers()
        if time.monotonic() >= self._trim_at:
            self._trim_at = time.monotonic() + TRIM_EVERY_S
            for child in self.children.values():
                child.log.trim()

    def run(self, on_tick: Callable[[], None] = lambda: None) -> None:
        """Ticks until the operator asks to stop; `on_tick` may add and remove children."""
        while not self.stop_requests:
            self.tick()
            on_tick()
            time.sleep(REST_S)

    def wait_until(self, ready: Callable[[], bool], what: str, child: Child, timeout_s: float) -> None:
        """Waits until `ready()`; the children are not restarted meanwhile.

        Raises:
            NotReady: the child ended or the time is over.
            StopRequested: the operator wants to stop.
        """
        limit = time.monotonic() + timeout_s
        while not ready():
            if self.stop_requests:
                raise StopRequested
            code = child.tick()
            if code is not None:
                raise NotReady(f"{what} ended ({describe_exit(code)})", details={"log": child.log.tail()})
            if time.monotonic() > limit:
                raise NotReady(f"{what} did not come up in {timeout_s:.0f} s", details={"log": child.log.tail()})
            time.sleep(TICK_S)

    def finish(self, child: Child, what: str, timeout_s: float) -> None:
        """Waits until a child that runs once has done its work.

        Raises:
            NotReady: it failed or the time is over.
            StopRequested: the operator wants to stop.
        """
        limit = time.monotonic() + timeout_s
        while child.last_exit is None:
            if self.stop_requests:
                raise StopRequested
            if time.monotonic() > limit:
                raise NotReady(f"{what} did not end in {timeout_s:.0f} s", details={"log": child.log.tail()})
            self.tick()
            time.sleep(TICK_S)
        if child.last_exit:
            raise NotReady(f"{what} failed ({describe_exit(child.last_exit)})", details={"log": child.log.tail()})

    def close(self) -> None:
        """Stops every child, lowest stage first; returns when none is left. Another stop request hurries."""
        for stage in sorted({child.spec.stage for child in self.children.values()}):
            self._stop_stage(stage)
        if self._nursery:
            self._nursery.close()
        if self._reaper.stdin:
            self._reaper.stdin.close()
        self._reaper.wait(timeout=reaper.PATIENCE_S + 20)

    def _stop_stage(self, stage: int) -> None:
        names = [name for name, child in self.children.items() if child.spec.stage == stage]
        hurried = False
        for name in names:
            self.children[name].stop()
        while any(name in self.children for name in names):
            if self.stop_requests >= 2 and not hurried:
                hurried = True
                for name in names:
                    if name in self.children:
                        self.children[name].stop(hurry=True)
            self.tick()
            time.sleep(TICK_S)

    def _begin(self, spec: ChildSpec, sink: int) -> Running:
        if self._nursery and self._nursery.has_ended():
            self.open_nursery(self._nursery.program, self._nursery.env)
        return (self._nursery and self._nursery.fork(spec, sink)) or spawn(spec, sink)

    def _bury_strangers(self) -> None:
        """Collects processes whose parents ended before them: with a nursery they become this one's children."""
        if self._nursery is None:
            return
        ours = {child.pid for child in self.children.values()} | {self._nursery.pid, self._reaper.pid}
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)) and ended.si_pid not in ours:
                os.waitpid(ended.si_pid, 0)

    def _watch(self, group: int, number: int) -> None:
        self._groups[group] = number
        self._tell(f"+{group} {int(number)}")

    def _forget(self, group: int) -> None:
        self._groups.pop(group, None)
        self._tell(f"-{group}")

    def _tell(self, line: str) -> None:
        try:
            assert self._reaper.stdin is not None  # noqa: S101 - opened with a pipe
            self._reaper.stdin.write(line + "\n")
            self._reaper.stdin.flush()
        except BrokenPipeError:
            pass  # it died: the next tick replaces it and tells it every group

    def _replace_reaper(self) -> None:
        self._reaper = _start_reaper()
        for group, number in self._groups.items():
            self._tell(f"+{group} {int(number)}")


def describe_exit(code: int) -> str:
    """Says an exit code in words: `exit 1` or `signal 9`."""
    return f"signal {-code}" if code < 0 else f"exit {code}"


def _start_reaper() -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own file
        [sys.executable, "-I", "-S", reaper.__file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
