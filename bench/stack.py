"""The stack as a user meets it, on this machine: start, submit, start of work, a whole document, memory at rest.

    python bench/stack.py [--document FILE] [--submits 100]

Prints seconds and megabytes; compare them only with another run on the same machine at the same load. The document
is the GoBD of EVAL_DATA where it is there, else the largest sample.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import psutil

from orchestrator.client import Client, Progress
from orchestrator.stack.layout import StateDir

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
PROMPT = "Which duties does a car rental company have?"
OURS = ("DATABASE_URL", "REDIS_URL", "ORCHESTRATOR_")
SETTLE_S = 15.0


def main() -> None:
    options = _options()
    with _stack() as (client, process, ready_s):
        print(f"stack ready, cold: {ready_s:.1f} s")
        time.sleep(SETTLE_S)
        print(f"memory at rest: {_memory_mb(process):.0f} MB (proportional set size), {_processes(process)} processes")
        print(f"processor at rest: {_cpu_percent(process):.1f} % of one core")
        _print_submits(client, options.submits)
        _print_whole(client, options.document)


def _options() -> argparse.Namespace:
    gobd = Path(os.environ.get("EVAL_DATA", "")) / "documents" / "gobd-2019-de.pdf"
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    default = gobd if gobd.is_file() else SAMPLES / "fleet-records-policy.pdf"
    parser.add_argument("--document", type=Path, default=default)
    parser.add_argument("--submits", type=int, default=100)
    return parser.parse_args()


@contextmanager
def _stack() -> Iterator[tuple[Client, psutil.Process, float]]:
    state = StateDir(Path(tempfile.mkdtemp(prefix="orchestrator-bench-")))
    command = [sys.executable, "-P", "-m", "orchestrator.cli.main", "up", "--port", "0", "--state-dir", str(state.path)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    began = time.monotonic()
    up = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**environment, "PYTHONUNBUFFERED": "1"})  # noqa: S603 - a program of the project
    try:
        assert up.stdout
        for line in up.stdout:
            if line.startswith("ready"):
                break
        ready_s = time.monotonic() - began
        url = json.loads(state.ports_file.read_text())["url"]
        with Client(url, state.admin_key_file.read_text().strip()) as client:
            yield client, psutil.Process(up.pid), ready_s
    finally:
        up.terminate()
        up.wait(timeout=60)
        state.remove()


def _print_submits(client: Client, count: int) -> None:
    answers, starts = [], []
    for number in range(count):
        began = time.monotonic()
        job = client.submit(f"The operator shall keep record {number}.", deduplicate=False)
        answers.append(time.monotonic() - began)
        ended = client.wait(job["id"], timeout_s=60)
        (first, *_) = client.steps(job["id"])
        starts.append(_seconds_between(first["created_at"], first["started_at"]))
        assert ended["status"] == "completed", ended
    print(f"submit answer: {_spread(answers)}")
    print(f"idle submit to start of work: {_spread(starts)}")


def _print_whole(client: Client, document: Path) -> None:
    seen: list[tuple[float, Progress]] = []
    began = time.monotonic()
    job_id = client.submit(PROMPT, document, deduplicate=False)["id"]
    ended = client.wait(job_id, 300, lambda progress: seen.append((time.monotonic(), progress)))
    assert ended["status"] == "completed", ended
    end = time.monotonic()
    print(f"{document.name}: submit to completed {end - began:.1f} s")
    foretold = [(end - at, progress) for at, progress in seen if progress["eta_s"] and progress["percent"] >= 50]
    for rest_s, progress in foretold[:1]:
        eta = progress["eta_s"] or {"low": 0.0, "high": 0.0}
        inside = "inside" if eta["low"] <= rest_s <= eta["high"] else "OUTSIDE"
        told = f"foretold {eta['low']:.1f}-{eta['high']:.1f} s, true rest {rest_s:.1f} s"
        print(f"at {progress['percent']} %: {told}: {inside}")


def _spread(seconds: Sequence[float]) -> str:
    cuts = statistics.quantiles(seconds, n=100)
    return f"p50 {cuts[49] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms ({len(seconds)} times)"


def _seconds_between(earlier: str | None, later: str | None) -> float:
    return (datetime.fromisoformat(later or "") - datetime.fromisoformat(earlier or "")).total_seconds()


def _family(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


def _processes(process: psutil.Process) -> int:
    return len(_family(process))


def _memory_mb(process: psutil.Process) -> float:
    return sum(each.memory_full_info().pss for each in _family(process)) / 1e6


def _cpu_percent(process: psutil.Process) -> float:
    family = _family(process)
    for each in family:
        each.cpu_percent()
    time.sleep(10)
    return float(sum(each.cpu_percent() for each in family if each.is_running()))


if __name__ == "__main__":
    main()
