"""What a user may change of a job that is there: its place in the queue, when it begins, its words. Each commits."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.orm import Session

from orchestrator.config import Settings
from orchestrator.domain.edit import JobEdit
from orchestrator.domain.job import LIVE
from orchestrator.domain.version import require_version
from orchestrator.errors import Gone, Invalid, InvalidTransition
from orchestrator.services.job_view import JobView, no_job, view_of
from orchestrator.services.placing import place, require_parents
from orchestrator.storage import dependencies, events, jobs, llm, schedule, steps
from orchestrator.storage.engine import SessionFactory
from orchestrator.storage.models import Job


class Scheduling:
    """Edits of jobs."""

    def __init__(self, settings: Settings, sessions: SessionFactory) -> None:
        self._settings = settings
        self._sessions = sessions

    def edit(self, job_id: UUID, wanted: JobEdit, version: int | None = None) -> JobView:
        """Change a job. A new priority goes for its open steps, too; what is sent and unclaimed is taken back. Commits.

        Args:
            job_id: the job.
            wanted: what to change.
            version: only this one of it; None: any.

        Raises:
            NotFound: there is no such job, or none of its owner's to depend on.
            StaleVersion: it has another version.
            InvalidTransition: it has ended, or begun, and the change comes too late.
            Invalid: code `cycle`: it would wait for itself; the message names through which job.
        """
        with self._sessions.begin() as session:
            job = self._lock(session, job_id)
            require_version(job.version, version, f"job {job_id}")
            _require_open(job, wanted)
            if wanted.start:
                self._change_start(session, job, wanted)
            self._change(session, job, wanted)
            events.append(session, job_id, "job.edited", {"changed": wanted.named})
            session.expire_all()
            return self._view(session, job_id)

    def to_front(self, job_id: UUID) -> JobView:
        """Let a job go before all others that are ready: priority 9, and the first rank there. Commits.

        Raises:
            NotFound: there is no such job.
            InvalidTransition: it has ended.
        """
        with self._sessions.begin() as session:
            job = self._lock(session, job_id)
            _require_open(job, JobEdit(priority=9))
            schedule.to_front(session, job_id)
            events.append(session, job_id, "job.moved_to_front")
            session.expire_all()
            return self._view(session, job_id)

    def _change(self, session: Session, job: Job, wanted: JobEdit) -> None:
        values: dict[str, Any] = {}
        if wanted.priority is not None:
            values["priority"] = wanted.priority
        if wanted.tags is not None:
            values["tags"] = list(wanted.tags)
        if wanted.context is not None:  # it no longer is what an equal submission would give
            values |= {"context": dict(wanted.context), "dedup_key": None}
        if "token_budget" in wanted.named:
            values["token_budget"] = wanted.token_budget
        values |= {"version": Job.version + 1, "updated_at": func.now()}
        session.execute(update(Job).where(Job.id == job.id).values(values))
        if "token_budget" in wanted.named:  # what it does not suffice for waits again
            for queue in set(llm.release_budget(session, job.id)):
                steps.notify(session, queue)
        if wanted.priority is not None:
            schedule.reprioritise(session, job.id, wanted.priority)

    def _change_start(self, session: Session, job: Job, wanted: JobEdit) -> None:
        if schedule.first_step(session, job.id) is None:
            raise InvalidTransition(
                f"Job {job.id} has begun: when it begins can no longer be changed.",
                details={"job_id": str(job.id), "status": job.status, "allowed": ["priority", "context", "tags"]},
            )
        if wanted.depends_on is not None:
            _change_parents(session, job, wanted.depends_on)
        if wanted.on_parent_failure is not None:
            job.on_parent_failure = wanted.on_parent_failure
        if wanted.run_at is not None or wanted.clear_run_at:
            job.run_at = wanted.run_at
        session.flush()
        place(session, job, self._settings.job_timeout_hours * 3600)

    def _lock(self, session: Session, job_id: UUID) -> Job:
        job = jobs.lock(session, job_id)
        if job is None:
            raise no_job(job_id)
        return job

    def _view(self, session: Session, job_id: UUID) -> JobView:
        return view_of(session, job_id, self._settings.agent_timeout_s, self._settings.owner_limit)


def _require_open(job: Job, wanted: JobEdit) -> None:
    """See that a job is still going on where the change is of its way through the queues."""
    if job.status not in LIVE and (wanted.start or {"priority", "token_budget"} & set(wanted.named)):
        raise InvalidTransition(
            f"Job {job.id} is {job.status}: nothing of it waits any more. Its context and tags can still be changed.",
            details={"job_id": str(job.id), "status": job.status, "allowed": ["context", "tags"]},
        )
    if job.redacted_at is not None and wanted.context is not None:
        raise Gone(f"Job {job.id} is redacted; its context stays as it is.")


def _change_parents(session: Session, job: Job, parents: tuple[UUID, ...]) -> None:
    cause = dependencies.cyclic_parent(session, job.id, parents)
    if cause is not None:
        said = "itself" if cause == job.id else f"job {cause}, which waits for it"
        raise Invalid(
            f"Job {job.id} cannot depend on {said}: neither would ever begin.",
            code="cycle",
            details={"pointer": "/depends_on", "job_id": str(job.id), "depends_on": str(cause)},
        )
    dependencies.replace(session, job.id, require_parents(session, job.owner, parents))
