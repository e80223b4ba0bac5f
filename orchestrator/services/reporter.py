"""Reports of jobs and of days: made once when they are final, stored, and read back as they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from orchestrator.config import Settings
from orchestrator.domain import report
from orchestrator.domain.report_text import as_text, day_as_text
from orchestrator.domain.step import StepState
from orchestrator.errors import Conflict, Invalid
from orchestrator.services.job_view import no_job, progress_of, views
from orchestrator.storage import jobs, reports, requirements
from orchestrator.storage.engine import SessionFactory, snapshot
from orchestrator.storage.models import Document, Job, Requirement

FAILURES_SHOWN = 50
ANSWERS_SHOWN = 10
MOST_DAYS = 365


@dataclass(frozen=True, slots=True)
class ReportAnswer:
    """A stored report; or, with `content` None, how far the job is from having one."""

    job_status: str
    content: str | None = None
    media_type: str = ""
    percent: int = 0


class Reporter:
    """Makes reports, and hands out those that are stored."""

    def __init__(self, settings: Settings, sessions: SessionFactory) -> None:
        self._settings = settings
        self._sessions = sessions
        self._snapshots = snapshot(sessions)

    def generate(self, session: Session, job_id: UUID) -> dict[str, Any]:
        """Write the report of a job that has ended, in every format; repeating it replaces what is there.

        Runs in the caller's transaction. Returns {requirements, formats}.

        Raises:
            NotFound: there is no such job.
        """
        row = jobs.find(session, job_id)
        if row is None:
            raise no_job(job_id)
        content = report.head(self._source(session, row.Job, row.Document))

        def rows(statuses: Sequence[str] = ()) -> Iterable[Requirement]:
            return requirements.stream(session, job_id, statuses)

        lines = as_text(content, rows)
        reports.put(session, job_id, reports.JOB_REPORT, "text", "".join(f"{line}\n" for line in lines))
        reports.put(session, job_id, reports.JOB_REPORT, "json", "".join(report.as_json(content, rows())))
        return {"requirements": content["summary"]["total"], "formats": list(report.FORMATS)}

    def _source(self, session: Session, job: Job, document: Document) -> report.ReportSource:
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
        )

    def stored(self, job_id: UUID, report_format: str) -> ReportAnswer:
        """The stored report of a job that has ended, or how far it is.

        Raises:
            NotFound: there is no such job.
            Conflict: code `report_failed`: the step that makes the report was given up.
        """
        with self._snapshots() as session:
            row = jobs.find(session, job_id)
            if row is None:
                raise no_job(job_id)
            job = row.Job
            found = reports.find(session, job_id, reports.JOB_REPORT, report_format)
            # A report from before a retry is not the report of this end.
            if found and job.completed_at and report.is_final(job.status) and found.created_at >= job.completed_at:
                return ReportAnswer(job.status, found.content, report.FORMATS[report_format], 100)
            if report.is_final(job.status):
                _check_not_given_up(session, job_id)
            view = views(session, [row], self._settings.agent_timeout_s)[0]
            return ReportAnswer(job.status, percent=progress_of(session, view).percent)

    def daily(self, session: Session, day: date) -> dict[str, Any]:
        """Write the report of a day (UTC): jobs submitted on it, their requirements, new documents. Returns it.

        Runs in the caller's transaction; repeating it replaces what is there.
        """
        (counts,) = reports.days(session, day, 1)
        content = _of_day(counts) | {"made_at": jobs.now(session).isoformat()}
        name = f"daily:{day.isoformat()}"
        reports.put(session, None, name, "json", report.dump(content) + "\n")
        reports.put(session, None, name, "text", "".join(f"{line}\n" for line in day_as_text(content)))
        return content

    def days(self, count: int, owner: str | None = None) -> list[dict[str, Any]]:
        """The numbers of the last `count` days (UTC), today included, the oldest first, as the rows are now.

        With an `owner`, of its jobs alone.

        Raises:
            Invalid: `count` is not from 1 to 365.
        """
        if not 1 <= count <= MOST_DAYS:
            raise Invalid(f"days must be from 1 to {MOST_DAYS}, not {count}.", details={"parameter": "days"})
        with self._snapshots() as session:
            today = jobs.now(session).astimezone(UTC).date()
            return [_of_day(day) for day in reports.days(session, today, count, owner)]


def _of_day(day: reports.Day) -> dict[str, Any]:
    counts = {"jobs": day.jobs, "requirements": day.requirements, "documents": day.documents}
    return {"day": day.day.isoformat(), "totals": day.totals} | counts


def _failures(session: Session, job_id: UUID) -> Iterator[dict[str, Any]]:
    for step in reports.dead_steps(session, job_id, FAILURES_SHOWN):
        error = step.error or {}
        code, message = error.get("code", "error"), error.get("message", "")
        yield {"kind": step.kind, "part": step.part, "code": code, "message": message}


def _check_not_given_up(session: Session, job_id: UUID) -> None:
    step = jobs.report_step(session, job_id)
    if step is not None and step.state == StepState.DEAD:
        error = step.error or {}
        raise Conflict(
            f"The report of job {job_id} could not be made: {error.get('message', 'no reason is known')}. "
            "The requirements themselves are at /requirements.",
            code="report_failed",
            details={"job_id": str(job_id), "step_id": step.id},
        )
