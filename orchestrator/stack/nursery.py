"""Children that begin with the libraries loaded: forked from one process that has them, they share its memory.

This is the supervisor's side; the other one is `forking.py`. A child becomes the supervisor's own, and its command
line is the one that it would have been started with. Linux only; elsewhere, and where the nursery is not ready, the
supervisor starts programs as usual.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping

from orchestrator.stack.forking import COMMAND, READY, ROOM
from orchestrator.stack.process import ChildSpec, die_with

PR_SET_CHILD_SUBREAPER = 36
ANSWER_S = 5.0


class Forked:
    """A child that was forked elsewhere; as much of `subprocess.Popen` as the supervisor uses."""

    def __init__(self, process_id: int) -> None:
        self.pid = process_id
        self._code: int | None = None

    def poll(self) -> int | None:
        """The exit code once it has ended; a signal is negative."""
        if self._code is None:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            self._code = os.waitstatus_to_exitcode(status) if ended else None
        return self._code

    def send_signal(self, number: int) -> None:
        """Sends a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)


class Nursery:
    """One process that forks children on demand.

    Args:
        program: a module to run with `-m`, which loads what is shared and calls `forking.serve`.
        env: the environment of the nursery and of all its children.
        sink: takes what the nursery itself writes.
    """

    def __init__(self, program: str, env: Mapping[str, str], sink: int) -> None:
        adopt_orphans(True)
        self.program = program
        self.env = dict(env)
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            supervisor = os.getpid()
            self._process = subprocess.Popen(  # noqa: S603 - a module of ours
                (sys.executable, "-P", "-m", program, str(theirs.fileno()), ROOM),
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
                preexec_fn=lambda: die_with(supervisor, signal.SIGKILL),  # noqa: PLW1509 - no other thread runs here
            )
        self._line.settimeout(0)
        self._is_ready = False

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def is_ready(self) -> bool:
        """Whether it has loaded everything and lives."""
        if not self._is_ready:
            with contextlib.suppress(OSError):
                self._is_ready = self._line.recv(64) == READY
        return self._is_ready and self._process.poll() is None

    def has_ended(self) -> bool:
        """Whether it will start nothing any more."""
        return self._process.poll() is not None

    def fork(self, spec: ChildSpec, sink: int) -> Forked | None:
        """Starts a child that writes to `sink`; None where it cannot be started here."""
        length = len(COMMAND)
        if spec.argv[:length] != COMMAND or spec.env != self.env or spec.account or not self.is_ready():
            return None
        request = {"words": spec.argv[length:], "cwd": str(spec.cwd or "/"), "orphan_signal": int(spec.orphan_signal)}
        try:
            self._line.settimeout(ANSWER_S)
            socket.send_fds(self._line, [json.dumps(request).encode()], [sink])
            return Forked(int(self._line.recv(64)))
        except (OSError, ValueError):
            self.close()  # out of step: what it forks now finds nobody to tell, and ends
            return None

    def close(self) -> None:
        """Ends the nursery; its children live on."""
        self._line.close()
        self._process.kill()
        self._process.wait()
        adopt_orphans(False)


def adopt_orphans(wanted: bool) -> None:
    """Whether a process whose parent ends becomes this one's child."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, int(wanted), 0, 0, 0)
