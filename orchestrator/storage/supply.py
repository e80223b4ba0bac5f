"""Who could take steps now: room in a queue's window, free slots, paused queues, owners at their limit."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from orchestrator.domain.step import AGENT_KINDS, QUEUES, agent_of
from orchestrator.storage.under_way import OWNERS_UNDER_WAY

# A maintenance agent counts even with an open breaker: the check that closes it runs there.
ROOM = """
    room AS MATERIALIZED (
        SELECT CASE WHEN coalesce(sum(a.slots), 0) = 0 THEN 0
                    ELSE greatest(0, greatest(:window, 2 * (sum(a.slots) - busy.running)) - busy.dispatched)
               END AS steps
        FROM (SELECT (SELECT count(*) FROM steps WHERE queue = :queue AND state = 'running') AS running,
                     (SELECT count(*) FROM steps WHERE queue = :queue AND state = 'dispatched') AS dispatched) busy
        LEFT JOIN agents a
          ON a.kind = :agent AND a.stopped_at IS NULL AND NOT a.draining
         AND a.heartbeat_at > now() - make_interval(secs => :agent_timeout)
         AND (a.quarantined_until IS NULL OR a.quarantined_until < now())
         AND (a.breaker_state = 'closed' OR a.kind = 'maintenance')
        WHERE pg_try_advisory_xact_lock(hashtextextended('orchestrator.dispatch:' || :lock, 0))
          AND NOT EXISTS (SELECT 1 FROM queues q WHERE q.name = :queue AND q.paused_at IS NOT NULL)
        GROUP BY busy.running, busy.dispatched
    )
"""
"""How many more steps of a queue may be dispatched; none while it is paused or another leader dispatches it."""

_SUPPLY = text(
    """
    SELECT a.kind AS name, (sum(a.slots) - (SELECT count(*) FROM steps s WHERE s.queue = a.kind
                                             AND s.state = 'running'))::int AS free
    FROM agents a
    WHERE a.stopped_at IS NULL AND NOT a.draining
      AND a.heartbeat_at > now() - make_interval(secs => :agent_timeout)
      AND (a.quarantined_until IS NULL OR a.quarantined_until < now())
      AND (a.breaker_state = 'closed' OR a.kind = 'maintenance')
    GROUP BY a.kind
    UNION ALL
    SELECT name, NULL FROM queues WHERE paused_at IS NOT NULL
    """
)
_AT_LIMIT = text(
    f"""
    SELECT owner FROM {OWNERS_UNDER_WAY} busy WHERE owner = ANY(:owners) GROUP BY owner HAVING count(*) >= :limit
    """  # noqa: S608 - a constant
)


@dataclass(frozen=True, slots=True)
class Supply:
    """What steps find now.

    Attributes:
        free_slots: of live agents by queue; a queue without one has no entry.
        paused: queues of which nothing is dispatched.
    """

    free_slots: Mapping[str, int]
    paused: frozenset[str]


def supply(session: Session, agent_timeout_s: float) -> Supply:
    """Free slots and paused queues, in one statement."""
    rows = session.execute(_SUPPLY, {"agent_timeout": agent_timeout_s}).all()
    free = {row.name: row.free for row in rows if row.free is not None and row.name in AGENT_KINDS}
    return Supply(
        free_slots={queue: free[agent_of(queue)] for queue in QUEUES if agent_of(queue) in free},
        paused=frozenset(row.name for row in rows if row.free is None),
    )


def at_limit(session: Session, owners: Collection[str], limit: int) -> set[str]:
    """Of these owners, those with so many steps under way that none of theirs is dispatched; none without a limit."""
    if not limit or not owners:
        return set()
    return set(session.execute(_AT_LIMIT, {"owners": list(owners), "limit": limit}).scalars())
