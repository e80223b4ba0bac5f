"""When a job's steps may start, and which go first. No commits; lock order as everywhere: job, then step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from orchestrator.storage import steps

_NOT_BEGUN = "job_id = :job_id AND kind = 'read' AND attempt = 0 AND state IN ('waiting', 'pending', 'dispatched')"

_FIRST = text(f"SELECT state, hold FROM steps WHERE {_NOT_BEGUN} FOR UPDATE")  # noqa: S608 - a constant
_HOLD = text(
    f"""
    UPDATE steps SET state = 'waiting', hold = :hold, not_before = :until, epoch = epoch + 1, dispatched_at = NULL
    WHERE {_NOT_BEGUN} AND (state, hold, not_before) IS DISTINCT FROM
        ('waiting', CAST(:hold AS text), CAST(:until AS timestamptz))
    """  # noqa: S608 - a constant
)
_DEADLINE = text(
    """
    UPDATE jobs SET deadline_at = CASE WHEN :hold = 'dependencies' THEN NULL
        ELSE greatest(now(), run_at) + make_interval(secs => :timeout_s) END
    WHERE id = :job_id
    """
)
# A job that was not there to wait with the others takes its turn from now on: its rank is that of a new one.
_RELEASE = text(
    """
    WITH due AS MATERIALIZED (
        SELECT s.id AS step_id, j.id AS job_id, j.owner, j.created_at
        FROM steps s JOIN jobs j ON j.id = s.job_id
        WHERE s.state = 'waiting' AND s.hold = 'schedule' AND s.not_before <= now()
        ORDER BY s.not_before LIMIT :limit FOR NO KEY UPDATE OF j SKIP LOCKED
    ), ranked AS MATERIALIZED (
        SELECT d.step_id, d.job_id,
               greatest(now(), (SELECT CASE WHEN n.status IN ('created', 'processing') THEN n.step_rank END
                                FROM jobs n WHERE n.owner = d.owner ORDER BY n.created_at DESC, n.id DESC LIMIT 1)
                               + interval '1 second')
               + (row_number() OVER (PARTITION BY d.owner ORDER BY d.created_at, d.job_id) - 1) * interval '1 second'
               AS rank
        FROM due d
    ), moved AS (
        UPDATE jobs j SET step_rank = r.rank FROM ranked r WHERE j.id = r.job_id
    )
    UPDATE steps s SET state = 'pending', epoch = epoch + 1, hold = NULL, not_before = NULL, rank = r.rank
    FROM ranked r WHERE s.id = r.step_id AND s.state = 'waiting' AND s.hold = 'schedule'
    """
)
_REPRIORITISE = text(
    """
    UPDATE steps SET priority = :priority, rank = (SELECT step_rank FROM jobs WHERE id = :job_id),
        epoch = epoch + (state = 'dispatched')::int, dispatched_at = NULL,
        state = CASE state WHEN 'dispatched' THEN 'pending' ELSE state END
    WHERE id IN (SELECT id FROM steps WHERE job_id = :job_id AND blocking
                   AND state IN ('waiting', 'pending', 'dispatched') ORDER BY id FOR UPDATE)
    RETURNING queue
    """
)
_TO_FRONT = text(
    """
    UPDATE jobs SET priority = 9, version = version + 1, updated_at = now(),
        step_rank = least(now(), step_rank, (SELECT min(rank) FROM steps
                                             WHERE state = 'pending' AND blocking AND priority = 9))
                    - interval '1 second'
    WHERE id = :job_id
    """
)


def first_step(session: Session, job_id: UUID) -> Row[Any] | None:
    """State and hold of the step that the job begins with, locked; None where a worker has had it."""
    return session.execute(_FIRST, {"job_id": job_id}).one_or_none()


def hold(session: Session, job_id: UUID, hold: str, until: datetime | None, timeout_s: float) -> None:
    """Keep a job that has not begun waiting, and its deadline with it; the caller holds the job's lock.

    Args:
        session: in a transaction.
        job_id: the job.
        hold: `schedule` until then, or `dependencies`, which have no deadline.
        until: when it is released; None: not by time.
        timeout_s: from its start to its deadline.
    """
    session.execute(_HOLD, {"job_id": job_id, "hold": hold, "until": until})
    session.execute(_DEADLINE, {"job_id": job_id, "hold": hold, "timeout_s": timeout_s})


def release_due(session: Session, limit: int) -> int:
    """Make the first steps of jobs ready whose time has come, behind what their owners have open."""
    return int(session.execute(_RELEASE, {"limit": limit}).rowcount)  # type: ignore[attr-defined]


def reprioritise(session: Session, job_id: UUID, priority: int) -> Sequence[str]:
    """Give the job's open steps that do not run this priority and the job's rank; the caller holds the job's lock.

    What is dispatched and unclaimed is taken back, so that it goes in the new order. Returns their queues.
    """
    queues = session.execute(_REPRIORITISE, {"job_id": job_id, "priority": priority}).scalars().all()
    for queue in set(queues):
        steps.notify(session, queue)
    return queues


def to_front(session: Session, job_id: UUID) -> None:
    """Give a job priority 9 and a rank before all that is ready; the caller holds the job's lock."""
    session.execute(_TO_FRONT, {"job_id": job_id})
    reprioritise(session, job_id, 9)
