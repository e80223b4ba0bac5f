"""The timeline of a job."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

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
