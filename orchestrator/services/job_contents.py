"""What belongs to a job, page by page: steps, events, requirements, coverage, the document. Reads only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from orchestrator.config import Settings
from orchestrator.errors import NotFound
from orchestrator.services.job_view import redacted, require, view_of
from orchestrator.storage import coverage, documents, events, jobs, requirements
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


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a document's duties is cited.

    `numbers` is None as long as the creator has not merged; `gaps` is a page of {quote, start, end, page, locator,
    section}.
    """

    job_id: UUID
    numbers: dict[str, Any] | None
    gaps: Page


class JobContents:
    """Every method raises NotFound where there is no such job."""

    def __init__(self, settings: Settings, sessions: SessionFactory) -> None:
        self._settings = settings
        self._sessions = sessions

    def steps(self, job_id: UUID, at: Paging) -> Page:
        """A page of a job's steps, the oldest first."""
        with self._sessions() as session:
            require(session, job_id)
            found = jobs.steps(session, job_id, at)
            return Page([row.Step for row in found.items], found.next_cursor)

    def events(self, job_id: UUID, at: Paging) -> Page:
        """A page of a job's timeline, the oldest first."""
        with self._sessions() as session:
            require(session, job_id)
            found = events.page(session, job_id, at)
            return Page([row.JobEvent for row in found.items], found.next_cursor)

    def requirements(self, job_id: UUID, wanted: RequirementFilter, at: Paging) -> Page:
        """A page of (requirement, shown status) in the order of the document."""
        with self._sessions() as session:
            numbered = view_of(session, job_id, self._settings.agent_timeout_s).job.creator_status == "completed"
            return requirements.page(session, job_id, wanted, at, numbered=numbered)

    def requirement(self, job_id: UUID, rid: str) -> Row[Requirement, str]:
        """One requirement and its shown status.

        Raises:
            NotFound: also where the job has no such requirement.
        """
        with self._sessions() as session:
            require(session, job_id)
            found = requirements.find(session, job_id, rid)
        if found is None:
            raise NotFound(f"Job {job_id} has no requirement {rid}.", details={"job_id": str(job_id), "rid": rid})
        return found

    def coverage(self, job_id: UUID, at: Paging) -> Coverage:
        """Numbers, and a page of the sentences with duty words that no requirement cites."""
        with self._sessions() as session:
            numbers = view_of(session, job_id, self._settings.agent_timeout_s).coverage
            return Coverage(job_id, numbers, coverage.gaps(session, job_id, at))

    def document(self, job_id: UUID) -> StoredFile:
        """The bytes of a job's document.

        Raises:
            Gone: the job is redacted.
        """
        with self._sessions() as session:
            view = view_of(session, job_id, self._settings.agent_timeout_s)
        if view.job.redacted_at is not None:
            raise redacted(view.job)
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
