"""A child's log: appended to by the child itself, bounded in size by the supervisor."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import BinaryIO

MAX_BYTES = 50 * 1024 * 1024
TAIL_BYTES = 16 * 1024


class LogFile:
    """`NAME.log` and one older generation, `NAME.log.1`; at most about 100 MB a child."""

    def __init__(self, path: Path, max_bytes: int = MAX_BYTES):
        self.path = path
        self.older = path.with_name(path.name + ".1")
        self.max_bytes = max_bytes
        self._begin = 0

    def open(self) -> BinaryIO:
        """Opens it for a child: append mode, so that the file may be truncated while the child writes."""
        self._begin = self._size()
        return os.fdopen(os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab", buffering=0)

    def rotate(self) -> None:
        """Before a start: moves a file of more than a tenth of the limit aside. The next lines begin a new file."""
        if self._size() > self.max_bytes // 10:
            self.path.replace(self.older)

    def trim(self) -> None:
        """While the child runs: copies a file over the limit aside and empties it; lines in between are lost."""
        if self._size() > self.max_bytes:
            shutil.copyfile(self.path, self.older)
            self.older.chmod(0o600)
            os.truncate(self.path, 0)

    def tail(self, lines: int = 15) -> str:
        """Returns the last lines since the last start, for an error message."""
        if not self.path.exists():
            return ""
        with self.path.open("rb") as source:
            size = self._size()
            source.seek(max(self._begin if self._begin <= size else 0, size - TAIL_BYTES))
            text = source.read().decode("utf-8", "replace")
        return "\n".join(text.splitlines()[-lines:])

    def _size(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0
