"""Revisions of a job, and the statements that two jobs are compared by."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, defer

from orchestrator.domain.comparison import Statement
from orchestrator.storage.models import Document, Job, Requirement

MOST_REVISIONS = 500


def family_of(job: Job) -> UUID:
    """The id of the job's first revision, which may have been deleted."""
    return job.first_revision or job.id


def next_number(session: Session, first: UUID) -> int:
    """The number after the highest of a family; the caller holds the lock of one of its jobs."""
    highest = select(func.max(Job.revision)).where(Job.first_revision == first)
    return max(1, session.scalar(highest) or 1) + 1


def of_family(session: Session, first: UUID, visible_to: str | None) -> Sequence[tuple[Job, Document]]:
    """The revisions of a family, the oldest first; of one owner where one is named. At most `MOST_REVISIONS`."""
    statement = select(Job, Document).join(Document, Job.document_id == Document.id)
    statement = statement.where(or_(Job.id == first, Job.first_revision == first))
    if visible_to is not None:
        statement = statement.where(Job.owner == visible_to)
    ordered = statement.order_by(Job.revision, Job.id).limit(MOST_REVISIONS).options(defer(Job.coverage))
    return session.execute(ordered).all()


def statements(session: Session, job_id: UUID, most: int) -> list[Statement]:
    """A job's requirements as they are compared, in the order of the document; at most one more than `most`."""
    ordered = _statements(job_id).order_by(Requirement.seq.nulls_last(), Requirement.id)
    return [_statement(*row) for row in session.execute(ordered.limit(most + 1))]


def statements_of(session: Session, job_id: UUID, rids: Collection[str]) -> list[Statement]:
    """Those of a job's requirements that have these rids."""
    return [_statement(*row) for row in session.execute(_statements(job_id).where(Requirement.rid.in_(rids)))]


def _statements(job_id: UUID) -> Select[*tuple[Any, ...]]:
    place = Requirement.source_location["locator"].astext
    columns = (Requirement.rid, Requirement.seq, place, Requirement.requirement_text, Requirement.modality)
    return select(*columns).where(Requirement.job_id == job_id)


def _statement(rid: str, seq: int | None, locator: str | None, said: str, modality: str) -> Statement:
    return Statement(rid, seq, locator or "", said, modality)
