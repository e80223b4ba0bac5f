"""Within the nursery: forks a child for each request of the supervisor (`nursery.py`)."""

from __future__ import annotations

import ctypes
import gc
import json
import os
import socket
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from orchestrator.stack.process import die_with

COMMAND = (sys.executable, "-P", "-m", "orchestrator.cli.main")
"""What a spec's argv begins with where a child of the nursery can do it."""
READY = b"ready"
REQUEST_BYTES = 65_536
ADOPTION_S = 5.0
ROOM = " " * 160
"""On the nursery's command line, for the words of its children's."""


def serve(line: socket.socket) -> list[str] | None:
    """Forks a child for each request until the supervisor is gone. Call it once everything is loaded that is shared.

    Returns:
        In each child, the words of its command; in the nursery, None at the end.

    Raises:
        RuntimeError: there is a second thread, which would be missing in the children.
    """
    if threading.active_count() > 1:
        raise RuntimeError("what was loaded has started a thread, which no child would have")
    supervisor = os.getppid()
    gc.collect()
    gc.freeze()  # a collection in a child would copy what is shared
    line.send(READY)
    while True:
        request, sinks, _, _ = socket.recv_fds(line, REQUEST_BYTES, 1)
        if not request:
            return None
        between = os.fork()
        if between == 0:
            return _begin(json.loads(request), sinks[0], line, supervisor)
        os.close(sinks[0])
        os.waitpid(between, 0)


def _begin(request: Mapping[str, Any], sink: int, line: socket.socket, supervisor: int) -> list[str]:
    """In the process between: forks the child and ends, so that the supervisor gets the child. Returns in the child."""
    if os.fork():
        os._exit(0)
    _await_adoption(supervisor)
    os.setsid()
    die_with(supervisor, request["orphan_signal"])
    os.dup2(sink, 1)
    os.dup2(sink, 2)
    os.close(sink)
    os.chdir(request["cwd"])
    words: list[str] = request["words"]
    _show([*COMMAND, *words])
    sys.argv = [COMMAND[-1], *words]
    try:
        line.send(str(os.getpid()).encode())
    except OSError:
        os._exit(1)  # the supervisor has given up on this start
    return words


def _await_adoption(supervisor: int) -> None:
    limit = time.monotonic() + ADOPTION_S
    while os.getppid() != supervisor:
        if time.monotonic() > limit:
            os._exit(1)
        time.sleep(0.001)


def _show(words: Sequence[str]) -> None:
    """Shows a command line in the list of processes: where the kernel reads it, as far as there is room."""
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    begin, end = int(fields[45]), int(fields[46])  # arg_start and arg_end of proc(5)
    line = "\0".join(words).encode()[: end - begin - 1]
    ctypes.memmove(begin, line.ljust(end - begin, b"\0"), end - begin)
