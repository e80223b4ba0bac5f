"""Keys of requests that must be done once, each with the answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Row, delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from orchestrator.storage.models import IdempotencyKey

_ROW = (IdempotencyKey.principal, IdempotencyKey.key)


def take(session: Session, principal: str, key: str, fingerprint: str, lifetime: timedelta) -> bool:
    """Insert the key and say whether it was free; one past its time is. Waits while another transaction takes it."""
    fresh: dict[str, Any] = {
        "fingerprint": fingerprint,
        "status": None,
        "headers": None,
        "body": None,
        "created_at": func.now(),
        "expires_at": func.now() + lifetime,
    }
    statement = (
        insert(IdempotencyKey)
        .values(principal=principal, key=key, **fresh)
        .on_conflict_do_update(index_elements=_ROW, set_=fresh, where=IdempotencyKey.expires_at < func.now())
        .returning(IdempotencyKey.key)
    )
    return session.execute(statement).one_or_none() is not None


def find(session: Session, principal: str, key: str) -> Row[Any] | None:
    """Fingerprint and answer of a key: fingerprint, status, headers, body."""
    columns = (IdempotencyKey.fingerprint, IdempotencyKey.status, IdempotencyKey.headers, IdempotencyKey.body)
    return session.execute(select(*columns).where(*_is(principal, key))).one_or_none()


def keep(session: Session, principal: str, key: str, answer: dict[str, Any]) -> None:
    """Store the answer: status, headers, body."""
    session.execute(update(IdempotencyKey).where(*_is(principal, key)).values(**answer))


def prune(session: Session, limit: int) -> int:
    """Delete up to `limit` keys past their time; returns how many."""
    old = select(*_ROW).where(IdempotencyKey.expires_at < func.now()).order_by(IdempotencyKey.expires_at).limit(limit)
    gone = session.execute(delete(IdempotencyKey).where(tuple_(*_ROW).in_(old)))
    return int(gone.rowcount)  # type: ignore[attr-defined]


def _is(principal: str, key: str) -> tuple[Any, ...]:
    return IdempotencyKey.principal == principal, IdempotencyKey.key == key
