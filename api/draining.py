"""Whether this server is about to stop: known to all its processes, shown at /ready."""

from __future__ import annotations

import mmap


class Draining:
    """A flag that the main process sets and its worker processes see. Make it before they are forked."""

    def __init__(self) -> None:
        self._flag = mmap.mmap(-1, 1)

    def __bool__(self) -> bool:
        return self._flag[0] == 1

    def begin(self) -> None:
        """Say that this server stops."""
        self._flag[0] = 1
