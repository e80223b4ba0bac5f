"""What the leader's sweeps look for: whether there is any of it, asked every second, and how much."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

LOST = """
    s.state = 'dispatched' AND s.dispatched_at < now() - make_interval(secs => :timeout)
    AND NOT EXISTS (SELECT 1 FROM steps c WHERE c.queue = s.queue
                    AND c.started_at > now() - make_interval(secs => :silence))
    AND (SELECT count(*) FROM steps r WHERE r.queue = s.queue AND r.state = 'running')
      < (SELECT coalesce(sum(slots), 0) FROM agents a
         WHERE a.kind = CASE s.queue WHEN 'delivery' THEN 'maintenance' ELSE s.queue END
           AND a.stopped_at IS NULL AND NOT a.draining
           AND a.heartbeat_at > now() - make_interval(secs => :agent_timeout)
           AND (a.breaker_state = 'closed' OR a.kind = 'maintenance'))
"""
"""A dispatched step `s` whose message seems lost: old, slots are free, and nobody claims."""

# For each an index has next to nothing at rest. Coarser than the sweeps, which decide: one may leave work to the next.
_LOOK = text(
    """
    INSERT INTO recovery_log (id, looked_at) VALUES (1, clock_timestamp())
    ON CONFLICT (id) DO UPDATE SET looked_at = excluded.looked_at
    RETURNING looked_at AS at,
        EXISTS (SELECT 1 FROM steps WHERE state = 'waiting' AND not_before <= now())
        OR EXISTS (SELECT 1 FROM job_dependencies WHERE due)
        OR EXISTS (SELECT 1 FROM queues q JOIN steps s ON s.queue = q.name AND s.state = 'dispatched'
                   WHERE q.paused_at IS NOT NULL) AS released,
        EXISTS (SELECT 1 FROM steps WHERE state = 'running' AND lease_until < recovery_log.looked_at) AS expired,
        EXISTS (SELECT 1 FROM steps WHERE state = 'dispatched'
                AND dispatched_at < now() - make_interval(secs => :timeout)) AS lost,
        EXISTS (SELECT 1 FROM jobs WHERE status IN ('created', 'processing') AND deadline_at < now()) AS timed_out
    """
)
_COUNT = text(
    f"""
    SELECT (SELECT count(*) FROM steps WHERE state = 'waiting' AND not_before <= now()) AS released,
           (SELECT count(*) FROM steps WHERE state = 'running' AND lease_until < now()) AS expired,
           (SELECT count(*) FROM steps s WHERE {LOST}) AS lost,
           count(*) FILTER (WHERE deadline_at < now()) AS timed_out,
           count(*) FILTER (WHERE NOT EXISTS (
               SELECT 1 FROM steps s WHERE s.job_id = j.id AND s.blocking
                 AND s.state IN ('waiting', 'pending', 'dispatched', 'running'))) AS moved_on
    FROM jobs j WHERE j.status IN ('created', 'processing')
    """  # noqa: S608 - a constant
)


class Look(NamedTuple):
    """When recovery looked, by the database's clock, and for which of its sweeps there may be anything."""

    at: datetime
    released: bool
    expired: bool
    lost: bool
    timed_out: bool


def look(session: Session, timeout_s: float) -> Look:
    """Look for what the sweeps put right, and note that recovery looked.

    Args:
        session: its transaction.
        timeout_s: how old a lost message is.
    """
    return Look(*session.execute(_LOOK, {"timeout": timeout_s}).one())


def count(session: Session, timeout_s: float, agent_timeout_s: float) -> Row[Any]:
    """What recovery would change now: steps released, expired and lost; jobs timed_out and moved_on.

    Args:
        timeout_s: how old a lost message is; silence is a sixth of it.
        agent_timeout_s: how old a live agent's heartbeat may be.
    """
    values = {"timeout": timeout_s, "silence": timeout_s / 6, "agent_timeout": agent_timeout_s}
    return session.execute(_COUNT, values).one()
