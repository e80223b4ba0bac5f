"""Jobs from submit to cancel and retry. Each public method is one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from orchestrator.config import Settings
from orchestrator.domain.deduplication import key_of
from orchestrator.domain.job import TERMINAL, JobStatus
from orchestrator.domain.step import NewStep, StepKind
from orchestrator.domain.submission import PROMPT_FILE, Submission, Upload, name_for, prompt_as_document
from orchestrator.domain.version import require_version
from orchestrator.errors import Conflict, Gone, NotFound
from orchestrator.outgoing import check_url
from orchestrator.services import job_actions, uploads, workspace
from orchestrator.services.engines import engine_columns
from orchestrator.services.job_view import JobView, ProgressView, new_view, no_job, progress_of, require, view_of, views
from orchestrator.services.placing import place, require_parents
from orchestrator.services.webhooks import add_callback
from orchestrator.storage import dependencies, documents, events, jobs, steps
from orchestrator.storage.engine import SessionFactory, snapshot
from orchestrator.storage.jobs import JobFilter
from orchestrator.storage.models import Document, Job
from orchestrator.storage.paging import Page, Paging

TRIES = 3
"""How often a submission is begun anew because the job that it equals ended meanwhile."""


class JobManager:
    """What a user may do with jobs."""

    def __init__(self, settings: Settings, sessions: SessionFactory) -> None:
        self._settings = settings
        self._sessions = sessions
        self._snapshots = snapshot(sessions)

    def submit(self, wish: Submission) -> JobView:
        """Store the document and the job, its first step and its first event, and wake the leader. Commits.

        With `deduplicate` an equal job of the same owner that has not failed is returned instead, as it is; of equal
        submissions at once one makes a job.

        Raises:
            Invalid: the document is empty, too big, of another type than it says, or of none that is read.
            NotFound: there is no document with this id, or no job of the owner's that it should depend on, or
                no job that it should be the successor of.
        """
        engine = engine_columns(self._settings, wish.engine)
        wish = replace(wish, engine=engine["engine"], deduplicate=wish.deduplicate and not wish.dry_run)
        if wish.callback_url:
            check_url(wish.callback_url, self._settings)
        upload, context = self._material(wish)
        media_type = self._accept(upload)
        wanted = _columns(wish) | engine | {"file_name": upload.file_name, "media_type": media_type, "context": context}
        for _ in range(TRIES):
            with self._sessions.begin() as session:
                if (view := self._submit(session, wish, upload.data, wanted)) is not None:
                    return view
        raise Conflict("Equal jobs ended while this one was submitted, again and again. Submit it again.")

    def _submit(self, session: Session, wish: Submission, data: bytes, wanted: Mapping[str, Any]) -> JobView | None:
        """The new job, or the one that it equals; None where that one ended meanwhile."""
        if wish.successor_of is not None:
            require(session, wish.successor_of)
        document = documents.store(session, data)
        parents = require_parents(session, wish.owner, wish.depends_on)
        key = key_of(wish, document.sha256, wanted["context"]) if wish.deduplicate else None
        values = {**wanted, "document_id": document.id, "dedup_key": key}
        job = jobs.add(session, values, self._settings.job_timeout_hours)
        if job is None:
            return self._equal(session, key)
        if wish.callback_url:
            add_callback(session, job.owner, job.id, wish.callback_url)
        events.append(session, job.id, "job.created", {"owner": job.owner, "document": document.sha256})
        steps.insert(session, job.id, [NewStep(StepKind.READ)])
        if not parents and wish.run_at is None:
            return new_view(session, job, document, self._settings.agent_timeout_s)
        dependencies.add(session, job.id, parents)
        place(session, job, self._settings.job_timeout_hours * 3600)
        session.expire_all()
        return self._view(session, job.id)

    def _equal(self, session: Session, key: str | None) -> JobView | None:
        found = jobs.equal(session, key) if key else None
        return replace(self._view(session, found), deduplicated=True) if found else None

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
            stored = documents.find(session, wish.document)
            if stored is not None and stored.redacted_at is not None:
                raise Gone(
                    f"Document {wish.document} was redacted: its bytes are gone. Send it again with POST /documents.",
                    details={"document_id": str(wish.document)},
                )
            if stored is None:
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

    def cancel(
        self, job_id: UUID, *, cleanup: bool = False, version: int | None = None, reason: str | None = None
    ) -> JobView:
        """End a live job: its open steps are cancelled, requirements nobody judged are deleted. Commits.

        What is integrated stays, and the report is made of what is left.

        Args:
            job_id: the job.
            cleanup: delete its working data as well; for a job that has ended, that alone is done.
            version: only this one of it; None: any.
            reason: for its event and for the audit log.

        Raises:
            NotFound: there is no such job.
            StaleVersion: it has another version.
            InvalidTransition: the job has ended; the details name its status and what is allowed.
        """
        with self._sessions.begin() as session:
            job = self._lock(session, job_id)
            require_version(job.version, version, f"job {job_id}")
            if not (cleanup and JobStatus(job.status) in TERMINAL):
                job_actions.cancel(session, job, {"reason": reason} if reason else {})
            if cleanup:
                jobs.clean_up(session, job_id)
            session.expire_all()
            view = self._view(session, job_id)
        if cleanup:
            workspace.remove(self._settings.state_dir, job_id)
        return view

    def retry(self, job_id: UUID) -> JobView:
        """Take a failed job up again where it failed: dead steps are opened anew, nothing that is done is repeated.

        It gets a new deadline; requirements that failed with a dead batch are pending again. Commits.

        Raises:
            NotFound: there is no such job.
            InvalidTransition: the job has not failed; the details name its status and what is allowed.
            Conflict: as for `job_actions.retry`.
        """
        with self._sessions.begin() as session:
            job_actions.retry(session, self._lock(session, job_id), self._settings, {})
            session.expire_all()
            return self._view(session, job_id)

    def _lock(self, session: Session, job_id: UUID) -> Job:
        job = jobs.lock(session, job_id)
        if job is None:
            raise no_job(job_id)
        return job

    def get(self, job_id: UUID) -> JobView:
        """A job as it is now.

        Raises:
            NotFound: there is no such job.
        """
        with self._snapshots() as session:
            return self._view(session, job_id)

    def list(self, wanted: JobFilter, at: Paging) -> Page:
        """A page of the jobs that are wanted, in the order that is wanted."""
        with self._snapshots() as session:
            found = jobs.page(session, wanted, at)
            return Page(self._views(session, found.items), found.next_cursor)

    def pending(self, agent: str | None = None, limit: int = 100) -> Sequence[JobView]:
        """Jobs that wait for work: not begun yet; or, with an agent's kind, those with open steps on its queue."""
        wanted = JobFilter(agent=agent) if agent else JobFilter(statuses=(JobStatus.CREATED.value,))
        items: Sequence[JobView] = self.list(wanted, Paging(limit)).items
        return items

    def progress(self, job_id: UUID) -> ProgressView:
        """How far a job is.

        Raises:
            NotFound: there is no such job.
        """
        with self._snapshots() as session:
            return progress_of(session, self._view(session, job_id))

    def _view(self, session: Session, job_id: UUID) -> JobView:
        return view_of(session, job_id, self._settings.agent_timeout_s, self._settings.owner_limit)

    def _views(self, session: Session, rows: Sequence[Any]) -> Sequence[JobView]:
        return views(session, rows, self._settings.agent_timeout_s, self._settings.owner_limit)


def _columns(wish: Submission) -> dict[str, Any]:
    """What a job takes over from the wish as it stands."""
    taken = ("owner", "prompt", "scope", "on_error", "priority", "correlation_id", "stuck_after_minutes", "dry_run")
    names = (*taken, "run_at", "on_parent_failure", "successor_of", "token_budget", "integrate")
    return {name: getattr(wish, name) for name in names} | {"tags": list(wish.tags)}
