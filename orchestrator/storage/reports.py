"""Stored reports, and what a report or a day is counted from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from orchestrator.storage.models import Document, DocumentText, Job, Report, Requirement, Step

JOB_REPORT = "job"


def put(session: Session, job_id: UUID | None, name: str, report_format: str, content: str) -> None:
    """Store a report; one of the same name and format is replaced."""
    values = {"job_id": job_id, "name": name, "format": report_format, "content": content}
    statement = insert(Report).values(values)
    changed = {"content": statement.excluded.content, "created_at": func.now()}
    session.execute(statement.on_conflict_do_update(index_elements=["job_id", "name", "format"], set_=changed))


def find(session: Session, job_id: UUID | None, name: str, report_format: str) -> Report | None:
    """A stored report."""
    same_job = Report.job_id.is_not_distinct_from(job_id)
    statement = select(Report).where(same_job, Report.name == name, Report.format == report_format)
    return session.scalars(statement).one_or_none()


def text_facts(session: Session, text_id: UUID) -> Row[Any] | None:
    """What is known of a document's text, without the text: title, language, reader_version, pages, characters."""
    statement = select(
        DocumentText.title,
        DocumentText.language,
        DocumentText.reader_version,
        func.jsonb_array_length(DocumentText.page_starts).label("pages"),
        func.length(DocumentText.text).label("characters"),
    ).where(DocumentText.id == text_id)
    return session.execute(statement).one_or_none()


def dead_steps(session: Session, job_id: UUID, limit: int) -> Sequence[Step]:
    """Blocking steps that were given up, the oldest first; at most `limit`."""
    statement = select(Step).where(Step.job_id == job_id, Step.state == "dead", Step.blocking)
    return session.scalars(statement.order_by(Step.id).limit(limit)).all()


def day_counts(session: Session, start: datetime, end: datetime) -> dict[str, dict[str, int]]:
    """Jobs submitted in [start, end) by status, their requirements by status, and documents first seen then."""
    within = (Job.created_at >= start, Job.created_at < end)
    by_status = select(Job.status, func.count().label("number")).where(*within).group_by(Job.status)
    judged = (
        select(Requirement.status, func.count().label("number"))
        .join(Job, Job.id == Requirement.job_id)
        .where(*within)
        .group_by(Requirement.status)
    )
    new = select(func.count()).where(Document.created_at >= start, Document.created_at < end)
    return {
        "jobs": {row.status: row.number for row in session.execute(by_status)},
        "requirements": {row.status: row.number for row in session.execute(judged)},
        "documents": {"new": session.scalars(new).one()},
    }
