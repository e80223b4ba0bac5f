"""Jobs from submit to cancel, and everything that is read of them. Each public method is one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.orm import Session

from orchestrator.config import Settings
from orchestrator.domain.job import ALLOWED, ENGINES, JobStatus
from orchestrator.domain.step import NewStep, StepKind
from orchestrator.domain.submission import PROMPT_FILE, Submission, Upload, name_for, prompt_as_document
from orchestrator.errors import Invalid, InvalidTransition, NotFound
from orchestrator.services import uploads
from orchestrator.services.advance import end_job
from orchestrator.services.job_view import JobView, ProgressView, new_view, progress_of, views
from orchestrator.storage import documents, events, jobs, requirements, steps
from orchestrator.storage.engine import SessionFactory
from orchestrator.storage.models import Document, Requirement
from orchestrator.storage.paging import Page, Paging
from orchestrator.storage.requirements import RequirementFilter


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A document on its way out; `chunks` reads as it goes, at most 1 MB at a time."""

    document: Document
    file_name: str
    media_type: str
    chunks: Iterator[bytes]


class JobManager:
    """What a user may do with jobs."""

    def __init__(self, settings: Settings, sessions: SessionFactory) -> None:
        self._settings = settings
        self._sessions = sessions

    def submit(self, wish: Submission) -> JobView:
        """Store the document and the job, its first step and its first event, and wake the leader. Commits.

        Raises:
            Invalid: the document is empty, too big, of another type than it says, or of none that is read.
            NotFound: there is no document with this id.
        """
        if wish.engine not in ENGINES:
            raise Invalid(f"Engine {wish.engine!r} is not available; use one of: {', '.join(ENGINES)}.")
        upload, context = self._material(wish)
        media_type = self._accept(upload)
        with self._sessions.begin() as session:
            document = documents.store(session, upload.data)
            stored = {"document_id": document.id, "file_name": upload.file_name, "media_type": media_type}
            values = _columns(wish) | stored | {"context": context}
            job = jobs.add(session, values, self._settings.job_timeout_hours)
            events.append(session, job.id, "job.created", {"owner": job.owner, "document": document.sha256})
            steps.insert(session, job.id, [NewStep(StepKind.READ)])
            return new_view(session, job, document, self._settings.agent_timeout_s)

    def _accept(self, upload: Upload) -> str:
        uploads.check_size(len(upload.data), self._settings.max_upload_bytes)
        return uploads.accept(upload.file_name, upload.data, upload.media_type)

    def _material(self, wish: Submission) -> tuple[Upload, dict[str, Any]]:
        """The document to store, and the context to keep."""
        context = dict(wish.context)
        if isinstance(wish.document, Upload):
            return wish.document, context
        if wish.document is None:
            text, rest = prompt_as_document(wish.prompt, context)
            return Upload(PROMPT_FILE, text.encode(), "text/plain"), rest
        with self._sessions() as session:
            if documents.find(session, wish.document) is None:
                raise NotFound(
                    f"There is no document {wish.document}. Send it with POST /documents first.",
                    details={"document_id": str(wish.document)},
                )
            data = documents.content(session, wish.document)
        return Upload(wish.file_name or name_for(data), data), context

    def store_document(self, upload: Upload) -> tuple[Document, str]:
        """Store a document for later jobs, once per content; returns it and its media type. Commits.

        Raises:
            Invalid: as for `submit`.
        """
        media_type = self._accept(upload)
        with self._sessions.begin() as session:
            return documents.store(session, upload.data), media_type

    def cancel(self, job_id: UUID) -> JobView:
        """End a live job: its open steps are cancelled, requirements nobody judged are deleted. Commits.

        What is integrated stays, and the report is made of what is left.

        Raises:
            NotFound: there is no such job.
            InvalidTransition: the job has ended; the details name its status and what is allowed.
        """
        with self._sessions.begin() as session:
            job = jobs.lock(session, job_id)
            if job is None:
                raise _no_job(job_id)
            status = JobStatus(job.status)
            if JobStatus.CANCELLED not in ALLOWED[status]:
                raise _ended(job_id, status)
            steps.cancel_open(session, job_id)
            jobs.note_dropped(session, job_id, requirements.drop_pending(session, job_id))
            end_job(session, job_id, JobStatus.CANCELLED)
            session.expire_all()
            return self._view(session, job_id)

    def get(self, job_id: UUID) -> JobView:
        """A job as it is now.

        Raises:
            NotFound: there is no such job.
        """
        with self._sessions() as session:
            return self._view(session, job_id)

    def list(self, statuses: Sequence[str], wanted: Paging) -> Page:
        """A page of jobs, the newest first; all statuses where none is named."""
        with self._sessions() as session:
            found = jobs.page(session, statuses, wanted)
            return Page(views(session, found.items, self._settings.agent_timeout_s), found.next_cursor)

    def progress(self, job_id: UUID) -> ProgressView:
        """How far a job is.

        Raises:
            NotFound: there is no such job.
        """
        with self._sessions() as session:
            return progress_of(session, self._view(session, job_id))

    def steps(self, job_id: UUID, wanted: Paging) -> Page:
        """A page of a job's steps, the oldest first.

        Raises:
            NotFound: there is no such job.
        """
        with self._sessions() as session:
            self._require(session, job_id)
            found = jobs.steps(session, job_id, wanted)
            return Page([row.Step for row in found.items], found.next_cursor)

    def requirements(self, job_id: UUID, wanted: RequirementFilter, at: Paging) -> Page:
        """A page of (requirement, shown status) in the order of the document.

        Raises:
            NotFound: there is no such job.
        """
        with self._sessions() as session:
            numbered = self._view(session, job_id).job.creator_status == "completed"
            return requirements.page(session, job_id, wanted, at, numbered=numbered)

    def requirement(self, job_id: UUID, rid: str) -> Row[Requirement, str]:
        """One requirement and its shown status.

        Raises:
            NotFound: there is no such job, or it has no such requirement.
        """
        with self._sessions() as session:
            self._require(session, job_id)
            found = requirements.find(session, job_id, rid)
        if found is None:
            raise NotFound(f"Job {job_id} has no requirement {rid}.", details={"job_id": str(job_id), "rid": rid})
        return found

    def document(self, job_id: UUID) -> StoredFile:
        """The bytes of a job's document.

        Raises:
            NotFound: there is no such job.
        """
        with self._sessions() as session:
            view = self._view(session, job_id)
        return StoredFile(view.document, view.job.file_name, view.job.media_type, self._chunks(view.document.id))

    def _chunks(self, document_id: UUID) -> Iterator[bytes]:
        """Each chunk in a transaction of its own: a slow reader holds no connection."""
        number = 0
        while True:
            with self._sessions() as session:
                data = documents.chunk(session, document_id, number)
            if data is None:
                return
            yield data
            number += 1

    def _view(self, session: Session, job_id: UUID) -> JobView:
        row = jobs.find(session, job_id)
        if row is None:
            raise _no_job(job_id)
        return views(session, [row], self._settings.agent_timeout_s)[0]

    def _require(self, session: Session, job_id: UUID) -> None:
        if not jobs.exists(session, job_id):
            raise _no_job(job_id)


def _columns(wish: Submission) -> dict[str, Any]:
    """What a job takes over from the wish as it stands."""
    taken = ("owner", "prompt", "scope", "engine", "on_error", "priority", "correlation_id")
    return {name: getattr(wish, name) for name in taken} | {"tags": list(wish.tags)}


def _no_job(job_id: UUID) -> NotFound:
    return NotFound(f"There is no job {job_id}.", details={"job_id": str(job_id)})


def _ended(job_id: UUID, status: JobStatus) -> InvalidTransition:
    ways = sorted(ALLOWED[status])
    allowed = f"from here it can only go to: {', '.join(ways)}" if ways else "nothing can change it any more"
    return InvalidTransition(
        f"Job {job_id} is {status.value} and cannot be cancelled; {allowed}.",
        details={"job_id": str(job_id), "status": status.value, "allowed": ways},
    )
