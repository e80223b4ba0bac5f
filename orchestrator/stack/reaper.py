"""Ends the process groups of a supervisor that died without ending them: kill -9 leaves nothing behind.

A program of its own that imports only the standard library. It reads lines from stdin, `+GROUP SIGNAL` and `-GROUP`;
the end of stdin is the end of the supervisor. Then every group still known gets its signal, and a moment later
SIGKILL.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterable

PATIENCE_S = 1.5


def main() -> None:
    """Waits for the end of stdin, then ends the groups."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: dict[int, int] = {}
    for line in sys.stdin:
        follow(line, groups)
    end(groups)


def follow(line: str, groups: dict[int, int]) -> None:
    """Adds or drops the group that a line names."""
    words = line.split()
    if len(words) == 2 and words[0].startswith("+"):
        groups[int(words[0][1:])] = int(words[1])
    elif len(words) == 1 and words[0].startswith("-"):
        groups.pop(int(words[0][1:]), None)


def end(groups: dict[int, int], patience_s: float = PATIENCE_S) -> None:
    """Sends each group its signal, waits at most `patience_s` seconds and kills what is left."""
    for group, number in groups.items():
        _send(group, number)
    limit = time.monotonic() + patience_s
    while time.monotonic() < limit and _alive(groups):
        time.sleep(0.05)
    for group in groups:
        _send(group, signal.SIGKILL)


def _alive(groups: Iterable[int]) -> bool:
    return any(_send(group, 0) for group in groups)


def _send(group: int, number: int) -> bool:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


if __name__ == "__main__":
    main()
