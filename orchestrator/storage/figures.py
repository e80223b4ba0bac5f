"""Numbers of the whole installation as the database knows them, for Prometheus: one query a concern, no commits."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

_OPEN_STEPS = text(
    "SELECT kind, state, count(*) AS steps FROM steps "
    "WHERE state IN ('waiting', 'pending', 'dispatched', 'running') GROUP BY kind, state"
)
_BREAKERS = text(
    "SELECT kind, breaker_state AS state, count(*) AS agents FROM agents WHERE stopped_at IS NULL GROUP BY 1, 2"
)
_HEARTBEATS = text(
    """
    SELECT kind, max(extract(epoch FROM now() - heartbeat_at))::float AS age_s FROM agents
    WHERE stopped_at IS NULL AND NOT configured AND heartbeat_at IS NOT NULL GROUP BY kind
    """
)
_LEADER = text("SELECT term, until > now() AS leads FROM leases WHERE name = 'leader'")
_LIVE_JOBS = text("SELECT status, count(*) AS jobs FROM jobs WHERE status IN ('created', 'processing') GROUP BY status")
_SIZE = text("SELECT pg_database_size(current_database())")


def open_steps(session: Session) -> Sequence[Row[Any]]:
    """Open steps: (kind, state, steps)."""
    return session.execute(_OPEN_STEPS).all()


def breakers(session: Session) -> Sequence[Row[Any]]:
    """Agents on the register by their breaker: (kind, state, agents)."""
    return session.execute(_BREAKERS).all()


def heartbeats(session: Session) -> dict[str, float]:
    """Seconds since the last heartbeat of the agent that has been silent the longest, by kind."""
    return {row.kind: row.age_s for row in session.execute(_HEARTBEATS)}


def leader(session: Session) -> tuple[int, bool]:
    """The leader's term, and whether somebody leads now; term 0 where nobody ever did."""
    row = session.execute(_LEADER).one_or_none()
    return (row.term, row.leads) if row else (0, False)


def live_jobs(session: Session) -> dict[str, int]:
    """Jobs that have not ended, by status; a status without one has no entry."""
    return {row.status: row.jobs for row in session.execute(_LIVE_JOBS)}


def size_bytes(session: Session) -> int:
    """What the database takes on its disk."""
    return int(session.execute(_SIZE).scalar_one())
