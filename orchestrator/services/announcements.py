"""Events that tell of more than a change of status. Both run in the caller's transaction and lock the job last."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from orchestrator.storage import events
from orchestrator.storage.models import Requirement
from orchestrator.storage.reviews import WAITING

RIDS_TOLD = 20


def announce_reviews(session: Session, job_id: UUID) -> None:
    """Tell that requirements of a completed job need a review: {count, rids}, the first 20; nothing where none does."""
    doubtful = (Requirement.job_id == job_id, WAITING)
    count = session.scalar(select(func.count()).select_from(Requirement).where(*doubtful)) or 0
    if not count:
        return
    first = select(Requirement.rid).where(*doubtful).order_by(Requirement.seq, Requirement.id).limit(RIDS_TOLD)
    events.append(session, job_id, "requirement.review_needed", {"count": count, "rids": list(session.scalars(first))})


def announce_report(session: Session, job_id: UUID, made: Mapping[str, Any]) -> Mapping[str, Any]:
    """Tell that a report is stored; returns what the report's step found."""
    events.append(session, job_id, "report.ready", {"formats": list(made.get("formats", ()))})
    return made
