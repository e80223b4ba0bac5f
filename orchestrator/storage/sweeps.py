"""What the leader's sweeps put right: fixed SQL, one function per statement, no commits. As in `steps.py`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from orchestrator.domain.step import ClaimedStep
from orchestrator.storage import steps
from orchestrator.storage.losses import LOST

_EXPIRED = text(
    f"""
    SELECT {steps.CLAIMED}
    FROM steps WHERE state = 'running' AND lease_until < :as_of ORDER BY lease_until LIMIT :limit
    """  # noqa: S608 - a constant
)
_RECOVER_EXPIRED = text(
    """
    WITH expired AS MATERIALIZED (
        SELECT id FROM steps
        WHERE state = 'running' AND lease_until < :as_of AND crash_count + 1 < :max_crashes
          AND NOT (kind = 'validate' AND crash_count > 0)
        ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED
    )
    UPDATE steps s SET state = 'pending', epoch = epoch + 1, crash_count = crash_count + 1,
                       lease_until = NULL, dispatched_at = NULL, error = CAST(:error AS jsonb)
    WHERE s.id = ANY(ARRAY(SELECT id FROM expired))
    RETURNING s.id, s.job_id, s.kind, s.part
    """
)
_RECOVER_LOST = text(
    f"""
    WITH lost AS MATERIALIZED (
        SELECT s.id FROM steps s WHERE {LOST} ORDER BY s.id LIMIT :limit FOR UPDATE SKIP LOCKED
    )
    UPDATE steps s SET state = 'pending', epoch = epoch + 1, dispatched_at = NULL
    WHERE s.id = ANY(ARRAY(SELECT id FROM lost))
    RETURNING s.id, s.job_id, s.kind, s.part
    """  # noqa: S608 - a constant
)
_RELEASE_WAITING = text(
    """
    WITH due AS MATERIALIZED (
        SELECT id FROM steps WHERE state = 'waiting' AND hold IS NULL AND not_before <= now()
        ORDER BY not_before LIMIT :limit FOR UPDATE SKIP LOCKED
    )
    UPDATE steps SET state = 'pending', epoch = epoch + 1, not_before = NULL WHERE id = ANY(ARRAY(SELECT id FROM due))
    """
)
_RENEW_ALL = text(
    "UPDATE steps SET lease_until = now() + make_interval(secs => :lease) WHERE state = 'running' AND lease_until < "
    "now() + make_interval(secs => :lease)"
)


def expired(session: Session, as_of: datetime, limit: int) -> list[ClaimedStep]:
    """Running steps whose lease had run out by then."""
    rows = session.execute(_EXPIRED, {"as_of": as_of, "limit": limit}).all()
    return [steps.claimed(row, row.lease_owner) for row in rows]


def recover_expired(
    session: Session, as_of: datetime, max_crashes: int, error: Mapping[str, Any], limit: int
) -> Sequence[Row[Any]]:
    """Return steps that had expired by then and may be repeated as they are to pending, in one statement."""
    values = {"as_of": as_of, "max_crashes": max_crashes, "error": json.dumps(dict(error)), "limit": limit}
    return session.execute(_RECOVER_EXPIRED, values).all()


def recover_lost(session: Session, timeout_s: float, agent_timeout_s: float, limit: int) -> Sequence[Row[Any]]:
    """Return dispatched steps whose message seems lost to pending: old, slots free, and nobody claims."""
    values = {"timeout": timeout_s, "silence": timeout_s / 6, "agent_timeout": agent_timeout_s, "limit": limit}
    return session.execute(_RECOVER_LOST, values).all()


def release_waiting(session: Session, limit: int) -> int:
    """Make steps ready that waited for their next try."""
    return int(session.execute(_RELEASE_WAITING, {"limit": limit}).rowcount)  # type: ignore[attr-defined]


def renew_all(session: Session, lease_s: float) -> int:
    """After an outage: give every running step a fresh lease, so that nobody pays for the gap."""
    return int(session.execute(_RENEW_ALL, {"lease": lease_s}).rowcount)  # type: ignore[attr-defined]
