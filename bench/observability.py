"""What logs and metrics cost: no-op steps through the whole protocol with and without them, in turns, in one run.

    python bench/observability.py [--steps 2000] [--rounds 3]

Prints steps per second, processor time and the medians. With: lines of level INFO in JSON to a file,
numbers shared between processes, every statement timed. Without: none of these.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import psutil
from sqlalchemy import text

from orchestrator.bootstrap import Orchestrator, build
from orchestrator.config import load
from orchestrator.stack.servers import running
from orchestrator.storage.migrate import upgrade

HERE = Path(__file__).parent
TIMEOUT_S = 120.0
WITH = {"ORCHESTRATOR_LOG_LEVEL": "INFO"}
WITHOUT = {"ORCHESTRATOR_LOG_LEVEL": "ERROR", "BENCH_UNOBSERVED": "1"}
# No periodic step may run beside the measured ones.
QUIET = ("AGENT_HEALTH", "COMPLETION_CHECK", "PRUNE")

_INSERT = text(
    """
    INSERT INTO steps (kind, part, queue, blocking, correlation_id)
    SELECT 'prune', :round || '-' || n, 'maintenance', false, 'bench' FROM generate_series(1, :count) n
    """
)
_OPEN = text("SELECT count(*) FROM steps WHERE state IN ('pending', 'dispatched', 'running')")
_LIVE = text("SELECT count(*) FROM agents WHERE stopped_at IS NULL")
_FORGET = text("UPDATE agents SET stopped_at = now()")


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as place, running(Path(place) / "state") as (_, urls):
        os.environ |= {"DATABASE_URL": urls.database_url, "REDIS_URL": urls.redis_url}
        os.environ |= {f"ORCHESTRATOR_{name}_INTERVAL_S": "86400" for name in QUIET}
        upgrade(urls.database_url)
        orchestrator = build(load())
        rounds = [
            [_drain(orchestrator, Path(place), f"{number}-{len(way)}", options.steps, way) for way in (WITH, WITHOUT)]
            for number in range(options.rounds)
        ]
    for number, (observed, bare) in enumerate(rounds, start=1):
        print(f"round {number}: with {observed}, without {bare}")
    lost = statistics.median(1 - observed.steps_per_s / bare.steps_per_s for observed, bare in rounds)
    more = statistics.median(observed.cpu_ms / bare.cpu_ms - 1 for observed, bare in rounds)
    print(f"median: {lost:.1%} less throughput, {more:.1%} more processor time of worker and leader")


class Drained(NamedTuple):
    """Steps per second, and milliseconds of processor time that worker and leader took for one."""

    steps_per_s: float
    cpu_ms: float

    def __str__(self) -> str:
        return f"{self.steps_per_s:.0f}/s at {self.cpu_ms:.2f} ms"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--processes", type=int, default=2)
    return parser.parse_args()


def _drain(orchestrator: Orchestrator, place: Path, name: str, count: int, ways: dict[str, str]) -> Drained:
    """With processes of their own, which have drained some before."""
    with ExitStack() as open_now:
        started = [
            open_now.enter_context(_process([str(HERE / program), "2"], ways, place / f"{name}-{program}.log"))
            for program in ("noop_worker.py", "noop_leader.py")
        ]
        _wait(lambda: _scalar(orchestrator, _LIVE))
        _insert_and_wait(orchestrator, f"{name}-warm", count // 4)
        began, used_s = time.monotonic(), _cpu_s(started)
        _insert_and_wait(orchestrator, name, count)
        took_s, used_s = time.monotonic() - began, _cpu_s(started) - used_s
    with orchestrator.sessions.begin() as session:
        session.execute(_FORGET)
    return Drained(count / took_s, used_s / count * 1000)


def _cpu_s(started: Sequence[subprocess.Popen[bytes]]) -> float:
    family = [psutil.Process(process.pid) for process in started]
    family += [child for process in family for child in process.children(recursive=True)]
    return sum(sum(process.cpu_times()[:2]) for process in family)


def _insert_and_wait(orchestrator: Orchestrator, name: str, count: int) -> None:
    with orchestrator.sessions.begin() as session:
        session.execute(_INSERT, {"round": name, "count": count})
        session.execute(text("SELECT pg_notify('orchestrator_steps', 'maintenance')"))
    _wait(lambda: not _scalar(orchestrator, _OPEN))


def _scalar(orchestrator: Orchestrator, statement: object) -> int:
    with orchestrator.sessions() as session:
        return int(session.execute(statement).scalar_one())  # type: ignore[call-overload]


def _wait(condition: Callable[[], object]) -> None:
    until = time.monotonic() + TIMEOUT_S
    while not condition():
        if time.monotonic() > until:
            raise SystemExit(f"not within {TIMEOUT_S:g} s")
        time.sleep(0.02)


@contextmanager
def _process(arguments: list[str], ways: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as sink:
        process = subprocess.Popen([sys.executable, *arguments], env={**os.environ, **ways}, stderr=sink)  # noqa: S603
        try:
            yield process
        finally:
            process.terminate()
            process.wait(timeout=60)


if __name__ == "__main__":
    main()
