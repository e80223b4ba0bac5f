"""API keys as stored: the public part and the hash of the secret."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Float, Row, case, cast, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from orchestrator.storage import paging
from orchestrator.storage.models import ApiKey

USE_NOTED_S = 60
"""The time of the last use is written at most this often."""
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('orchestrator.admin_key', 0))")


def lock(session: Session) -> None:
    """One process at a time makes the first key, or revokes an admin's."""
    session.execute(_LOCK)


def find_valid(session: Session, key_id: str) -> Row[Any] | None:
    """A key that is neither revoked nor expired: id, owner, role and the two hashes.

    `rest_s` and `previous_rest_s` are the seconds for which it and its secret before the last rotation are still
    valid; None: no end.
    """
    previous = case((ApiKey.previous_until > func.now(), ApiKey.previous_sha256)).label("previous_sha256")
    rests = (_rest(ApiKey.expires_at).label("rest_s"), _rest(ApiKey.previous_until).label("previous_rest_s"))
    columns = (ApiKey.id, ApiKey.owner, ApiKey.role, ApiKey.secret_sha256, previous, *rests)
    return session.execute(select(*columns).where(ApiKey.id == key_id, *_valid())).one_or_none()


def _rest(until: Any) -> ColumnElement[float | None]:
    return cast(func.extract("epoch", until - func.now()), Float)


def has_admin(session: Session, besides: str = "") -> bool:
    """Whether a valid admin key exists, another one than `besides`."""
    admins = select(ApiKey.id).where(ApiKey.role == "admin", ApiKey.id != besides, *_valid())
    return session.scalar(admins.limit(1)) is not None


def put(session: Session, key: ApiKey) -> None:
    """Insert a key; one with the same id takes its new hash and is valid again."""
    values = {"id": key.id, "name": key.name, "owner": key.owner, "role": key.role, "secret_sha256": key.secret_sha256}
    statement = insert(ApiKey).values(values)
    changed = {"name": key.name, "role": key.role, "secret_sha256": key.secret_sha256, "revoked_at": None}
    session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changed))


def revoke_others(session: Session, name: str, key_id: str) -> None:
    """Revoke the keys of this name but one."""
    statement = update(ApiKey).where(ApiKey.name == name, ApiKey.id != key_id, ApiKey.revoked_at.is_(None))
    session.execute(statement.values(revoked_at=func.now()))


def add(session: Session, values: dict[str, Any]) -> ApiKey | None:
    """Insert a key; None where another one has its id."""
    statement = insert(ApiKey).values(values).on_conflict_do_nothing().returning(ApiKey)
    return session.scalars(statement).one_or_none()


STATE = case(
    (ApiKey.revoked_at.is_not(None), "revoked"), (ApiKey.expires_at <= func.now(), "expired"), else_="valid"
).label("state")


def find(session: Session, key_id: str, *, locked: bool = False) -> Row[ApiKey, str] | None:
    """A key and its state, valid or not; `locked` until the end of the transaction."""
    statement = select(ApiKey, STATE).where(ApiKey.id == key_id)
    statement = statement.with_for_update() if locked else statement
    return session.execute(statement, execution_options={"populate_existing": True}).one_or_none()


def page(session: Session, at: paging.Paging) -> paging.Page:
    """A page of (key, state), the newest first."""
    statement = select(ApiKey, STATE).order_by(ApiKey.created_at.desc(), ApiKey.id)
    return paging.page(session, statement, at, {"keys": None})


def rotate(session: Session, key_id: str, secret_sha256: str, overlap_s: float, expires_at: datetime | None) -> None:
    """Give a key a new secret; the old one stays valid for the overlap, the one before it no longer."""
    values: dict[str, Any] = {
        "secret_sha256": secret_sha256,
        "previous_sha256": ApiKey.secret_sha256 if overlap_s else None,
        "previous_until": func.now() + timedelta(seconds=overlap_s) if overlap_s else None,
    }
    if expires_at is not None:
        values["expires_at"] = expires_at
    session.execute(update(ApiKey).where(ApiKey.id == key_id).values(values))


def revoke(session: Session, key_id: str) -> None:
    """Make a key invalid from now on; one that is revoked keeps its time."""
    statement = update(ApiKey).where(ApiKey.id == key_id, ApiKey.revoked_at.is_(None))
    session.execute(statement.values(revoked_at=func.now(), previous_sha256=None, previous_until=None))


def note_uses(session: Session, key_ids: Iterable[str]) -> None:
    """Write down that these keys were used, where that was not done within the minute."""
    stale = ApiKey.last_used_at.is_(None) | (ApiKey.last_used_at < func.now() - timedelta(seconds=USE_NOTED_S))
    session.execute(update(ApiKey).where(ApiKey.id.in_(sorted(key_ids)), stale).values(last_used_at=func.now()))


def _valid() -> tuple[ColumnElement[bool], ...]:
    return (ApiKey.revoked_at.is_(None), (ApiKey.expires_at.is_(None)) | (ApiKey.expires_at > func.now()))
