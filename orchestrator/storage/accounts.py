"""API keys as stored: the public part and the hash of the secret."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from orchestrator.storage.models import ApiKey

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('orchestrator.admin_key', 0))")


def lock(session: Session) -> None:
    """One process at a time makes the first key."""
    session.execute(_LOCK)


def find_valid(session: Session, key_id: str) -> ApiKey | None:
    """A key that is neither revoked nor expired."""
    return session.scalars(select(ApiKey).where(ApiKey.id == key_id, *_valid())).one_or_none()


def has_admin(session: Session) -> bool:
    """Whether a valid admin key exists."""
    return session.scalar(select(ApiKey.id).where(ApiKey.role == "admin", *_valid()).limit(1)) is not None


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


def _valid() -> tuple[ColumnElement[bool], ...]:
    return (ApiKey.revoked_at.is_(None), (ApiKey.expires_at.is_(None)) | (ApiKey.expires_at > func.now()))
