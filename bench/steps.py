"""Steps that do nothing, and the processes that drain them: what several benches measure with."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Executable, text

from orchestrator.bootstrap import Orchestrator

HERE = Path(__file__).parent
TIMEOUT_S = 120.0
# No periodic step may run beside the measured ones.
QUIET = {f"ORCHESTRATOR_{name}_INTERVAL_S": "86400" for name in ("AGENT_HEALTH", "COMPLETION_CHECK", "PRUNE")}

INSERT = text(
    """
    INSERT INTO steps (kind, part, queue, blocking, correlation_id)
    SELECT 'prune', :round || '-' || n, 'maintenance', false, 'bench' FROM generate_series(1, :count) n
    """
)
OPEN = text("SELECT count(*) FROM steps WHERE state IN ('pending', 'dispatched', 'running')")
AGENTS = text("SELECT count(*) FROM agents")


def drained_s(orchestrator: Orchestrator, name: str, count: int) -> float:
    """Insert so many steps under a name that is new, and wait until they are done; returns the seconds it took."""
    began = time.monotonic()
    with orchestrator.sessions.begin() as session:
        session.execute(INSERT, {"round": name, "count": count})
        session.execute(text("SELECT pg_notify('orchestrator_steps', 'maintenance')"))
    wait(lambda: not scalar(orchestrator, OPEN))
    return time.monotonic() - began


def scalar(orchestrator: Orchestrator, statement: Executable) -> int:
    """The one number that a statement gives."""
    with orchestrator.sessions() as session:
        return int(session.execute(statement).scalar_one())


def wait(condition: Callable[[], Any]) -> None:
    """Wait until it holds, two minutes at most."""
    until = time.monotonic() + TIMEOUT_S
    while not condition():
        if time.monotonic() > until:
            raise SystemExit(f"not within {TIMEOUT_S:g} s")
        time.sleep(0.02)


@contextmanager
def process(
    arguments: list[str], more: Mapping[str, str] | None = None, log: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A Python process while the block runs.

    Args:
        arguments: of the interpreter.
        more: variables beside this process's own.
        log: where its stderr goes; None: to this process's.
    """
    environment = {**os.environ, **(more or {})}
    with (log or Path(os.devnull)).open("wb") as sink:
        started = subprocess.Popen(  # noqa: S603 - a program of the project
            [sys.executable, *arguments], env=environment, stdout=subprocess.DEVNULL, stderr=sink if log else None
        )
        try:
            yield started
        finally:
            started.terminate()
            started.wait(timeout=60)
