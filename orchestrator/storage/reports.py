"""Stored reports, and what a report or a day is counted from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, insert, select, text, update
from sqlalchemy.orm import Session

from orchestrator.storage.models import DocumentText, Report, ReportChunk, RequirementReview, Step

JOB_REPORT = "job"
CHUNK_BYTES = 1_000_000


def put(
    session: Session,
    job_id: UUID | None,
    name: str,
    report_format: str,
    blocks: Iterable[bytes],
    made_at: datetime | None = None,
) -> None:
    """Store a report block by block; one of the same name and format is replaced.

    Args:
        session: in a transaction.
        job_id: whose report it is; None for a day's.
        name: `JOB_REPORT` or the name of the day.
        report_format: of `domain.report.STORED`.
        blocks: its bytes in blocks of any size; never held together.
        made_at: the moment of the database that it shows; else that of the transaction.
    """
    same = (Report.job_id.is_not_distinct_from(job_id), Report.name == name, Report.format == report_format)
    session.execute(delete(Report).where(*same))
    values = {"job_id": job_id, "name": name, "format": report_format, "created_at": made_at or func.now()}
    report_id = session.scalars(insert(Report).values(values).returning(Report.id)).one()
    digest, size = hashlib.sha256(), 0
    for number, data in enumerate(_chunks(blocks)):
        session.execute(insert(ReportChunk).values(report_id=report_id, number=number, data=data))
        digest.update(data)
        size += len(data)
    facts = {"size_bytes": size, "sha256": digest.hexdigest()}
    session.execute(update(Report).where(Report.id == report_id).values(facts))


def _chunks(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in chunks of `CHUNK_BYTES`, the last one shorter."""
    waiting = bytearray()
    for block in blocks:
        waiting += block
        while len(waiting) >= CHUNK_BYTES:
            yield bytes(waiting[:CHUNK_BYTES])
            del waiting[:CHUNK_BYTES]
    if waiting:
        yield bytes(waiting)


def find(session: Session, job_id: UUID | None, name: str, report_format: str) -> Report | None:
    """A stored report without its chunks."""
    same_job = Report.job_id.is_not_distinct_from(job_id)
    statement = select(Report).where(same_job, Report.name == name, Report.format == report_format)
    return session.scalars(statement).one_or_none()


def chunk(session: Session, report_id: int, number: int) -> bytes | None:
    """One chunk of a report, counted from 0; None after the last."""
    statement = select(ReportChunk.data).where(ReportChunk.report_id == report_id, ReportChunk.number == number)
    return session.scalars(statement).one_or_none()


@dataclass(frozen=True, slots=True)
class Making:
    """A step that makes a report, as it stands."""

    state: str
    error: dict[str, Any]
    step_id: int
    given_up_lately: bool


_MAKING = text(
    """
    SELECT s.id AS step_id, s.state, coalesce(s.error, '{}'::jsonb) AS error,
           s.state = 'dead' AND coalesce(s.finished_at, now()) > now() - make_interval(secs => :rest_s)
               AS given_up_lately
    FROM steps s JOIN jobs j ON j.id = s.job_id
    WHERE s.job_id = :job_id AND s.kind = 'report' AND s.created_at >= j.completed_at
      AND (split_part(s.part, '.', 1) = :format OR (:at_end AND s.part !~ '[.]'))
    ORDER BY s.id DESC LIMIT 1
    """
)
_ORDERED = text("SELECT count(*) FROM steps WHERE job_id = :job_id AND kind = 'report' AND part LIKE :format || '.%'")


def making(session: Session, job_id: UUID, report_format: str, *, at_end: bool, rest_s: float) -> Making | None:
    """The newest step for a format of an ended job's report; None where none was inserted since that end.

    Args:
        at_end: whether the step of the job's end makes this format too.
        rest_s: for how long after a step was given up no other one is tried.
    """
    values = {"job_id": job_id, "format": report_format, "at_end": at_end, "rest_s": rest_s}
    row = session.execute(_MAKING, values).mappings().one_or_none()
    return Making(**row) if row else None


def ordered(session: Session, job_id: UUID, report_format: str) -> int:
    """How many steps of a job were inserted for this format alone."""
    return int(session.execute(_ORDERED, {"job_id": job_id, "format": report_format}).scalar_one())


def last_review(session: Session, job_id: UUID) -> datetime | None:
    """When a requirement of the job was reviewed last; None where none was."""
    return session.scalar(select(func.max(RequirementReview.created_at)).where(RequirementReview.job_id == job_id))


def passage(session: Session, text_id: UUID, start: int, count: int) -> str:
    """So many characters of a canonical text from a place on; fewer where it ends."""
    cut = func.substr(DocumentText.text, start + 1, count)
    return str(session.scalars(select(cut).where(DocumentText.id == text_id)).one())


def text_facts(session: Session, text_id: UUID) -> Row[Any] | None:
    """What is known of a document's text, without the text: title, language, reader_version, pages, characters."""
    statement = select(
        DocumentText.title,
        DocumentText.language,
        DocumentText.reader_version,
        func.jsonb_array_length(DocumentText.page_starts).label("pages"),
        func.length(DocumentText.text).label("characters"),
    ).where(DocumentText.id == text_id)
    return session.execute(statement).one_or_none()


def dead_steps(session: Session, job_id: UUID, limit: int) -> Sequence[Step]:
    """Blocking steps that were given up, the oldest first; at most `limit`."""
    statement = select(Step).where(Step.job_id == job_id, Step.state == "dead", Step.blocking)
    return session.scalars(statement.order_by(Step.id).limit(limit)).all()


_ATTEMPTS = text(
    """
    SELECT count(*) AS steps, coalesce(sum(error_count), 0)::int AS errors,
           coalesce(sum(crash_count), 0)::int AS crashes, count(*) FILTER (WHERE state = 'dead') AS dead,
           coalesce(sum(retries), 0)::int AS retries
    FROM steps WHERE job_id = :job_id AND blocking
    """
)


def attempts(session: Session, job_id: UUID) -> dict[str, int]:
    """How the steps of a job went: steps, errors, crashes, dead, retries."""
    return dict(session.execute(_ATTEMPTS, {"job_id": job_id}).mappings().one())


_DAYS = text(
    """
    WITH wanted AS MATERIALIZED (
        SELECT day::date AS day, day AT TIME ZONE 'UTC' AS start, (day + interval '1 day') AT TIME ZONE 'UTC' AS stop
        FROM generate_series(CAST(:last AS timestamp) - make_interval(days => :days - 1), CAST(:last AS timestamp),
                             interval '1 day') AS day
    ), submitted AS MATERIALIZED (
        SELECT id, status, (created_at AT TIME ZONE 'UTC')::date AS day FROM jobs
        WHERE created_at >= (SELECT min(start) FROM wanted) AND created_at < (SELECT max(stop) FROM wanted)
          AND (CAST(:owner AS text) IS NULL OR owner = :owner)
    ), counted AS (
        SELECT day, 'jobs' AS what, status, count(*) AS number FROM submitted GROUP BY day, status
        UNION ALL
        SELECT s.day, 'requirements', r.status, count(*)
        FROM submitted s JOIN requirements r ON r.job_id = s.id GROUP BY s.day, r.status
        UNION ALL
        SELECT (created_at AT TIME ZONE 'UTC')::date, 'documents', 'new', count(*) FROM documents d
        WHERE created_at >= (SELECT min(start) FROM wanted) AND created_at < (SELECT max(stop) FROM wanted)
          AND (CAST(:owner AS text) IS NULL
               OR EXISTS (SELECT FROM jobs j WHERE j.document_id = d.id AND j.owner = :owner))
        GROUP BY 1
    )
    SELECT w.day, c.what, c.status, c.number FROM wanted w LEFT JOIN counted c ON c.day = w.day
    ORDER BY w.day, c.what, c.status
    """
)


@dataclass(frozen=True, slots=True)
class Day:
    """A day (UTC): jobs submitted on it by status, their requirements by status, and documents first seen then."""

    day: date
    jobs: dict[str, int]
    requirements: dict[str, int]
    documents: dict[str, int]

    @property
    def totals(self) -> dict[str, int]:
        """The sums of each."""
        return {name: sum(getattr(self, name).values()) for name in ("jobs", "requirements", "documents")}


def days(session: Session, last: date, count: int, owner: str | None = None) -> Sequence[Day]:
    """The numbers of `count` days, the last one included, the oldest first; a day without any is empty.

    With an `owner`, of its jobs and their documents alone.
    """
    found: dict[date, Day] = {}
    for row in session.execute(_DAYS, {"last": last, "days": count, "owner": owner}):
        day = found.setdefault(row.day, Day(row.day, {}, {}, {"new": 0}))
        if row.what is not None:
            getattr(day, row.what)[row.status] = row.number
    return list(found.values())
