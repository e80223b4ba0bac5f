"""The queues in numbers: what is in them, how long the oldest waits, who could take it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from orchestrator.domain.step import QUEUES
from orchestrator.storage.under_way import steps_in

_OPEN = steps_in("queue, state, created_at", "waiting", "pending", "dispatched", "running")
_QUEUES = text(
    f"""
    WITH open AS MATERIALIZED (
        SELECT queue, count(*) FILTER (WHERE state = 'waiting') AS waiting,
               count(*) FILTER (WHERE state = 'pending') AS pending,
               count(*) FILTER (WHERE state = 'dispatched') AS dispatched,
               count(*) FILTER (WHERE state = 'running') AS running,
               min(created_at) FILTER (WHERE state IN ('pending', 'dispatched')) AS oldest_at
        FROM {_OPEN} s GROUP BY queue
    ), supply AS MATERIALIZED (
        SELECT kind AS queue, count(*) AS agents, sum(slots) AS slots
        FROM agents
        WHERE stopped_at IS NULL AND NOT draining AND NOT configured
          AND heartbeat_at > now() - make_interval(secs => :agent_timeout)
          AND (quarantined_until IS NULL OR quarantined_until < now())
          AND (breaker_state = 'closed' OR kind = 'maintenance')
        GROUP BY kind
    )
    SELECT q.queue AS name, coalesce(o.waiting, 0) AS waiting, coalesce(o.pending, 0) AS pending,
           coalesce(o.dispatched, 0) AS dispatched, coalesce(o.running, 0) AS running,
           coalesce(o.pending + o.dispatched, 0) AS depth,
           extract(epoch FROM now() - o.oldest_at)::float AS oldest_age_s,
           coalesce(s.agents, 0)::int AS agents, coalesce(s.slots, 0)::int AS slots,
           greatest(coalesce(s.slots, 0) - coalesce(o.running, 0), 0)::int AS free_slots,
           p.paused_at, p.paused_by
    FROM unnest(CAST(:queues AS text[])) WITH ORDINALITY AS q(queue, place)
    LEFT JOIN open o ON o.queue = q.queue
    LEFT JOIN supply s ON s.queue = CASE q.queue WHEN 'delivery' THEN 'maintenance' ELSE q.queue END
    LEFT JOIN queues p ON p.name = q.queue AND p.paused_at IS NOT NULL
    ORDER BY q.place
    """  # noqa: S608 - a constant
)


def rows(session: Session, agent_timeout_s: float) -> Sequence[Row[Any]]:
    """One row a queue. `depth` is pending and dispatched; only agents that get steps count, with their slots."""
    return session.execute(_QUEUES, {"queues": list(QUEUES), "agent_timeout": agent_timeout_s}).all()
