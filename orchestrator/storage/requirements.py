"""Requirements: pages, counts and the stream that a report is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Select,
    case,
    column,
    delete,
    exists,
    func,
    select,
    table,
    text,
    type_coerce,
)
from sqlalchemy.orm import Session

from orchestrator.domain.requirement import RequirementStatus
from orchestrator.storage import paging
from orchestrator.storage.models import Requirement, Step
from orchestrator.storage.search import REQUIREMENT_WORDS, has_words

COUNTED = ("total", "pending", "validating", "integrated", "rejected", "failed")
"""Columns of the view `job_summary`."""

_SUMMARY = table("job_summary", column("job_id"), *(column(name) for name in COUNTED))
_STREAM_ROWS = 500


@dataclass(frozen=True, slots=True)
class RequirementFilter:
    """What a caller wants to see; empty and None mean everything.

    `statuses` may name `validating`; `locator` is how a place begins; `q` are words of the name or the text.
    """

    statuses: tuple[str, ...] = ()
    modalities: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    priorities: tuple[str, ...] = ()
    gobd: bool | None = None
    gdpr: bool | None = None
    min_confidence: float | None = None
    locator: str | None = None
    q: str | None = None


def summaries(session: Session, job_ids: Iterable[UUID]) -> dict[UUID, dict[str, int]]:
    """Requirement counts of jobs by shown status, from the view `job_summary`; every job has an entry."""
    wanted = list(job_ids)
    empty = {job_id: dict.fromkeys(COUNTED, 0) for job_id in wanted}
    rows = session.execute(select(_SUMMARY).where(_SUMMARY.c.job_id.in_(wanted)))
    return empty | {row.job_id: {name: getattr(row, name) for name in COUNTED} for row in rows}


def page(
    session: Session, job_id: UUID, wanted: RequirementFilter, at: paging.Paging, *, numbered: bool
) -> paging.Page:
    """Rows (requirement, shown status) of a job in the order of the document; before the merge in that of finding.

    Args:
        numbered: whether the merge has numbered the requirements.
    """
    # The coercion changes no SQL: it keeps sqlakeyset from warning of nulls, which are left out below.
    order = (type_coerce(Requirement.seq, BigInteger), Requirement.id) if numbered else (Requirement.id,)
    statement = _shown(job_id).where(*_conditions(wanted)).order_by(*order)
    if numbered:
        statement = statement.where(Requirement.seq.is_not(None))
    return paging.page(session, statement, at, {"requirements": job_id, "filter": wanted, "numbered": numbered})


def find(session: Session, job_id: UUID, rid: str) -> Row[Requirement, str] | None:
    """One requirement and its shown status, as in a page."""
    return session.execute(_shown(job_id).where(Requirement.rid == rid)).one_or_none()


def stream(session: Session, job_id: UUID, statuses: Sequence[str] = ()) -> Iterator[Requirement]:
    """Requirements of a job in the order of the document, a few hundred at a time; of all statuses if none is named."""
    statement = select(Requirement).where(Requirement.job_id == job_id)
    if statuses:
        statement = statement.where(Requirement.status.in_(statuses))
    ordered = statement.order_by(Requirement.seq.nulls_last(), Requirement.id)
    yield from session.scalars(ordered.execution_options(yield_per=_STREAM_ROWS))


_SPANS = text(
    """
    SELECT c.start, c."end", r.rid, r.seq
    FROM requirements r, jsonb_to_recordset(r.citations) AS c(start bigint, "end" bigint)
    WHERE r.job_id = :job_id ORDER BY c.start, r.seq NULLS LAST, r.id
    """
)


def spans(session: Session, job_id: UUID) -> Iterator[Row[Any]]:
    """All citations of a job by where they start, a few hundred at a time: (start, end, rid, seq)."""
    yield from session.execute(_SPANS, {"job_id": job_id}, execution_options={"yield_per": _STREAM_ROWS})


def most_relevant(session: Session, job_id: UUID, limit: int) -> Sequence[Requirement]:
    """Requirements that answer the prompt's words, the best first; at most `limit`, rejected ones left out."""
    statement = (
        select(Requirement)
        .where(Requirement.job_id == job_id, Requirement.relevance > 0, Requirement.status != "rejected")
        .order_by(Requirement.relevance.desc(), Requirement.seq)
        .limit(limit)
    )
    return session.scalars(statement).all()


def refused(session: Session, job_id: UUID, limit: int) -> Sequence[Requirement]:
    """Rejected and failed requirements of a job in the order of the document; at most `limit`."""
    statement = select(Requirement).where(
        Requirement.job_id == job_id, Requirement.status.in_((RequirementStatus.REJECTED, RequirementStatus.FAILED))
    )
    return session.scalars(statement.order_by(Requirement.seq.nulls_last(), Requirement.id).limit(limit)).all()


def by_locator(session: Session, job_id: UUID, limit: int) -> Sequence[Row[Any]]:
    """Counts of a job's requirements by place, in the order of the document: {locator, total, pending, ...}."""
    place = Requirement.source_location["locator"].astext.label("locator")
    counts = [
        func.count().filter(Requirement.status == status.value).label(status.value) for status in RequirementStatus
    ]
    statement = (
        select(place, func.count().label("total"), *counts)
        .where(Requirement.job_id == job_id)
        .group_by(place)
        .order_by(func.min(Requirement.seq).nulls_last(), place)
        .limit(limit)
    )
    return session.execute(statement).all()


_CITATIONS = text(
    """
    SELECT count(DISTINCT r.id) AS requirements, count(*) AS citations,
           count(*) FILTER (WHERE c.match = 'exact') AS exact, count(*) FILTER (WHERE c.match = 'repaired') AS repaired,
           count(DISTINCT r.id) FILTER (WHERE jsonb_array_length(r.citations) > 1) AS several,
           count(DISTINCT c.page) AS pages, count(DISTINCT nullif(c.locator, '')) AS locators
    FROM requirements r, jsonb_to_recordset(r.citations) AS c(match text, page bigint, locator text)
    WHERE r.job_id = :job_id
    """
)


def citation_counts(session: Session, job_id: UUID) -> dict[str, int]:
    """What a job's requirements cite: requirements, citations, exact, repaired, several (in one), pages, locators."""
    return dict(session.execute(_CITATIONS, {"job_id": job_id}).mappings().one())


BREAKDOWNS = ("status", "modality", "requirement_type", "priority", "is_gobd_relevant", "is_gdpr_relevant")


def breakdown(session: Session, job_id: UUID) -> dict[str, dict[str | bool | None, int]]:
    """How many requirements of a job have which value, for each of `BREAKDOWNS`, in one statement."""
    columns = [getattr(Requirement, name) for name in BREAKDOWNS]
    sets = func.grouping_sets(*columns)
    statement = (
        select(*columns, func.grouping(*columns).label("grouped"), func.count().label("count"))
        .where(Requirement.job_id == job_id)
        .group_by(sets)
    )
    counts: dict[str, dict[str | bool | None, int]] = {name: {} for name in BREAKDOWNS}
    for row in session.execute(statement).mappings():
        name = _grouped_by(row["grouped"])
        counts[name][row[name]] = row["count"]
    return counts


def _grouped_by(bits: int) -> str:
    """GROUPING() sets a bit for each column that is not grouped by, the last column being the lowest."""
    width = len(BREAKDOWNS)
    return next(name for place, name in enumerate(BREAKDOWNS) if not bits >> (width - 1 - place) & 1)


def drop_pending(session: Session, job_id: UUID) -> int:
    """Delete the requirements that nobody has judged; returns how many."""
    statement = delete(Requirement).where(Requirement.job_id == job_id, Requirement.status == "pending")
    return len(session.execute(statement.returning(Requirement.id)).all())


def _shown(job_id: UUID) -> Select[Requirement, str]:
    return select(Requirement, _shown_status().label("shown")).where(Requirement.job_id == job_id)


def _shown_status() -> ColumnElement[str]:
    """`validating` is never stored: it is pending, and its batch is running."""
    running = exists().where(
        Step.job_id == Requirement.job_id,
        Step.kind == "validate",
        Step.part == Requirement.validate_part,
        Step.state == "running",
    )
    return case(((Requirement.status == "pending") & running, "validating"), else_=Requirement.status)


def _conditions(wanted: RequirementFilter) -> Iterator[ColumnElement[bool]]:
    listed: Mapping[Any, tuple[str, ...]] = {
        _shown_status(): wanted.statuses,
        Requirement.modality: wanted.modalities,
        Requirement.requirement_type: wanted.types,
        Requirement.priority: wanted.priorities,
    }
    yield from (source.in_(values) for source, values in listed.items() if values)
    said = {Requirement.is_gobd_relevant: wanted.gobd, Requirement.is_gdpr_relevant: wanted.gdpr}
    yield from (column.is_(value) for column, value in said.items() if value is not None)
    if wanted.min_confidence is not None:
        yield Requirement.confidence_score >= wanted.min_confidence
    if wanted.locator is not None:
        yield Requirement.source_location["locator"].astext.startswith(wanted.locator, autoescape=True)
    if wanted.q is not None:
        yield has_words(REQUIREMENT_WORDS, wanted.q)
