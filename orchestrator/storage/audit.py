"""The audit log as stored.

A call that may change something is announced in `CALL`; the first transaction that commits during it writes its row, so
that there is no change without a row and no row without a change. The chain is put over the rows afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Text, cast, event, func, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from orchestrator.domain.audit import FIRST_HASH, AuditedCall, Link, Outcome, chained
from orchestrator.storage import at_commit, paging
from orchestrator.storage.engine import SessionFactory
from orchestrator.storage.models import AuditEntry

CALL: ContextVar[AuditedCall | None] = ContextVar("audited_call", default=None)
CHANGES = "audit_changes"
OBSERVED = "audit_observed"
MOST_OBSERVED = 100
"""Things compared in one transaction; of more, the row tells the call alone."""
CONTENT = tuple(column for column in AuditEntry.__table__.columns if column.key not in ("position", "hash"))
_of_call = attrgetter("method", "route", "target", "actor", "role", "key_id", "request_id", "address")
_PUT = """
    INSERT INTO audit_log (method, route, target, actor, role, key_id, request_id, address, outcome, http_status, code,
                           number, changes)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
    """
_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended('orchestrator.audit_chain', 0))")


class Answered(NamedTuple):
    """What is known of the answer to a call, and how often it was given."""

    http_status: int | None = None
    code: str | None = None
    number: int = 1


UNANSWERED = Answered()


def note(
    session: Session, kind: str, entity_id: object, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> None:
    """Tell the audit log what this transaction changes: the fields that matter, never a secret."""
    if CALL.get() is not None:
        change = {"kind": kind, "id": str(entity_id), "before": before, "after": after}
        session.info.setdefault(CHANGES, []).append(change)


def observe(session: Session, kind: str, entity_id: object, read: Callable[[], Mapping[str, Any]]) -> None:
    """Let the audit log compare what `read` gives now with what it gives at the commit; what differs is noted."""
    observed = session.info.setdefault(OBSERVED, {})
    if CALL.get() is not None and (kind, entity_id) not in observed and len(observed) < MOST_OBSERVED:
        observed[kind, entity_id] = (read(), read)


def watch(sessions: SessionFactory) -> None:
    """Let every session of this factory write the row of the call that it serves."""
    event.listen(sessions, "before_commit", _write)
    event.listen(sessions, "after_commit", _written)
    event.listen(sessions, "after_rollback", _forget)


def _write(session: Session) -> None:
    call = CALL.get()
    if call is None or session.in_nested_transaction():
        return
    _compare(session)
    changes = session.info.get(CHANGES, ())
    if changes or not call.written:
        put(session, call, Outcome.DONE, changes=changes)


def _compare(session: Session) -> None:
    for (kind, entity_id), (before, read) in session.info.pop(OBSERVED, {}).items():
        after = read()
        names = [name for name in after if before.get(name) != after[name]]
        if not after:
            note(session, kind, entity_id, before, None)
        elif names:
            note(session, kind, entity_id, {name: before.get(name) for name in names}, {n: after[n] for n in names})


def _written(session: Session) -> None:
    call = CALL.get()
    if call is not None:
        call.written = True
    _forget(session)


def _forget(session: Session) -> None:
    session.info.pop(CHANGES, None)
    session.info.pop(OBSERVED, None)


def put(
    session: Session, call: AuditedCall, outcome: Outcome, answer: Answered = UNANSWERED, changes: Sequence[Any] = ()
) -> None:
    """Add a row about this call."""
    told = json.dumps(changes, default=str)
    at_commit.say(session, _PUT, [*_of_call(call), outcome.value, *answer, told])


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which rows are wanted; what is None restricts nothing. `target` is how the path begins."""

    actor: str | None = None
    key_id: str | None = None
    outcome: str | None = None
    method: str | None = None
    target: str | None = None
    request_id: str | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None


def page(session: Session, wanted: AuditFilter, at: paging.Paging) -> paging.Page:
    """A page of rows, the newest first."""
    statement = select(AuditEntry).order_by(AuditEntry.id.desc())
    for column in (AuditEntry.actor, AuditEntry.key_id, AuditEntry.outcome, AuditEntry.method, AuditEntry.request_id):
        if (value := getattr(wanted, column.key)) is not None:
            statement = statement.where(column == value)
    if wanted.target is not None:
        statement = statement.where(AuditEntry.target.startswith(wanted.target, autoescape=True))
    if wanted.created_after is not None:
        statement = statement.where(AuditEntry.at >= wanted.created_after)
    if wanted.created_before is not None:
        statement = statement.where(AuditEntry.at < wanted.created_before)
    return paging.page(session, statement, at, {"audit": wanted})


def chain(session: Session, limit: int) -> int:
    """Put the chain over up to `limit` rows that are not in it yet; returns how many. One session at a time does."""
    if not session.scalar(_LOCK):
        return 0
    waiting = select(*CONTENT).where(AuditEntry.position.is_(None)).order_by(AuditEntry.id).limit(limit)
    rows = session.execute(waiting).mappings().all()
    if rows:
        position, previous = head(session)
        _set_hashes(session, list(_hashes(rows, position, previous)))
    return len(rows)


def _hashes(rows: Iterable[Mapping[Any, Any]], position: int, previous: str) -> Iterable[tuple[int, int, str]]:
    for row in rows:
        position += 1
        previous = chained(previous, position, dict(row))
        yield row["id"], position, previous


def _set_hashes(session: Session, found: Sequence[tuple[int, int, str]]) -> None:
    ids, positions, hashes = (list(column) for column in zip(*found, strict=True))
    new = select(
        func.unnest(cast(ids, ARRAY(BigInteger))).label("id"),
        func.unnest(cast(positions, ARRAY(BigInteger))).label("position"),
        func.unnest(cast(hashes, ARRAY(Text))).label("hash"),
    ).subquery()
    change = update(AuditEntry).where(AuditEntry.id == new.c.id)
    session.execute(
        change.values(position=new.c.position, hash=new.c.hash), execution_options={"synchronize_session": False}
    )


def head(session: Session) -> tuple[int, str]:
    """Position and hash of the last row in the chain; 0 and the first hash where there is none."""
    last = select(AuditEntry.position, AuditEntry.hash).where(AuditEntry.position.is_not(None))
    row = session.execute(last.order_by(AuditEntry.position.desc()).limit(1)).one_or_none()
    return (row.position, row.hash) if row else (0, FIRST_HASH)


def hash_at(session: Session, position: int) -> str | None:
    """The hash stored at a position; None where no row stands there."""
    if position == 0:
        return FIRST_HASH
    return session.scalar(select(AuditEntry.hash).where(AuditEntry.position == position))


def links(session: Session, after: int, limit: int) -> Sequence[Link]:
    """Up to `limit` rows of the chain behind a position, in order."""
    statement = select(*CONTENT, AuditEntry.position, AuditEntry.hash).where(AuditEntry.position > after)
    rows = session.execute(statement.order_by(AuditEntry.position).limit(limit)).mappings()
    found = []
    for row in rows:
        content = dict(row)
        position, stored = content.pop("position"), content.pop("hash")
        found.append(Link(position, content["id"], content, stored))
    return found


def unchained(session: Session) -> int:
    """How many rows are not in the chain yet."""
    waiting = select(func.count()).select_from(AuditEntry).where(AuditEntry.position.is_(None))
    return session.scalar(waiting) or 0
