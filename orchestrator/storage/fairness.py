"""Dispatch under a limit of steps that one owner may have under way. No commits."""

from __future__ import annotations

from sqlalchemy import text

from orchestrator.domain.step import StepKind, agent_of
from orchestrator.queue import TaskMessage
from orchestrator.storage.steps import Executor
from orchestrator.storage.supply import ROOM

# One look into the index per owner, however many steps wait there: an owner at the limit costs what any other does.
_DISPATCH = text(
    f"""
    WITH RECURSIVE {ROOM}, owners AS (
        (SELECT owner FROM steps WHERE queue = :queue AND state = 'pending' ORDER BY owner LIMIT 1)
        UNION ALL
        SELECT (SELECT s.owner FROM steps s WHERE s.queue = :queue AND s.state = 'pending' AND s.owner > o.owner
                ORDER BY s.owner LIMIT 1)
        FROM owners o WHERE o.owner IS NOT NULL
    ), busy AS MATERIALIZED (
        SELECT owner, count(*) AS steps FROM steps
        WHERE state IN ('running', 'dispatched') AND blocking AND owner IS NOT NULL GROUP BY owner
    ), first AS MATERIALIZED (
        SELECT f.id FROM owners o LEFT JOIN busy b ON b.owner = o.owner CROSS JOIN room r
        CROSS JOIN LATERAL (
            SELECT id, priority, rank FROM steps s WHERE s.queue = :queue AND s.state = 'pending' AND s.owner = o.owner
            ORDER BY priority DESC, rank, id
            LIMIT greatest(0, least(r.steps, :owner_limit - coalesce(b.steps, 0)))
        ) f
        ORDER BY f.priority DESC, f.rank, f.id LIMIT (SELECT coalesce(max(steps), 0) FROM room)
    ), ready AS MATERIALIZED (
        SELECT id FROM steps WHERE id IN (SELECT id FROM first) AND state = 'pending' ORDER BY id
        FOR UPDATE SKIP LOCKED
    )
    UPDATE steps s SET state = 'dispatched', epoch = epoch + 1, dispatched_at = now()
    FROM ready WHERE s.id = ready.id
    RETURNING s.id, s.epoch, s.kind, s.queue, s.correlation_id, s.priority, s.rank
    """  # noqa: S608 - a constant
)


def dispatch_limited(
    session: Executor, queue: str, window: int, agent_timeout_s: float, owner_limit: int
) -> list[TaskMessage]:
    """As `steps.dispatch`, leaving out what would give an owner more than `owner_limit` steps under way.

    Steps dispatched or running count, on all queues together; so one leader at a time dispatches any of them.
    """
    values = {
        "queue": queue,
        "agent": agent_of(queue),
        "lock": "owners",
        "window": window,
        "agent_timeout": agent_timeout_s,
        "owner_limit": owner_limit,
    }
    rows = session.execute(_DISPATCH, values).all()
    ordered = sorted(rows, key=lambda row: (-row.priority, row.rank, row.id))
    return [TaskMessage(r.id, r.epoch, StepKind(r.kind), r.queue, r.correlation_id) for r in ordered]
