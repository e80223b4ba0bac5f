"""Operations on many jobs as stored: which jobs were chosen, and what became of each. No commits."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, literal, select, text, update
from sqlalchemy.orm import Session

from orchestrator.domain.step import NewStep, StepKind
from orchestrator.storage import jobs, paging, steps
from orchestrator.storage.jobs import JobFilter
from orchestrator.storage.models import Job, Operation, OperationJob, Step

_SET_STEP = text("UPDATE operations SET step_id = :step_id WHERE id = :id")
_PRUNE = text(
    """
    DELETE FROM operations WHERE id IN (
        SELECT id FROM operations WHERE finished_at < now() - make_interval(days => :days) LIMIT :limit)
    """
)


def choose(session: Session, operation_id: UUID, wanted: JobFilter) -> int:
    """Note the jobs that are wanted now, for their turn. Returns how many."""
    chosen = select(literal(operation_id), Job.id).where(*jobs.conditions(wanted))
    done = session.execute(insert(OperationJob).from_select(["operation_id", "job_id"], chosen))
    return int(done.rowcount)  # type: ignore[attr-defined]


def count(session: Session, wanted: JobFilter, most: int) -> int:
    """How many jobs are wanted; one more than `most` where there are more."""
    found = select(Job.id).where(*jobs.conditions(wanted)).limit(most + 1).subquery()
    return session.scalars(select(func.count()).select_from(found)).one()


def add_step(session: Session, operation: Operation) -> None:
    """Insert the step that goes on with it, and wake the leader."""
    step = NewStep(StepKind.BULK, part=str(operation.id), payload={"operation_id": str(operation.id)})
    step_id = steps.insert_alone(session, step, operation.correlation_id)
    session.execute(_SET_STEP, {"step_id": step_id, "id": operation.id})


def open_jobs(session: Session, operation_id: UUID, limit: int) -> list[UUID]:
    """The next jobs whose turn has not come, in the order of their ids."""
    waiting = select(OperationJob.job_id).where(
        OperationJob.operation_id == operation_id, OperationJob.outcome.is_(None)
    )
    return list(session.scalars(waiting.order_by(OperationJob.job_id).limit(limit)))


def settle(session: Session, operation_id: UUID, job_id: UUID, **outcome: str) -> bool:
    """Write what becomes of a job in this transaction; False where that is settled already. `outcome` and its reason.

    Of two at once the second one waits for the first, and then finds it settled.
    """
    turn = update(OperationJob).where(
        OperationJob.operation_id == operation_id, OperationJob.job_id == job_id, OperationJob.outcome.is_(None)
    )
    return bool(session.execute(turn.values(outcome)).rowcount)  # type: ignore[attr-defined]


def finish(session: Session, operation_id: UUID) -> None:
    """Say that every job had its turn."""
    session.execute(update(Operation).where(Operation.id == operation_id).values(finished_at=func.now()))


def counts(session: Session, operation_id: UUID) -> dict[str | None, int]:
    """Jobs by outcome; None are those whose turn has not come."""
    counted = select(OperationJob.outcome, func.count()).where(OperationJob.operation_id == operation_id)
    return {row[0]: row[1] for row in session.execute(counted.group_by(OperationJob.outcome))}


def step_of(session: Session, operation: Operation) -> Row[str, dict[str, Any] | None] | None:
    """State and error of the step that works on it; None where it is gone."""
    return session.execute(select(Step.state, Step.error).where(Step.id == operation.step_id)).one_or_none()


def skipped(session: Session, operation_id: UUID, at: paging.Paging) -> paging.Page:
    """A page of the jobs that were left as they are, and why."""
    statement = select(OperationJob).where(OperationJob.operation_id == operation_id, OperationJob.outcome == "skipped")
    found = paging.page(session, statement.order_by(OperationJob.job_id), at, {"skipped": operation_id})
    return paging.Page([row.OperationJob for row in found.items], found.next_cursor)


def prune(session: Session, days: int, limit: int) -> int:
    """Delete operations that ended so long ago. Returns how many."""
    return int(session.execute(_PRUNE, {"days": days, "limit": limit}).rowcount)  # type: ignore[attr-defined]
