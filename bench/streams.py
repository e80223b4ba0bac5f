"""How long a plain request takes while many people watch streams of events, in one process of the API.

    python bench/streams.py [--viewers 200] [--requests 600] [--events 5]

Prints p50 and p99 of GET /jobs/{id} without viewers and with them, half of whom watch one job and half all, while so
many events a second happen; and how late an event reaches the last viewer. The target is a p99 below 50 ms.
"""

from __future__ import annotations

import argparse
import os
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import requests

from orchestrator.bootstrap import Orchestrator, build
from orchestrator.config import load
from orchestrator.domain.submission import Submission
from orchestrator.stack.ports import free_port
from orchestrator.stack.servers import running
from orchestrator.storage import events
from orchestrator.storage.migrate import upgrade

KEY = "a-preset-key-of-the-bench"
TARGET_MS = 50.0


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as place, running(Path(place)) as (_, urls):
        port = free_port()
        os.environ |= {
            "DATABASE_URL": urls.database_url,
            "REDIS_URL": urls.redis_url,
            "ORCHESTRATOR_LOG_LEVEL": "WARNING",
            "ORCHESTRATOR_API_PORT": str(port),
            "ORCHESTRATOR_EVENT_STREAMS": str(options.viewers),
        }
        upgrade(urls.database_url)
        orchestrator = build(load())
        orchestrator.accounts.ensure_admin_key(KEY)
        wish = Submission(owner="bench", prompt="Which duties are there?", correlation_id="bench")
        job = str(orchestrator.job_manager.submit(wish).job.id)
        with _api(port):
            _report("no viewers", _times(port, job, options.requests))
            viewers = Viewers(port, job, options.viewers)
            with _happening(orchestrator, job, options.events):
                times = _times(port, job, options.requests)
            late = viewers.close()
            p99 = _report(f"{options.viewers} viewers", times)
    print(f"{viewers.frames} frames; the last viewer heard {late * 1000:.0f} ms (median) after the first")
    print(f"p99 with viewers {p99:.1f} ms, target {TARGET_MS:.0f} ms: {'met' if p99 < TARGET_MS else 'MISSED'}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--viewers", type=int, default=200)
    parser.add_argument("--requests", type=int, default=600)
    parser.add_argument("--events", type=float, default=5.0)
    return parser.parse_args()


@contextmanager
def _api(port: int) -> Iterator[None]:
    server = subprocess.Popen([sys.executable, "-P", "-m", "orchestrator.cli.main", "api"])
    try:
        limit = time.monotonic() + 30
        while time.monotonic() < limit:
            with suppress(requests.ConnectionError):
                requests.get(f"http://127.0.0.1:{port}/health", timeout=5)
                break
            time.sleep(0.1)
        yield
    finally:
        server.terminate()
        server.wait(timeout=60)


def _times(port: int, job: str, count: int) -> list[float]:
    """Milliseconds of each request, one after the other on one connection."""
    found = []
    with requests.Session() as session:
        session.headers["X-API-Key"] = KEY
        for _ in range(count):
            started = time.perf_counter()
            answer = session.get(f"http://127.0.0.1:{port}/jobs/{job}", timeout=30)
            found.append((time.perf_counter() - started) * 1000)
            answer.raise_for_status()
            time.sleep(0.005)
    return found


@contextmanager
def _happening(orchestrator: Orchestrator, job: str, per_s: float) -> Iterator[None]:
    stop = threading.Event()

    def write() -> None:
        while not stop.wait(1 / per_s):
            with orchestrator.sessions.begin() as session:
                events.append(session, job, "bench.noted", {})  # type: ignore[arg-type]

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        stop.set()
        writer.join()


class Viewers:
    """Sockets that hold a stream each, read by one thread."""

    def __init__(self, port: int, job: str, count: int) -> None:
        self.frames = 0
        self._heard: dict[bytes, list[float]] = {}
        self._stop = threading.Event()
        self._selector = selectors.DefaultSelector()
        for number in range(count):
            self._open(port, "/events" if number % 2 else f"/jobs/{job}/events")
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _open(self, port: int, path: str) -> None:
        connection = socket.create_connection(("127.0.0.1", port), timeout=30)
        head = f"GET {path} HTTP/1.1\r\nHost: x\r\nX-API-Key: {KEY}\r\nAccept: text/event-stream\r\n\r\n"
        connection.sendall(head.encode())
        first = connection.recv(4096)
        assert first.startswith(b"HTTP/1.1 200"), first[:300]
        connection.setblocking(False)
        self._selector.register(connection, selectors.EVENT_READ)

    def _read(self) -> None:
        while not self._stop.is_set():
            for key, _ in self._selector.select(0.2):
                with suppress(BlockingIOError):
                    for line in key.fileobj.recv(65_536).split(b"\n"):  # type: ignore[union-attr]
                        if line.startswith(b'data: {"job_id"') and b"bench.noted" in line:
                            self.frames += 1
                            self._heard.setdefault(line, []).append(time.perf_counter())

    def close(self) -> float:
        """Seconds from the first viewer that hears of an event to the last one, the median."""
        time.sleep(1)
        self._stop.set()
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]
        return statistics.median(max(times) - min(times) for times in self._heard.values())


def _report(name: str, times: list[float]) -> float:
    cuts = statistics.quantiles(times, n=100)
    print(f"{name}: {len(times)} requests, p50 {cuts[49]:.1f} ms, p99 {cuts[98]:.1f} ms, longest {max(times):.1f} ms")
    return cuts[98]


if __name__ == "__main__":
    main()
