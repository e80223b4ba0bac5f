"""Stored reports, and what a report or a day is counted from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from orchestrator.storage.models import DocumentText, Report, Step

JOB_REPORT = "job"


def put(session: Session, job_id: UUID | None, name: str, report_format: str, content: str) -> None:
    """Store a report; one of the same name and format is replaced."""
    values = {"job_id": job_id, "name": name, "format": report_format, "content": content}
    statement = insert(Report).values(values)
    changed = {"content": statement.excluded.content, "created_at": func.now()}
    session.execute(statement.on_conflict_do_update(index_elements=["job_id", "name", "format"], set_=changed))


def find(session: Session, job_id: UUID | None, name: str, report_format: str) -> Report | None:
    """A stored report."""
    same_job = Report.job_id.is_not_distinct_from(job_id)
    statement = select(Report).where(same_job, Report.name == name, Report.format == report_format)
    return session.scalars(statement).one_or_none()


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
    ), counted AS (
        SELECT day, 'jobs' AS what, status, count(*) AS number FROM submitted GROUP BY day, status
        UNION ALL
        SELECT s.day, 'requirements', r.status, count(*)
        FROM submitted s JOIN requirements r ON r.job_id = s.id GROUP BY s.day, r.status
        UNION ALL
        SELECT (created_at AT TIME ZONE 'UTC')::date, 'documents', 'new', count(*) FROM documents
        WHERE created_at >= (SELECT min(start) FROM wanted) AND created_at < (SELECT max(stop) FROM wanted)
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


def days(session: Session, last: date, count: int) -> Sequence[Day]:
    """The numbers of `count` days, the last one included, the oldest first; a day without any is empty."""
    found: dict[date, Day] = {}
    for row in session.execute(_DAYS, {"last": last, "days": count}):
        day = found.setdefault(row.day, Day(row.day, {}, {}, {"new": 0}))
        if row.what is not None:
            getattr(day, row.what)[row.status] = row.number
    return list(found.values())
