"""A finished job as data: taken out of one database, put into another one without running anything.

`{job, text, steps, events, requirements}`, each a row or a list of rows as JSON; times are RFC 3339 texts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Table, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from orchestrator.storage import documents
from orchestrator.storage.models import Base, DocumentText, Job, JobEvent, Requirement, Step

Recorded = Mapping[str, Any]
LISTS: dict[str, tuple[type[Base], str]] = {
    "steps": (Step, "id"),
    "events": (JobEvent, "seq"),
    "requirements": (Requirement, "id"),
}
"""The lists, and by what each is ordered."""
# Held on the machine that ran it, or given anew by the database that it is put into.
_LEFT_OUT = {
    "text": {"id", "document_id"},
    "steps": {"lease_owner", "lease_until"},
    "requirements": {"id"},
    "events": {"xid"},
}
_AHEAD = {"deadline_at", "lease_until", "not_before"}


def record(session: Session, job_id: UUID) -> dict[str, Any]:
    """A job with everything that hangs on it, but for its document, its reports and the graph."""
    job = session.get_one(Job, job_id)
    content: dict[str, Any] = {
        "job": _plain(job, {"document_id", "document_text_id"}),
        "text": _plain(session.get_one(DocumentText, job.document_text_id), _LEFT_OUT["text"]),
    }
    for name, (model, order) in LISTS.items():
        columns = model.__table__.c
        rows = session.scalars(select(model).where(columns.job_id == job_id).order_by(columns[order]))
        content[name] = [_plain(row, _LEFT_OUT.get(name, set())) for row in rows]
    return content


def put(session: Session, recorded: Recorded, document: bytes) -> bool:
    """Insert a recorded job, its times moved so that its last one is now. Returns False where it is there already.

    The steps and requirements get new ids; the ids of steps in events follow.
    """
    moved = _moved(session, recorded)
    job = _row(Job, recorded["job"], moved)
    if session.get(Job, job["id"]) is not None:
        return False
    job["document_id"] = documents.store(session, document).id
    job["document_text_id"] = _text(session, job["document_id"], _row(DocumentText, recorded["text"], moved))
    added = upsert(Job).values(job).on_conflict_do_nothing(index_elements=[Job.id]).returning(Job.id)
    if session.scalar(added) is None:
        return False  # another process was faster
    numbers = _steps(session, [_row(Step, row, moved) for row in recorded["steps"]])
    events = [_row(JobEvent, row, moved) for row in recorded["events"]]
    for event in events:
        if "step_id" in event["data"]:
            event["data"] = event["data"] | {"step_id": numbers[event["data"]["step_id"]]}
    _insert(session, JobEvent, events)
    _insert(session, Requirement, [_row(Requirement, row, moved) for row in recorded["requirements"]])
    return True


def _text(session: Session, document_id: UUID, row: dict[str, Any]) -> UUID:
    """The id of the document's text, which a job of the user's may have stored already."""
    session.execute(upsert(DocumentText).values(document_id=document_id, **row).on_conflict_do_nothing())
    known = (DocumentText.reader_version == row["reader_version"], DocumentText.media_type == row["media_type"])
    return session.scalars(select(DocumentText.id).where(DocumentText.document_id == document_id, *known)).one()


def _steps(session: Session, rows: Iterable[dict[str, Any]]) -> dict[int, int]:
    """Insert steps one by one and return their new ids by the recorded ones."""
    numbers = {}
    for row in rows:
        recorded_id = row.pop("id")
        numbers[recorded_id] = session.scalars(insert(Step).values(row).returning(Step.id)).one()
    return numbers


def _insert(session: Session, model: type[Base], rows: list[dict[str, Any]]) -> None:
    if rows:
        session.execute(insert(model), rows)


def _moved(session: Session, recorded: Recorded) -> Callable[[datetime], datetime]:
    lists = [row for name in LISTS for row in recorded[name]]
    times = [
        datetime.fromisoformat(value)
        for row in [recorded["job"], *lists]
        for name, value in row.items()
        if name.endswith("_at") and name not in _AHEAD and value
    ]
    delta: timedelta = session.scalars(select(func.now())).one() - max(times)
    return lambda time: time + delta


def _row(model: type[Base], values: Mapping[str, Any], moved: Callable[[datetime], datetime]) -> dict[str, Any]:
    """Values of JSON as those of the table's columns; a column that is no more is left out."""
    table: Table = model.__table__  # type: ignore[assignment]
    return {
        name: _value(table.c[name].type.python_type, value, moved) for name, value in values.items() if name in table.c
    }


def _value(kind: type, value: Any, moved: Callable[[datetime], datetime]) -> Any:
    if value is not None and kind is datetime:
        return moved(datetime.fromisoformat(value))
    return UUID(value) if value is not None and kind is UUID else value


def _plain(row: Base, without: set[str]) -> dict[str, Any]:
    values = {column.key: getattr(row, column.key) for column in row.__table__.columns if column.key not in without}
    return {name: _json(value) for name, value in values.items()}


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
