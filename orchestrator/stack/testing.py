"""Servers for a test run: one PostgreSQL and one Valkey for all its processes, gone when the run is gone.

`python -P -m orchestrator.stack.testing DIR` starts them, writes `DIR/urls.json` and keeps them while somebody holds a
lock on `DIR/alive`, which the kernel lets go when that process ends, however it ends. Then it stops them and deletes
DIR.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from orchestrator.errors import Unavailable
from orchestrator.stack.layout import StateDir, write_private
from orchestrator.stack.servers import ServerUrls, running

START_S = 90.0
STOP_S = 45.0
CONNECTIONS = 300
"""Several tests at a time run whole fleets of processes on the one PostgreSQL."""


class TestServers:
    """A place where the processes of one test run find their servers. The first to ask starts them.

    Args:
        place: the directory, made by `hold`.
    """

    __test__ = False  # not a test class

    def __init__(self, place: Path):
        self.place = place

    @classmethod
    @contextlib.contextmanager
    def hold(cls) -> Iterator[TestServers]:
        """Makes the place and keeps it for the length of the block; then waits until servers and place are gone."""
        place = Path(tempfile.mkdtemp(prefix="orchestrator-test-"))
        try:
            with (place / "alive").open("w") as held:
                fcntl.flock(held, fcntl.LOCK_EX)
                yield cls(place)
            limit = time.monotonic() + STOP_S
            while (place / "keeper.log").exists() and time.monotonic() < limit:
                time.sleep(0.05)
        finally:
            shutil.rmtree(place, ignore_errors=True)

    def urls(self) -> ServerUrls:
        """Returns the servers' URLs, starting them on first use; safe between processes."""
        known = self.place / "urls.json"
        with (self.place / "start.lock").open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            if not known.exists():
                self._start(known)
        return ServerUrls(**json.loads(known.read_text()))

    def _start(self, known: Path) -> None:
        with (self.place / "keeper.log").open("wb") as sink:
            keeper = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-P", "-m", "orchestrator.stack.testing", str(self.place)],
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            )
        limit = time.monotonic() + START_S
        while not known.exists():
            if keeper.poll() is not None or time.monotonic() > limit:
                said = (self.place / "keeper.log").read_text(errors="replace")
                raise Unavailable(f"the test servers did not start:\n{said[-4000:]}", code="not_ready")
            time.sleep(0.05)


def keep(place: Path) -> None:
    """Runs the servers until nobody holds `place/alive`, then deletes the place."""
    state = StateDir(place / "state")
    try:
        with running(state.path, durable=False, connections=CONNECTIONS) as (supervisor, urls):
            write_private(place / "urls.new", json.dumps(urls._asdict()))
            (place / "urls.new").replace(place / "urls.json")
            with (place / "alive").open("w") as watched:
                while _is_held(watched.fileno()):
                    supervisor.tick()
                    time.sleep(0.1)
    finally:
        state.remove()
    shutil.rmtree(place, ignore_errors=True)


def _is_held(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
