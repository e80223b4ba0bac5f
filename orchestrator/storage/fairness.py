"""Dispatch under a limit of steps that one owner may have under way. No commits."""

from __future__ import annotations

from sqlalchemy import text

from orchestrator.domain.step import StepKind, agent_of
from orchestrator.queue import TaskMessage
from orchestrator.storage.steps import Executor
from orchestrator.storage.supply import ROOM
from orchestrator.storage.under_way import OWNERS_UNDER_WAY

# One look into the index per owner, however many steps wait there: an owner at the limit costs what any other does.
# Of n steps none belongs to an owner whose first step is behind those of n others: only `heads` are looked at again.
_DISPATCH = text(
    f"""
    WITH RECURSIVE {ROOM}, owners AS (
        (SELECT owner, priority, rank, id FROM steps WHERE queue = :queue AND state = 'pending'
         ORDER BY owner, priority DESC, rank, id LIMIT 1)
        UNION ALL
        SELECT n.* FROM owners o CROSS JOIN LATERAL (
            SELECT s.owner, s.priority, s.rank, s.id FROM steps s
            WHERE s.queue = :queue AND s.state = 'pending' AND s.owner > o.owner
            ORDER BY s.owner, s.priority DESC, s.rank, s.id LIMIT 1
        ) n
    ), busy AS MATERIALIZED (
        SELECT owner, count(*) AS steps FROM {OWNERS_UNDER_WAY} w WHERE owner IS NOT NULL GROUP BY owner
    ), heads AS MATERIALIZED (
        SELECT o.owner, :owner_limit - coalesce(b.steps, 0) AS free FROM owners o LEFT JOIN busy b ON b.owner = o.owner
        WHERE coalesce(b.steps, 0) < :owner_limit
        ORDER BY o.priority DESC, o.rank, o.id LIMIT (SELECT coalesce(max(steps), 0) FROM room)
    ), first AS MATERIALIZED (
        SELECT f.id FROM heads h CROSS JOIN room r CROSS JOIN LATERAL (
            SELECT id, priority, rank FROM steps s WHERE s.queue = :queue AND s.state = 'pending' AND s.owner = h.owner
            ORDER BY priority DESC, rank, id LIMIT least(r.steps, h.free)
        ) f
        ORDER BY f.priority DESC, f.rank, f.id LIMIT (SELECT coalesce(max(steps), 0) FROM room)
    ), ready AS MATERIALIZED (
        SELECT id FROM steps WHERE id = ANY(ARRAY(SELECT id FROM first)) AND state = 'pending' ORDER BY id
        FOR UPDATE SKIP LOCKED
    )
    UPDATE steps s SET state = 'dispatched', epoch = epoch + 1, dispatched_at = now()
    WHERE s.id = ANY(ARRAY(SELECT id FROM ready))
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
