"""What a report is made of, read from one moment of the database as it is written."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from orchestrator.domain import report
from orchestrator.report_formats import RENDERERS, Content, Mark, pack
from orchestrator.services.job_view import no_job
from orchestrator.storage import documents, jobs, llm, reports, requirements
from orchestrator.storage.models import Document, Job, Requirement

FAILURES_SHOWN = 50
ANSWERS_SHOWN = 10
WINDOW_CHARACTERS = 250_000
WINDOWS = 16
"""Together at most 4 million characters of a text are held."""


def blocks_of(session: Session, job_id: UUID, report_format: str) -> tuple[Content, Iterator[bytes]]:
    """A job's report in a format of `domain.report.STORED`: what it is made of, and its bytes as they are asked for.

    Raises:
        NotFound: there is no such job.
    """
    row = jobs.find(session, job_id)
    if row is None:
        raise no_job(job_id)
    content = _content(session, row.Job, row.Document)
    if report_format != report.PACK:
        return content, RENDERERS[report_format](content)
    versions = {"orchestrator": version("requirement-orchestrator")}
    if reader := content.head["document"].get("reader_version"):
        versions["reader"] = str(reader)
    document_id = row.Document.id
    return content, pack.render(content, lambda: documents.stream(session, document_id), versions)


def _content(session: Session, job: Job, document: Document) -> Content:
    job_id, text_id = job.id, job.document_text_id
    head = report.head(_source(session, job, document))
    characters = head["document"].get("characters") or 0

    def rows(statuses: Sequence[str] = ()) -> Iterable[Requirement]:
        return requirements.stream(session, job_id, statuses)

    def marks() -> Iterator[Mark]:
        return (Mark(row.start, row.end, row.rid, row.seq) for row in requirements.spans(session, job_id))

    return Content(head, rows, _Passages(session, text_id, characters).between, characters, marks)


def _source(session: Session, job: Job, document: Document) -> report.ReportSource:
    facts: dict[str, Any] = {"sha256": document.sha256, "size_bytes": document.size_bytes}
    if job.document_text_id and (known := reports.text_facts(session, job.document_text_id)):
        facts |= known._asdict()
    return report.ReportSource(
        job=job,
        document=facts,
        counts=requirements.breakdown(session, job.id),
        made_at=jobs.now(session),
        failures=tuple(_failures(session, job.id)),
        most_relevant=tuple(requirements.most_relevant(session, job.id, ANSWERS_SHOWN)),
        shown=requirements.summaries(session, [job.id])[job.id],
        citations=requirements.citation_counts(session, job.id),
        attempts=reports.attempts(session, job.id),
        models=llm.use(session, job.id),
    )


def _failures(session: Session, job_id: UUID) -> Iterator[dict[str, Any]]:
    for step in reports.dead_steps(session, job_id, FAILURES_SHOWN):
        error = step.error or {}
        code, message = error.get("code", "error"), error.get("message", "")
        yield {"kind": step.kind, "part": step.part, "code": code, "message": message}


class _Passages:
    """A canonical text in windows, of which the ones used last are held: it may be longer than what fits."""

    def __init__(self, session: Session, text_id: UUID | None, characters: int) -> None:
        self._session = session
        self._text_id = text_id
        self._characters = characters
        self._held: OrderedDict[int, str] = OrderedDict()

    def between(self, start: int, end: int) -> str:
        """`text[start:end]`, as far as there is text."""
        end = min(end, self._characters)
        if self._text_id is None or start >= end:
            return ""
        first, last = start // WINDOW_CHARACTERS, (end - 1) // WINDOW_CHARACTERS
        text = "".join(self._window(number) for number in range(first, last + 1))
        return text[start - first * WINDOW_CHARACTERS : end - first * WINDOW_CHARACTERS]

    def _window(self, number: int) -> str:
        if number not in self._held:
            assert self._text_id is not None  # noqa: S101 - `between` has looked
            start = number * WINDOW_CHARACTERS
            self._held[number] = reports.passage(self._session, self._text_id, start, WINDOW_CHARACTERS)
            if len(self._held) > WINDOWS:
                self._held.popitem(last=False)
        self._held.move_to_end(number)
        return self._held[number]
