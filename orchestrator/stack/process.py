"""One supervised child: started in a group of its own, restarted with back-off, stopped with a limit.

A child is a small state machine that `tick` advances; nothing here blocks. A child does not outlive its supervisor:
on Linux the kernel signals it (PDEATHSIG), and everywhere the reaper (`reaper.py`) ends its whole group.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from orchestrator.stack.account import Account
from orchestrator.stack.logfile import LogFile

BACK_OFF_FIRST_S = 0.5
BACK_OFF_CAP_S = 10.0
HEALTHY_AFTER_S = 30.0
HURRIED_STOP_S = 2.0
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class ChildState(StrEnum):
    """`waiting`: it ended and its next start is due later; `stopping`: it was told to end."""

    STOPPED = "stopped"
    RUNNING = "running"
    WAITING = "waiting"
    STOPPING = "stopping"


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """What to run and how to end it.

    Args:
        name: also the name of its log file; unique in a stack.
        stage: children of a lower stage are stopped first.
        stop_signal: asks it to end; after `stop_timeout_s` the group is killed.
        orphan_signal: ends it when the supervisor is gone or the operator is in a hurry.
        account: who runs it; None is the caller.
        once: it does its work and ends: not restarted.
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    stage: int = 0
    stop_signal: int = signal.SIGTERM
    stop_timeout_s: float = 10.0
    orphan_signal: int = signal.SIGKILL
    account: Account | None = None
    cwd: Path | None = None
    once: bool = False


class Running(Protocol):
    """A process that has been started."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None:
        """The exit code once it has ended; a signal is negative."""

    def send_signal(self, number: int, /) -> None:
        """Sends a signal, unless it has ended."""


Begin = Callable[[ChildSpec, int], Running]
"""Starts a spec that writes to a file descriptor."""


class Child:
    """A spec that `begin` starts. `watch(group, signal)` and `forget(group)` tell the reaper about it."""

    def __init__(
        self,
        spec: ChildSpec,
        log: LogFile,
        begin: Begin,
        watch: Callable[[int, int], None],
        forget: Callable[[int], None],
    ):
        self.spec = spec
        self.log = log
        self.state = ChildState.STOPPED
        self.starts = 0
        self.last_exit: int | None = None
        self.pause_s = 0.0
        """Between its last end and the start that follows; set while it waits."""
        self._begin = begin
        self._watch = watch
        self._forget = forget
        self._process: Running | None = None
        self._started_at = 0.0
        self._due_at = 0.0
        self._back_off_s = BACK_OFF_FIRST_S

    @property
    def pid(self) -> int | None:
        """Its process id while it runs."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Starts it. Call from the main thread only: the kernel's signal follows the thread that started the child."""
        self.log.rotate()
        with self.log.open() as sink:
            self._process = self._begin(self.spec, sink.fileno())
        self._watch(self._process.pid, self.spec.orphan_signal)
        self._started_at = time.monotonic()
        self.starts += 1
        self.state = ChildState.RUNNING

    def tick(self) -> int | None:
        """Advances the state machine; returns the exit code if the process has ended since the last tick."""
        now = time.monotonic()
        ended = self._reap()
        if ended is not None and self.state is ChildState.RUNNING and not self.spec.once:
            self._plan_restart(now)
        elif ended is not None:
            self.state = ChildState.STOPPED
        elif self.state is ChildState.STOPPING and now >= self._due_at:
            self.signal_group(signal.SIGKILL)
        elif self.state is ChildState.WAITING and now >= self._due_at:
            self._restart(now)
        return ended

    def stop(self, *, hurry: bool = False) -> None:
        """Tells it to end; `tick` then follows it to STOPPED. A second call with `hurry` shortens the wait."""
        if self._process is None:
            self.state = ChildState.STOPPED
            return
        due = time.monotonic() + (HURRIED_STOP_S if hurry else self.spec.stop_timeout_s)
        if self.state is not ChildState.STOPPING:
            self._due_at = due
        self._due_at = min(self._due_at, due)
        self.state = ChildState.STOPPING
        if hurry:
            self.signal_group(self.spec.orphan_signal)
        else:
            self._process.send_signal(self.spec.stop_signal)

    def signal_group(self, number: int) -> None:
        """Sends a signal to the child and to everything in its group."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, number)

    def _reap(self) -> int | None:
        if self._process is None:
            return None
        code = self._process.poll()
        if code is None:
            return None
        self.signal_group(signal.SIGKILL)  # what it left behind, such as the pool of a killed worker
        self._forget(self._process.pid)
        self._process = None
        self.last_exit = code
        return code

    def _restart(self, now: float) -> None:
        try:
            self.start()
        except OSError:  # no memory or no process slot just now
            self._plan_restart(now)

    def _plan_restart(self, now: float) -> None:
        if now - self._started_at >= HEALTHY_AFTER_S:
            self._back_off_s = BACK_OFF_FIRST_S
        self.pause_s = self._back_off_s
        self._due_at = now + self.pause_s
        self._back_off_s = min(self._back_off_s * 2, BACK_OFF_CAP_S)
        self.state = ChildState.WAITING


def spawn(spec: ChildSpec, sink: int) -> Running:
    """Starts a program of its own; what it writes goes to `sink`."""
    supervisor = os.getpid()
    account = spec.account
    return subprocess.Popen(  # noqa: S603 - our own argv, no shell
        spec.argv,
        env=dict(spec.env),
        cwd=spec.cwd,
        stdin=subprocess.DEVNULL,
        stdout=sink,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        preexec_fn=lambda: die_with(supervisor, spec.orphan_signal),  # noqa: PLW1509 - no other thread runs here
    )


def die_with(supervisor: int, number: int) -> None:
    """Has the kernel send this process a signal when its parent, the supervisor, ends. Linux only."""
    if _libc is None:
        return
    _libc.prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
    if os.getppid() != supervisor:
        os._exit(1)
