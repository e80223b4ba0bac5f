"""Jobs: rows, and what is counted about them in one statement for a whole page."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Row,
    Select,
    Text,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    text,
    union,
    update,
)
from sqlalchemy import delete as sql_delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, defer

from orchestrator.domain.job import LIVE
from orchestrator.domain.step import OPEN, StepState
from orchestrator.observability import tracing
from orchestrator.storage import audit, llm, paging
from orchestrator.storage.models import DEDUPLICATED, Document, Job, Requirement, Step
from orchestrator.storage.search import JOB_WORDS, REQUIREMENT_WORDS, has_words

AUDITED = {"status", "priority", "tags", "run_at", "deadline_at", "cleaned_up_at", "version", "token_budget"}
AUDITED |= {"on_parent_failure"}
"""Columns of a job whose changes the audit log shows."""
_RANK_COST = text("interval '1 second'")


def add(session: Session, values: Mapping[str, Any], timeout_hours: float) -> Job | None:
    """Insert a job; None where there is one with its `dedup_key`. Its rank follows the owner's last open job.

    So owners take turns. An insert of the same key that has not committed is waited for.
    """
    rank = func.greatest(func.now(), _last_open_rank(values["owner"]) + _RANK_COST)
    deadline = func.now() + func.make_interval(0, 0, 0, 0, 0, 0, timeout_hours * 3600)
    made_here = {"id": uuid4(), "step_rank": rank, "deadline_at": deadline, "traceparent": tracing.current()}
    statement = insert(Job).values(**made_here, **values)
    once = statement.on_conflict_do_nothing(index_elements=["dedup_key"], index_where=text(DEDUPLICATED))
    job = session.scalars(once.returning(Job)).one_or_none()
    if job is not None:
        made = {"status": job.status, "owner": job.owner, "document_id": str(job.document_id)}
        audit.note(session, "job", job.id, None, made)
    return job


def equal(session: Session, key: str) -> UUID | None:
    """The job of this `dedup_key` that has not failed and is no re-run."""
    return session.scalar(select(Job.id).where(Job.dedup_key == key, text(DEDUPLICATED)))


def _last_open_rank(owner: str) -> ColumnElement[datetime | None]:
    """Looks at the owner's newest job only: one row of an index, however many jobs there are."""
    live = case((Job.status.in_(LIVE), Job.step_rank))
    newest = select(live).where(Job.owner == owner).order_by(Job.created_at.desc(), Job.id.desc()).limit(1)
    return newest.scalar_subquery()


def find(session: Session, job_id: UUID) -> Row[Job, Document, dict[str, Any] | None] | None:
    """A job, its document, and its coverage as numbers: the gaps themselves may be megabytes."""
    numbers = Job.coverage.op("-", return_type=Job.coverage.type)(cast("gaps", Text)).label("coverage")
    return session.execute(_with_document().add_columns(numbers).where(Job.id == job_id)).one_or_none()


def lock(session: Session, job_id: UUID) -> Job | None:
    """A job, locked for a change of status until the end of the transaction; the audit log sees what changes."""
    job = session.scalars(select(Job).where(Job.id == job_id).with_for_update()).one_or_none()
    if job is not None:
        audit.observe(session, "job", job_id, lambda: _facts(session, job_id))
    return job


def _facts(session: Session, job_id: UUID) -> dict[str, Any]:
    """What the audit log compares of a job, ready for JSON; of its context the digest."""
    digest = func.encode(func.sha256(func.convert_to(cast(Job.context, Text), "UTF8")), "hex").label("context_sha256")
    columns = [column for column in Job.__table__.columns if column.key in AUDITED]
    row: Mapping[Any, Any] = session.execute(select(*columns, digest).where(Job.id == job_id)).mappings().one()
    plain = (str, int, float, bool, list, type(None))
    return {name: value if isinstance(value, plain) else str(value) for name, value in sorted(row.items())}


def owner(session: Session, job_id: UUID) -> str | None:
    """Whose job this is; None where there is no such job."""
    return session.scalar(select(Job.owner).where(Job.id == job_id))


def exists(session: Session, job_id: UUID) -> bool:
    """Whether there is such a job."""
    return session.scalar(select(literal(1)).where(Job.id == job_id)) is not None


SORTS: dict[str, tuple[ColumnElement[Any], ...]] = {
    "-created_at": (Job.created_at.desc(), Job.id.desc()),
    "created_at": (Job.created_at.asc(), Job.id.asc()),
    "-priority": (Job.priority.desc(), Job.created_at.desc(), Job.id.desc()),
    "priority": (Job.priority.asc(), Job.created_at.asc(), Job.id.asc()),
}
"""Orders of a list by name; `-` is the largest or newest first. Each ends with the id: no two rows are equal."""


@dataclass(frozen=True, slots=True)
class JobFilter:
    """Which jobs a caller wants; what is empty or None restricts nothing.

    Attributes:
        statuses: any of these.
        agent: `creator` or `validator`: live jobs with open steps on that queue.
        q: words of the prompt, the file name or a requirement, as `storage.search` reads them.
        context: pairs of a path (keys, outermost first) and a value as text, all of which the context has.
        owner: exactly this one.
        visible_to: those of this owner, whatever else is asked for.
        document_id: of this document.
        created_after, created_before: from the first on, and before the second.
        priority: exactly this one.
        tags: all of these.
        sort: one of `SORTS`.
    """

    statuses: tuple[str, ...] = ()
    agent: str | None = None
    q: str | None = None
    owner: str | None = None
    visible_to: str | None = None
    document_id: UUID | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None
    priority: int | None = None
    tags: tuple[str, ...] = ()
    context: tuple[tuple[tuple[str, ...], str], ...] = ()
    sort: str = "-created_at"


def page(session: Session, wanted: JobFilter, at: paging.Paging) -> paging.Page:
    """Jobs and their documents, without their large columns."""
    statement = _with_document().where(*conditions(wanted)).order_by(*SORTS[wanted.sort])
    statement = statement.options(defer(Job.context), defer(Job.brief), defer(Job.statistics))
    return paging.page(session, statement, at, {"jobs": wanted})


def conditions(wanted: JobFilter) -> Iterator[ColumnElement[bool]]:
    """What a filter asks of a job, but for its order."""
    if wanted.statuses:
        yield Job.status.in_(wanted.statuses)
    if wanted.agent is not None:
        yield Job.status.in_(LIVE)
        yield _has_open_steps(wanted.agent)
    if wanted.q is not None:
        yield Job.id.in_(_found_by(wanted.q))
    yield from (_contains(path, value) for path, value in wanted.context)
    if wanted.created_after is not None:
        yield Job.created_at >= wanted.created_after
    if wanted.created_before is not None:
        yield Job.created_at < wanted.created_before
    if wanted.tags:
        yield Job.tags.contains(list(wanted.tags))
    if wanted.visible_to is not None:
        yield Job.owner == wanted.visible_to
    for column in (Job.owner, Job.document_id, Job.priority):
        if (value := getattr(wanted, column.key)) is not None:
            yield column == value


def _found_by(q: str) -> CompoundSelect[UUID]:
    """Ids of jobs with these words. Each half is read from an index of its own, which an OR would prevent."""
    own = select(Job.id).where(has_words(JOB_WORDS, q))
    return union(own, select(Requirement.job_id).where(has_words(REQUIREMENT_WORDS, q)))


def _contains(path: tuple[str, ...], value: str) -> ColumnElement[bool]:
    """Whether the context has this value at this path, as the text that it is or as a number, true or false."""
    return or_(*(Job.context.contains(_nested(path, reading)) for reading in _readings(value)))


def _nested(path: tuple[str, ...], value: Any) -> dict[str, Any]:
    for key in reversed(path):
        value = {key: value}
    return dict(value)


def _readings(value: str) -> Iterator[str | int | float | bool]:
    yield value
    try:
        other = json.loads(value)
    except (ValueError, RecursionError):
        return
    if isinstance(other, bool | int) or (isinstance(other, float) and math.isfinite(other)):
        yield other


def _has_open_steps(queue: str) -> ColumnElement[bool]:
    return (
        select(literal(1))
        .where(Step.job_id == Job.id, Step.blocking, Step.state.in_(OPEN), Step.queue == queue)
        .exists()
    )


def _with_document() -> Select[Job, Document]:
    return select(Job, Document).join(Document, Job.document_id == Document.id).options(defer(Job.coverage))


def note_dropped(session: Session, job_id: UUID, dropped: int) -> None:
    """Write down how many requirements went with the cancel; the caller holds the job's lock."""
    noted = Job.statistics.op("||")(func.jsonb_build_object("cancelled_requirements", dropped))
    session.execute(update(Job).where(Job.id == job_id).values(statistics=noted))


def clean_up(session: Session, job_id: UUID) -> None:
    """Delete what the steps of an ended job worked with: payloads, results, models' answers. The job is locked.

    Document, requirements, reports and events stay, and so does the ledger of the steps.
    """
    work = update(Step).where(Step.job_id == job_id, Step.blocking).values(payload={}, result=None)
    session.execute(work)
    llm.drop_answers(session, job_id)
    done = func.coalesce(Job.cleaned_up_at, func.now())
    session.execute(update(Job).where(Job.id == job_id).values(cleaned_up_at=done))


def delete(session: Session, job_id: UUID) -> None:
    """Delete a job and everything that belongs to it alone; the caller holds the job's lock."""
    session.execute(sql_delete(Job).where(Job.id == job_id))


def now(session: Session) -> datetime:
    """The database's clock: the start of this transaction."""
    return session.scalars(select(func.now())).one()


def open_steps(
    session: Session, job_ids: Iterable[UUID]
) -> Sequence[Row[UUID | None, str, str, str | None, int, datetime | None]]:
    """Open blocking steps of these jobs: job_id, queue, state, hold, how many, and the first time to release one."""
    what = (Step.job_id, Step.queue, Step.state, Step.hold)
    statement = (
        select(*what, func.count().label("count"), func.min(Step.not_before).label("due"))
        .where(Step.job_id.in_(list(job_ids)), Step.blocking, Step.state.in_(OPEN))
        .group_by(*what)
    )
    return session.execute(statement).all()


def step_counts(session: Session, job_id: UUID) -> dict[tuple[str, str], int]:
    """Blocking steps of a job by (kind, state)."""
    statement = (
        select(Step.kind, Step.state, func.count())
        .where(Step.job_id == job_id, Step.blocking)
        .group_by(Step.kind, Step.state)
    )
    return {(kind, state): count for kind, state, count in session.execute(statement)}


def steps(session: Session, job_id: UUID, wanted: paging.Paging) -> paging.Page:
    """The steps of a job in the order in which they were made."""
    statement = select(Step).where(Step.job_id == job_id).order_by(Step.id).options(defer(Step.payload))
    return paging.page(session, statement, wanted, {"steps": job_id})


def queue_position(session: Session, job_id: UUID) -> int | None:
    """Place of the job's next pending step in its queue, 1 being the next to go; None where none is pending."""
    pending = Step.state == StepState.PENDING
    first = (
        select(Step.queue, Step.priority, Step.rank, Step.id)
        .where(Step.job_id == job_id, pending, Step.blocking)
        .order_by(Step.priority.desc(), Step.rank, Step.id)
        .limit(1)
    )
    mine = session.execute(first).one_or_none()
    if mine is None:
        return None
    ahead = (Step.priority > mine.priority) | (
        (Step.priority == mine.priority) & ((Step.rank < mine.rank) | ((Step.rank == mine.rank) & (Step.id < mine.id)))
    )
    counted = select(func.count()).select_from(Step).where(Step.queue == mine.queue, pending, ahead)
    return session.scalars(counted).one() + 1
