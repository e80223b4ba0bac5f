"""Reports of jobs and of days: made once when they are final or first asked for, stored, and read back as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from itertools import chain
from tempfile import TemporaryFile
from typing import IO, Any
from uuid import UUID

from sqlalchemy.orm import Session

from orchestrator.config import Settings
from orchestrator.domain import report
from orchestrator.domain.report_text import day_as_text
from orchestrator.domain.step import ENDED, NewStep, StepKind
from orchestrator.errors import Conflict, Invalid, Unavailable
from orchestrator.services.job_view import no_job, progress_of, redacted, views
from orchestrator.services.report_making import blocks_of
from orchestrator.storage import jobs, reports, steps
from orchestrator.storage.engine import SessionFactory, snapshot
from orchestrator.storage.models import Job, Report

MOST_DAYS = 365
REST_S = 600.0
"""After a step was given up, for how long a report is not tried again."""
BLOCK_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class StoredReport:
    """A report on its way out; `chunks` reads as it goes, at most 1 MB at a time."""

    size_bytes: int | None
    sha256: str | None
    media_type: str
    file_name: str
    chunks: Iterator[bytes]


@dataclass(frozen=True, slots=True)
class ReportAnswer:
    """A stored report; or, with `report` None, how far the job is from having one."""

    job_status: str
    report: StoredReport | None = None
    percent: int = 0

    def read(self) -> bytes:
        """All of a small report; nothing where there is none."""
        return b"".join(self.report.chunks) if self.report else b""


class Reporter:
    """Makes reports, and hands out those that are stored."""

    def __init__(self, settings: Settings, sessions: SessionFactory) -> None:
        self._settings = settings
        self._sessions = sessions
        self._snapshots = snapshot(sessions)

    def generate(self, session: Session, job_id: UUID, formats: Sequence[str] = report.AT_END) -> dict[str, Any]:
        """Write the report of a job that has ended in these formats; repeating it replaces what is there.

        Runs in the caller's transaction. Returns {requirements, formats}.

        Raises:
            NotFound: there is no such job.
        """
        total = 0
        for name in formats:
            content, blocks = blocks_of(session, job_id, name)
            total = content.head["summary"]["total"]
            reports.put(session, job_id, reports.JOB_REPORT, name, blocks, content.head["made_at"])
        return {"requirements": total, "formats": list(formats)}

    def make(self, job_id: UUID, part: str) -> Callable[[Session], dict[str, Any]]:
        """Make what a report step is for, from one moment of the database; returns what stores it in a transaction.

        The bytes wait in temporary files meanwhile: no row is locked for as long as it takes to make them.

        Args:
            job_id: a job that has ended.
            part: of the step: `html.1` makes html; without a format it is the step of the job's end.

        Raises:
            NotFound: there is no such job.
        """
        name = part.split(".")[0]
        formats = (name,) if name in report.STORED else report.AT_END
        with self._snapshots() as session:
            made = [self._spooled(session, job_id, each) for each in formats]

        def write(session: Session) -> dict[str, Any]:
            for each, made_at, _, file in made:
                file.seek(0)
                blocks = iter(partial(file.read, BLOCK_BYTES), b"")
                reports.put(session, job_id, reports.JOB_REPORT, each, blocks, made_at)
            return {"requirements": made[0][2], "formats": list(formats)}

        return write

    def _spooled(self, session: Session, job_id: UUID, name: str) -> tuple[str, datetime, int, IO[bytes]]:
        content, blocks = blocks_of(session, job_id, name)
        file = TemporaryFile(prefix="report-")  # noqa: SIM115 - the step's end closes it
        file.writelines(blocks)
        return name, content.head["made_at"], content.head["summary"]["total"], file

    def stored(self, job_id: UUID, report_format: str) -> ReportAnswer:
        """The stored report of a job that has ended, or how far it is; has it made where nobody does. May commit.

        Args:
            job_id: the job.
            report_format: of `domain.report.STORED`.

        Raises:
            NotFound: there is no such job.
            Gone: an audit pack of a job that is redacted: it has the document in it.
            Conflict: code `report_failed`: the step that makes the report was given up.
        """
        with self._snapshots() as session:
            row = jobs.find(session, job_id)
            if row is None:
                raise no_job(job_id)
            job = row.Job
            if job.redacted_at is not None and report_format == report.PACK:
                raise redacted(job)
            final = report.is_final(job.status) and job.completed_at is not None
            if final and (found := self._fresh(session, job, report_format)):
                return ReportAnswer(job.status, _on_its_way_out(job, found, self._chunks(session, found)), 100)
            view = views(session, [row], self._settings.agent_timeout_s)[0]
            percent = progress_of(session, view).percent
        if final:
            self._see_that_it_is_made(job, report_format)
        return ReportAnswer(job.status, percent=percent)

    def _fresh(self, session: Session, job: Job, report_format: str) -> Report | None:
        """The stored report, unless it shows a moment before a retry or a review."""
        found = reports.find(session, job.id, reports.JOB_REPORT, report_format)
        if found is None or job.completed_at is None or found.created_at < job.completed_at:
            return None
        reviewed_at = reports.last_review(session, job.id)
        return found if reviewed_at is None or reviewed_at < found.created_at else None

    def _see_that_it_is_made(self, job: Job, report_format: str) -> None:
        with self._sessions.begin() as session:
            at_end = report_format in report.AT_END
            step = reports.making(session, job.id, report_format, at_end=at_end, rest_s=REST_S)
            if step and step.given_up_lately:
                raise _given_up(job.id, report_format, step)
            # A step that has ended since the look before has left its report: made twice, it would replace itself.
            if step is None or (step.state in ENDED and self._fresh(session, job, report_format) is None):
                # Two at once insert the same part, of which one stays.
                part = f"{report_format}.{reports.ordered(session, job.id, report_format) + 1}"
                steps.insert(session, job.id, [NewStep(StepKind.REPORT, part)])

    def _chunks(self, session: Session, found: Report) -> Iterator[bytes]:
        """The first chunk as this session sees it, so that what fits in one cannot be replaced meanwhile."""
        if found.content is not None:
            return iter([found.content.encode()])
        first = reports.chunk(session, found.id, 0) or b""
        return chain([first], self._later_chunks(found, (found.size_bytes or 0) - len(first)))

    def _later_chunks(self, found: Report, left: int) -> Iterator[bytes]:
        """Each chunk in a transaction of its own: a slow reader holds no connection."""
        number = 1
        while left > 0:
            with self._sessions() as session:
                data = reports.chunk(session, found.id, number)
            if data is None:
                raise Unavailable("The report was replaced while it was read: ask for it again.", code="replaced")
            yield data
            left, number = left - len(data), number + 1

    def daily(self, session: Session, day: date) -> dict[str, Any]:
        """Write the report of a day (UTC): jobs submitted on it, their requirements, new documents. Returns it.

        Runs in the caller's transaction; repeating it replaces what is there.
        """
        (counts,) = reports.days(session, day, 1)
        content = _of_day(counts) | {"made_at": jobs.now(session).isoformat()}
        name = f"daily:{day.isoformat()}"
        reports.put(session, None, name, "json", [f"{report.dump(content)}\n".encode()])
        reports.put(session, None, name, "text", (f"{line}\n".encode() for line in day_as_text(content)))
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


def _on_its_way_out(job: Job, found: Report, chunks: Iterator[bytes]) -> StoredReport:
    name = "audit-pack" if found.format == report.PACK else "report"
    file_name = f"{name}-{job.id}.{report.EXTENSIONS[found.format]}"
    return StoredReport(found.size_bytes, found.sha256, report.STORED[found.format], file_name, chunks)


def _given_up(job_id: UUID, report_format: str, step: reports.Making) -> Conflict:
    what = "audit pack" if report_format == report.PACK else f"report ({report_format})"
    return Conflict(
        f"The {what} of job {job_id} could not be made: {step.error.get('message', 'no reason is known')}. "
        f"It is tried again when it is asked for after {REST_S / 60:.0f} minutes. "
        "The requirements themselves are at /requirements.",
        code="report_failed",
        details={"job_id": str(job_id), "step_id": step.step_id},
    )
