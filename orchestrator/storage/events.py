"""The timeline of a job."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from orchestrator.storage import paging
from orchestrator.storage.models import JobEvent

_APPEND = text(
    """
    WITH job AS (
        UPDATE jobs SET events_seq = events_seq + 1, updated_at = now() WHERE id = :job_id
        RETURNING id, events_seq, correlation_id
    )
    INSERT INTO job_events (job_id, seq, type, data, correlation_id)
    SELECT id, events_seq, :type, CAST(:data AS jsonb), correlation_id FROM job
    RETURNING seq
    """
)


def append(session: Session, job_id: UUID, event: str, data: Mapping[str, Any] | None = None) -> int:
    """Add an event and return its number. Locks the job's row, which is what keeps the numbers without gaps."""
    return int(session.execute(_APPEND, {"job_id": job_id, "type": event, "data": json.dumps(data or {})}).scalar_one())


def page(session: Session, job_id: UUID, at: paging.Paging) -> paging.Page:
    """A page of a job's events in the order in which they happened."""
    statement = select(JobEvent).where(JobEvent.job_id == job_id).order_by(JobEvent.seq)
    return paging.page(session, statement, at, {"events": job_id})
