"""What is done to a job that its caller has locked: cancel, retry, change its priority. In the caller's transaction.

`told` is written to the event and to the audit log: {reason, operation_id}, as far as there is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from orchestrator.config import Settings
from orchestrator.domain.job import ACTIONS, LIVE, JobStatus
from orchestrator.errors import Conflict, Gone, InvalidTransition
from orchestrator.services.advance import end_job
from orchestrator.services.job_view import progress_of, view_of
from orchestrator.services.resumption import resume
from orchestrator.storage import audit, events, jobs, requirements, schedule, steps
from orchestrator.storage.models import Job

Told = Mapping[str, Any]
ONE_PER_KEY = "uq_jobs_dedup_key"


def cancel(session: Session, job: Job, told: Told) -> None:
    """End a live job: its open steps are cancelled, requirements nobody judged are deleted.

    Raises:
        InvalidTransition: it has ended.
    """
    require_action(job, "cancel")
    steps.cancel_open(session, job.id)
    jobs.note_dropped(session, job.id, requirements.drop_pending(session, job.id))
    end_job(session, job.id, JobStatus.CANCELLED, told=told)
    _note_reason(session, job, told)


def retry(session: Session, job: Job, settings: Settings, told: Told) -> None:
    """Take a failed job up again where it failed.

    Raises:
        InvalidTransition: it has not failed.
        Gone: it is redacted.
        Conflict: code `cleaned_up`: its working data is gone; or an equal job was submitted at this very moment.
    """
    require_action(job, "retry")
    _require_material(job)
    percent = progress_of(session, view_of(session, job.id, settings.agent_timeout_s)).percent
    try:
        resume(session, job, percent, settings.job_timeout_hours * 3600, told)
    except IntegrityError as error:
        if ONE_PER_KEY not in str(error.orig):
            raise
        raise Conflict(
            f"A job equal to {job.id} was submitted at this moment. Retry it again if you want both.",
            details={"job_id": str(job.id)},
        ) from error
    _note_reason(session, job, told)


def reprioritise(session: Session, job: Job, priority: int, told: Told) -> None:
    """Give a live job and its open steps this priority; what is sent and unclaimed is taken back.

    Raises:
        InvalidTransition: it has ended.
    """
    if job.status not in LIVE:
        raise InvalidTransition(
            f"Job {job.id} is {job.status}: nothing of it waits any more.",
            details={"job_id": str(job.id), "status": job.status, "allowed": list(ACTIONS[JobStatus(job.status)])},
        )
    values = {"priority": priority, "version": Job.version + 1, "updated_at": func.now()}
    session.execute(update(Job).where(Job.id == job.id).values(values))
    schedule.reprioritise(session, job.id, priority)
    events.append(session, job.id, "job.edited", {"changed": ["priority"], **told})
    _note_reason(session, job, told)


def require_action(job: Job, action: str) -> None:
    """See that a user may do this to the job now.

    Raises:
        InvalidTransition: the message and the details name the status and what is allowed.
    """
    status = JobStatus(job.status)
    allowed = ACTIONS[status]
    if action in allowed:
        return
    done = {"cancel": "cancelled", "retry": "retried"}[action]
    rest = f"Allowed is: {', '.join(allowed)}." if allowed else "Nothing changes its status any more; submit it again."
    raise InvalidTransition(
        f"Job {job.id} is {status.value} and cannot be {done}. {rest}",
        details={"job_id": str(job.id), "status": status.value, "allowed": list(allowed)},
    )


def _require_material(job: Job) -> None:
    if job.redacted_at is not None:
        raise Gone(
            f"The document of job {job.id} was redacted, so it cannot be retried. Submit it again with its document.",
            details={"job_id": str(job.id), "redacted_at": job.redacted_at.isoformat()},
        )
    if job.cleaned_up_at is not None:
        raise Conflict(
            f"The working data of job {job.id} was deleted, so it cannot be retried. Submit it again.",
            code="cleaned_up",
            details={"job_id": str(job.id), "cleaned_up_at": job.cleaned_up_at.isoformat()},
        )


def _note_reason(session: Session, job: Job, told: Told) -> None:
    if told.get("reason"):
        audit.note(session, "reason", job.id, None, dict(told))
