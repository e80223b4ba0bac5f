"""Reviews of requirements: the history, and the queue of what waits for one."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Float, Select, and_, exists, func, literal_column, or_, select
from sqlalchemy.orm import Session

from orchestrator.domain.job import TERMINAL
from orchestrator.storage import paging
from orchestrator.storage.models import REVIEW_ORDER, Job, Requirement, RequirementReview

_STATE = Requirement.review["state"].astext
UNREVIEWED = "unreviewed"
"""The state of what nobody has decided on."""
WAITING = and_(Requirement.needs_review, or_(Requirement.status.in_(("integrated", "failed")), _STATE.is_not(None)))
"""What a reviewer has to look at; what a validator rejected is looked at where somebody asked for it."""


@dataclass(frozen=True, slots=True)
class ReviewFilter:
    """What of the queue a caller wants; empty and None mean everything.

    Attributes:
        visible_to: of the jobs of this owner, whatever else is asked for.
        owner: of the jobs of this owner.
        job_id: of this job.
        states: `UNREVIEWED`, `awaiting_second`, `suspect`.
        priorities, types: any of these.
        max_confidence: at most this.
    """

    visible_to: str | None = None
    owner: str | None = None
    job_id: UUID | None = None
    states: tuple[str, ...] = ()
    priorities: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    max_confidence: float | None = None


def lock(session: Session, job_id: UUID, rid: str) -> Requirement | None:
    """A requirement, locked; the caller holds the job's lock."""
    statement = select(Requirement).where(Requirement.job_id == job_id, Requirement.rid == rid)
    return session.scalars(statement.with_for_update()).one_or_none()


def lock_all(session: Session, job_id: UUID, rids: Collection[str]) -> Sequence[Requirement]:
    """These requirements of a job, locked in the order of their ids."""
    statement = select(Requirement).where(Requirement.job_id == job_id, Requirement.rid.in_(rids))
    return session.scalars(statement.order_by(Requirement.id).with_for_update()).all()


def lock_suspects(session: Session, job_id: UUID, limit: int) -> Sequence[Requirement]:
    """Suspects of a job, locked in the order of their ids; at most `limit`."""
    statement = select(Requirement).where(Requirement.job_id == job_id, _STATE == "suspect")
    return session.scalars(statement.order_by(Requirement.id).limit(limit).with_for_update()).all()


def reviewed(session: Session, job_id: UUID) -> Sequence[tuple[str, dict[str, Any]]]:
    """(rid, review) of every requirement of a job that has one."""
    statement = select(Requirement.rid, Requirement.review)
    found = session.execute(statement.where(Requirement.job_id == job_id, Requirement.review.is_not(None)))
    return [(rid, said) for rid, said in found if said]


def history(session: Session, job_id: UUID, rid: str, at: paging.Paging) -> paging.Page:
    """A page of a requirement's acts, the oldest first."""
    statement = select(RequirementReview).where(RequirementReview.job_id == job_id, RequirementReview.rid == rid)
    return paging.page(session, statement.order_by(RequirementReview.id), at, {"reviews": [job_id, rid]})


def queue(session: Session, wanted: ReviewFilter, at: paging.Paging) -> paging.Page:
    """A page of rows (requirement, shown, owner) of jobs that have ended, in the order of `waiting`."""
    return paging.page(session, waiting(wanted), at, {"queue": wanted})


def waiting(wanted: ReviewFilter) -> Select[Requirement, str, str]:
    """What waits for a review, low confidence times high priority first: read from an index in that order."""
    owner = select(Job.owner).where(Job.id == Requirement.job_id).scalar_subquery().label("owner")
    urgency: ColumnElement[float] = literal_column(f"({REVIEW_ORDER})", Float())
    statement = select(Requirement, Requirement.status.label("shown"), owner)
    return statement.where(WAITING, _of_jobs(wanted), *_conditions(wanted)).order_by(urgency, Requirement.id)


def _of_jobs(wanted: ReviewFilter) -> ColumnElement[bool]:
    found = exists().where(Job.id == Requirement.job_id, Job.status.in_(TERMINAL))
    for owner in (wanted.visible_to, wanted.owner):
        if owner is not None:
            found = found.where(Job.owner == owner)
    return found


def _conditions(wanted: ReviewFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.job_id is not None:
        yield Requirement.job_id == wanted.job_id
    if wanted.states:
        yield func.coalesce(_STATE, UNREVIEWED).in_(wanted.states)
    if wanted.priorities:
        yield Requirement.priority.in_(wanted.priorities)
    if wanted.types:
        yield Requirement.requirement_type.in_(wanted.types)
    if wanted.max_confidence is not None:
        yield Requirement.confidence_score <= wanted.max_confidence
