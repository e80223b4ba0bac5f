"""Where a job that has not begun stands: ready, waiting for a time, for other jobs, or cancelled with one of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from orchestrator.domain.dependency import LOST, OnParentFailure, Standing, standing
from orchestrator.domain.job import LIVE, JobStatus
from orchestrator.errors import NotFound
from orchestrator.services.advance import end_job
from orchestrator.storage import dependencies, jobs, pauses, schedule, steps
from orchestrator.storage.engine import SessionFactory, autocommit
from orchestrator.storage.models import Job

BATCH = 500


def place(session: Session, job: Job, timeout_s: float) -> None:
    """Hold a live job back, let it begin or cancel it, as its time and its parents say; one that has begun goes on.

    What may begin is released by the leader's next sweep. The caller holds the job's lock.

    Args:
        session: in a transaction.
        job: as stored now.
        timeout_s: from its start to its deadline.
    """
    first = schedule.first_step(session, job.id)
    if first is None:
        return
    parents = {row.id: JobStatus(row.status) for row in dependencies.of(session, [job.id])}
    match standing(OnParentFailure(job.on_parent_failure), parents.values()):
        case Standing.CANCEL:
            _cancel(session, job, parents)
        case Standing.WAIT:
            schedule.hold(session, job.id, "dependencies", None, timeout_s)
        case Standing.GO:
            now = jobs.now(session)
            if first.hold is not None or (job.run_at and job.run_at > now):
                schedule.hold(session, job.id, "schedule", job.run_at or now, timeout_s)


def _cancel(session: Session, job: Job, parents: Mapping[UUID, JobStatus]) -> None:
    lost = {str(parent): status.value for parent, status in parents.items() if status in LOST}
    said = ", ".join(f"{parent} ({status})" for parent, status in lost.items())
    error = {
        "code": "parent_failed",
        "message": f"It depends on a job that did not complete: {said}. Submit it again without that one.",
        "parents": lost,
    }
    steps.cancel_open(session, job.id)
    end_job(session, job.id, JobStatus.CANCELLED, error=error)


def release(sessions: SessionFactory, timeout_s: float) -> int:
    """Look after every job whose time or whose parents' end has come; take back what paused queues have out. Commits.

    It goes by what is stored alone: what a leader that died did not come to, the next one does.
    """
    single = autocommit(sessions)
    with single() as session:
        due = dependencies.due(session, BATCH)
    for job_id in due:
        with sessions.begin() as session:
            _look(session, job_id, timeout_s)
    with single() as session:
        pauses.recall(session)
        return schedule.release_due(session, 10 * BATCH)


def _look(session: Session, job_id: UUID, timeout_s: float) -> None:
    """Place one job; one that somebody else has locked is left for the next sweep."""
    found = select(Job).where(Job.id == job_id).with_for_update(skip_locked=True)
    job = session.scalars(found).one_or_none()
    if job is not None and dependencies.settle(session, job.id) and job.status in LIVE:
        place(session, job, timeout_s)


def require_parents(session: Session, owner: str, wanted: Collection[UUID]) -> Collection[UUID]:
    """See that an owner's job may depend on these, and keep them from ending before this transaction does.

    Raises:
        NotFound: the owner has no such job; the details name all that are missing.
    """
    if not wanted:
        return ()
    known = {row.id for row in dependencies.lock_parents(session, wanted) if row.owner == owner}
    missing = [str(job_id) for job_id in wanted if job_id not in known]
    if missing:
        raise NotFound(
            f"There is no job {missing[0]} to depend on.", details={"pointer": "/depends_on", "job_ids": missing}
        )
    return wanted
