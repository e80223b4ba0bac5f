"""How long the leader's tick takes while 50,000 steps wait: one look of recovery, aging, and a dispatch of each queue.

    python bench/dispatch.py [--ticks 300]

Twice: all of them wait for something (a time, other jobs, tokens, their next try); then 50,000 more are ready, of 1,000
owners with a limit each, beside a paused queue. Before every tick steps become ready on each queue, and there are
workers for them. Prints milliseconds at the median and at the 99th percentile, and the processor time of a tick, which
tells on a busy machine what the clock cannot. Target: 100 ms at the 99th percentile.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Iterator

import psutil
from sqlalchemy import text

from orchestrator.bootstrap import Orchestrator, build
from orchestrator.config import Settings
from orchestrator.domain.step import AGENT_KINDS, QUEUES
from orchestrator.stack.testing import TestServers
from orchestrator.storage.migrate import upgrade

STEPS, OWNERS, TARGET_MS, AGE_S, WARM_UP = 50_000, 1_000, 100.0, 60.0, 20

_DOCUMENT = text("INSERT INTO documents (id, sha256, size_bytes) VALUES (gen_random_uuid(), 'bench', 1)")
_JOBS = text(
    """
    INSERT INTO jobs (id, owner, prompt, document_id, file_name, media_type, correlation_id, priority, created_at)
    SELECT gen_random_uuid(), 'owner-' || n % :owners, :tag, d.id, 'a.txt', 'text/plain', :tag, n % 10,
           now() - interval '1 hour'
    FROM generate_series(1, :count) n, documents d
    """
)
# Of four steps one each waits for a time, for other jobs, for tokens and for its next try.
_STEPS = text(
    """
    INSERT INTO steps (job_id, kind, queue, priority, owner, correlation_id, state, hold, not_before, rank, created_at)
    SELECT id, 'read', CASE n % 2 WHEN 0 THEN 'creator' ELSE 'validator' END, priority, owner, correlation_id, :state,
           CASE WHEN :state = 'waiting' THEN (ARRAY['schedule', 'dependencies', 'budget', NULL])[n % 4 + 1] END,
           CASE WHEN :state = 'waiting' AND n % 4 IN (0, 3) THEN now() + interval '1 day' END,
           created_at + n / :owners * interval '1 second', created_at
    FROM (SELECT j.*, row_number() OVER (ORDER BY id) AS n FROM jobs j WHERE prompt = :tag) j
    """
)
_DEPENDENCIES = text(
    """
    INSERT INTO job_dependencies (job_id, depends_on_id, due)
    SELECT s.job_id, (SELECT id FROM jobs LIMIT 1), false FROM steps s WHERE s.hold = 'dependencies'
    """
)
_FRESH = text(
    """
    INSERT INTO steps (kind, part, queue, blocking, owner, correlation_id)
    SELECT 'prune', :part || queue, queue, false, 'owner-1', 'bench' FROM unnest(CAST(:queues AS text[])) AS q(queue)
    """
)
_PAUSE = text("INSERT INTO queues (name, paused_at, paused_by) VALUES ('delivery', now(), 'bench')")
_TAKEN = text("UPDATE steps SET state = 'done', finished_at = now() WHERE state = 'dispatched'")


def main() -> None:
    ticks = _options().ticks
    with TestServers.hold() as servers:
        urls = servers.urls()
        upgrade(urls.database_url)
        settings = Settings(database_url=urls.database_url, redis_url=urls.redis_url)
        orchestrator = build(settings, role="bench")
        _fill(orchestrator, "waiting")
        _print(f"{STEPS:,} waiting steps", orchestrator, ticks)
        orchestrator.close()
        limited = build(Settings(database_url=urls.database_url, redis_url=urls.redis_url, owner_limit=2), role="bench")
        _fill(limited, "pending")
        _print(f"and {STEPS:,} ready ones of {OWNERS:,} owners with a limit", limited, ticks)
        limited.close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--ticks", type=int, default=300)
    return parser.parse_args()


def _fill(orchestrator: Orchestrator, state: str) -> None:
    with orchestrator.sessions.begin() as session:
        session.execute(_DOCUMENT if state == "waiting" else _PAUSE)
        session.execute(_JOBS, {"owners": OWNERS, "count": STEPS, "tag": state})
        session.execute(_STEPS, {"owners": OWNERS, "state": state, "tag": state})
        if state == "waiting":
            session.execute(_DEPENDENCIES)
    with orchestrator.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _print(name: str, orchestrator: Orchestrator, ticks: int) -> None:
    with orchestrator.sessions() as session:
        server = psutil.Process(session.execute(text("SELECT pg_backend_pid()")).scalar_one())
    turns = _ticks(orchestrator)
    for _ in range(WARM_UP):
        next(turns)
    worked, served = time.thread_time(), sum(server.cpu_times()[:2])
    took = statistics.quantiles([next(turns) for _ in range(ticks)], n=100)
    # Preparing a tick is part of these two: they are a little too high.
    worked, served = time.thread_time() - worked, sum(server.cpu_times()[:2]) - served
    verdict = "within" if took[98] <= TARGET_MS else "OVER"
    print(f"{name}: p50 {took[49]:.1f} ms, p99 {took[98]:.1f} ms, {verdict} {TARGET_MS:g} ms ({ticks} ticks)")
    work = f"{worked / ticks * 1000:.1f} ms here, {served / ticks * 1000:.1f} ms in the database"
    print(f"    processor time of a tick: {work}")


def _ticks(orchestrator: Orchestrator) -> Iterator[float]:
    """Milliseconds of each tick; a round of aging begins as often as there is time for it to end."""
    aging: Iterator[None] = iter(())
    number = 0
    while True:
        number += 1
        if number % int(AGE_S) == 1:
            aging = orchestrator.recovery.raise_priorities(AGE_S)
        _prepare(orchestrator, f"{number}-{time.monotonic_ns()}-")
        began = time.monotonic()
        orchestrator.recovery.reconcile()
        next(aging, None)
        for queue in QUEUES:
            orchestrator.dispatcher.dispatch(queue)
        yield (time.monotonic() - began) * 1000


def _prepare(orchestrator: Orchestrator, part: str) -> None:
    for kind in AGENT_KINDS:
        row = {"id": f"{kind}-bench", "kind": kind, "host": "bench", "pid": 1, "slots": 2, "version": "0"}
        orchestrator.agents.register(row)
    with orchestrator.sessions.begin() as session:
        session.execute(_TAKEN)
        session.execute(_FRESH, {"part": part, "queues": list(QUEUES)})


if __name__ == "__main__":
    main()
