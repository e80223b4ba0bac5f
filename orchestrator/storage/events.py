"""The timeline of a job."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text
from sqlalchemy.orm import Session

from orchestrator.domain.step import DELIVERY
from orchestrator.domain.webhook import TOLD
from orchestrator.storage import paging, steps
from orchestrator.storage.models import JobEvent

CHANNEL = "orchestrator_events"
"""NOTIFY channel that tells of every event."""

_JOB_AND_EVENT = """
    WITH job AS (
        UPDATE jobs SET events_seq = events_seq + 1, updated_at = now() WHERE id = :job_id
        RETURNING id, events_seq, correlation_id, owner, status, priority, step_rank
    ), event AS (
        INSERT INTO job_events (job_id, seq, type, data, correlation_id)
        SELECT id, events_seq, :type, CAST(:data AS jsonb), correlation_id FROM job
        RETURNING job_id, seq, data, correlation_id, created_at
    )
"""
_APPEND = text(
    f"{_JOB_AND_EVENT} SELECT seq, 0 AS deliveries, pg_notify('{CHANNEL}', '') FROM event"  # noqa: S608 - constants
)
_APPEND_AND_TELL = text(
    f"""
    {_JOB_AND_EVENT}, delivery AS (
        INSERT INTO webhook_deliveries (id, webhook_id, job_id, event_id, type, payload, next_attempt_at)
        SELECT gen_random_uuid(), w.id, job.id, 'evt_' || replace(job.id::text, '-', '') || '_' || event.seq, :told,
               jsonb_build_object('type', CAST(:told AS text), 'timestamp', event.created_at, 'data',
                   event.data || jsonb_build_object('job_id', job.id, 'seq', event.seq, 'status', job.status,
                       'owner', job.owner, 'correlation_id', event.correlation_id)),
               now()
        FROM job, event, webhooks w
        WHERE w.state = 'active' AND :told = ANY (w.events)
          AND (w.job_id = job.id OR (w.job_id IS NULL AND (w.owner = job.owner OR w.all_owners)))
        RETURNING id
    ), step AS (
        INSERT INTO steps (job_id, kind, part, queue, priority, rank, blocking, correlation_id, payload)
        SELECT job.id, 'deliver', delivery.id || ':' || 0, 'delivery', job.priority, job.step_rank, false,
               job.correlation_id, jsonb_build_object('delivery_id', delivery.id)
        FROM delivery, job
        RETURNING id
    )
    SELECT seq, (SELECT count(*) FROM step) AS deliveries, pg_notify('{CHANNEL}', '') FROM event
    """  # noqa: S608 - constants
)


def append(session: Session, job_id: UUID, event: str, data: Mapping[str, Any] | None = None) -> int:
    """Add an event, and a delivery of it with its step for each webhook that wants it. Returns the event's number.

    Locks the job's row, which is what keeps the numbers without gaps.
    """
    told = TOLD.get(event)
    values = {"job_id": job_id, "type": event, "data": json.dumps(data or {})}
    done = session.execute(_APPEND_AND_TELL, values | {"told": told}) if told else session.execute(_APPEND, values)
    row = done.one()
    if row.deliveries:
        steps.notify(session, DELIVERY)
    return int(row.seq)


_HORIZON = text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
_LOG = text(
    """
    SELECT e.xid, e.job_id, e.seq, e.type, e.data, e.correlation_id, e.created_at, j.owner
    FROM job_events e JOIN jobs j ON j.id = e.job_id
    WHERE (e.xid, e.job_id, e.seq) > (:xid, :job_id, :seq)
      AND e.xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
      AND (CAST(:owner AS text) IS NULL OR j.owner = :owner)
    ORDER BY e.xid, e.job_id, e.seq LIMIT :limit
    """
)
_AFTER = text(
    """
    SELECT e.xid, e.job_id, e.seq, e.type, e.data, e.correlation_id, e.created_at, j.owner
    FROM job_events e JOIN jobs j ON j.id = e.job_id
    WHERE e.job_id = :job_id AND e.seq > :seq ORDER BY e.seq LIMIT :limit
    """
)


def horizon(session: Session) -> int:
    """The oldest transaction that still runs: of all before it no further event will come."""
    return int(session.execute(_HORIZON).scalar_one())


def log(session: Session, after: tuple[int, UUID, int], owner: str | None, limit: int) -> Sequence[Row[Any]]:
    """Events of all jobs, or of an owner's, behind (xid, job_id, seq), in that order, up to the horizon."""
    xid, job_id, seq = after
    return session.execute(_LOG, {"xid": xid, "job_id": job_id, "seq": seq, "owner": owner, "limit": limit}).all()


def after(session: Session, job_id: UUID, seq: int, limit: int) -> Sequence[Row[Any]]:
    """A job's events behind this number, in order."""
    return session.execute(_AFTER, {"job_id": job_id, "seq": seq, "limit": limit}).all()


def page(session: Session, job_id: UUID, at: paging.Paging) -> paging.Page:
    """A page of a job's events in the order in which they happened."""
    statement = select(JobEvent).where(JobEvent.job_id == job_id).order_by(JobEvent.seq)
    return paging.page(session, statement, at, {"events": job_id})
