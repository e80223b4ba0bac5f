"""Deleting a job that has ended, with all that is kept of it. In the caller's transaction."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from orchestrator.domain.job import TERMINAL, JobStatus
from orchestrator.errors import Conflict, InvalidTransition
from orchestrator.graph_store import GraphStore
from orchestrator.services.job_view import no_job
from orchestrator.storage import dependencies, documents, jobs
from orchestrator.storage.models import Job


def delete_job(session: Session, graph_store: GraphStore, job_id: UUID) -> None:
    """Take out what it alone asserts of the graph, and delete its rows; its document, where no other job has it.

    The document is locked before the job, as by a submission.

    Raises:
        NotFound: there is no such job.
        InvalidTransition: it has not ended.
        Conflict: code `needed`: a job that has not begun depends on it.
    """
    document_id = documents.lock_of(session, job_id)
    job = jobs.lock(session, job_id)
    if job is None or document_id is None:
        raise no_job(job_id)
    _require_free(session, job)
    graph_store.retract(session, job_id)
    jobs.delete(session, job_id)
    documents.drop_unused(session, document_id)


def _require_free(session: Session, job: Job) -> None:
    if JobStatus(job.status) not in TERMINAL:
        raise InvalidTransition(
            f"Job {job.id} is {job.status} and cannot be deleted. Cancel it first, or wait for its end.",
            details={"job_id": str(job.id), "status": job.status, "allowed": ["cancel"]},
        )
    if (child := dependencies.needed_by(session, job.id)) is not None:
        raise Conflict(
            f"Job {child} has not begun and depends on job {job.id}. Cancel that one first, or let it begin.",
            code="needed",
            details={"job_id": str(job.id), "needed_by": str(child)},
        )
