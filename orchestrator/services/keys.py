"""API keys as an admin keeps them: make, list, rotate, revoke. Each public method is one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from orchestrator.config import Settings
from orchestrator.domain.access import Role
from orchestrator.domain.api_key import PRESET_NAME, KeyParts, hash_of, joined, make_parts
from orchestrator.errors import Conflict, Invalid, InvalidTransition, NotFound
from orchestrator.services.known_keys import KnownKeys
from orchestrator.storage import accounts, audit, jobs
from orchestrator.storage.engine import SessionFactory
from orchestrator.storage.models import ApiKey
from orchestrator.storage.paging import Page, Paging

MOST_OVERLAP_S = 30 * 86_400
AUDITED = ("name", "owner", "role", "expires_at", "revoked_at", "previous_until")


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that is wanted: what it is called, whose jobs it submits, what it may do, and until when."""

    name: str
    owner: str
    role: Role
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeyView:
    """A stored key; `key` is its plain text where it was made by this call, and only then."""

    row: ApiKey
    state: str
    key: str | None = None


class Keys:
    """What an admin may do with keys. What is changed here is no longer believed by this process's cache."""

    def __init__(self, settings: Settings, sessions: SessionFactory, known: KnownKeys) -> None:
        self._settings = settings
        self._sessions = sessions
        self._known = known

    def list(self, at: Paging) -> Page:
        """A page of `KeyView`, the newest first."""
        with self._sessions() as session:
            found = accounts.page(session, at)
            return Page([KeyView(row.ApiKey, row.state) for row in found.items], found.next_cursor)

    def get(self, key_id: str) -> KeyView:
        """A key without its secret.

        Raises:
            NotFound: there is no such key.
        """
        with self._sessions() as session:
            return _find(session, key_id)

    def create(self, wanted: NewKey, made_by: str) -> KeyView:
        """Make a key and show it, once. Commits.

        Raises:
            Invalid: it would have expired already, or is called like the preset key.
        """
        if wanted.name == PRESET_NAME:
            raise Invalid(f"{PRESET_NAME!r} is kept for the preset key; choose another name.", details=_at("name"))
        parts = make_parts()
        with self._sessions.begin() as session:
            _check_end(session, wanted.expires_at)
            values = {"id": parts.id, "secret_sha256": hash_of(parts.secret), "created_by": made_by}
            given = {"name": wanted.name, "owner": wanted.owner, "role": wanted.role, "expires_at": wanted.expires_at}
            if accounts.add(session, values | given) is None:
                raise Conflict("The new key's random id is taken. Try again.", code="id_taken")
            made = _find(session, parts.id)
            audit.note(session, "key", parts.id, None, _facts(made.row))
        return self._shown(made, parts)

    def rotate(self, key_id: str, overlap_s: float, expires_at: datetime | None = None) -> KeyView:
        """Give a key a new secret and show it, once; the old one works for `overlap_s` seconds more. Commits.

        Args:
            key_id: the key.
            overlap_s: 0 to 30 days; 0 ends the old secret at once.
            expires_at: the key's new end; None keeps the one it has.

        Raises:
            NotFound: there is no such key.
            InvalidTransition: it is revoked or has expired, or it is the preset key.
            Invalid: the end has passed, or the overlap is out of range.
        """
        if not 0 <= overlap_s <= MOST_OVERLAP_S:
            raise Invalid(f"overlap_s must be from 0 to {MOST_OVERLAP_S:,}.", details=_at("overlap_s"))
        parts = KeyParts(key_id, make_parts().secret)
        with self._sessions.begin() as session:
            _check_end(session, expires_at)
            before = _find(session, key_id, locked=True)
            _check_rotates(before)
            facts = _facts(before.row)
            accounts.rotate(session, key_id, hash_of(parts.secret), overlap_s, expires_at)
            view = _find(session, key_id)
            audit.note(session, "key", key_id, facts, _facts(view.row) | {"secret": "new"})
        self._known.forget(key_id)
        return self._shown(view, parts)

    def revoke(self, key_id: str) -> KeyView:
        """Make a key invalid for good; one that is revoked stays so. Commits.

        Other processes of the API may believe it for `key_cache_s` more.

        Raises:
            NotFound: there is no such key.
            Conflict: code `last_admin`: nobody could manage keys any more.
        """
        with self._sessions.begin() as session:
            accounts.lock(session)
            before = _find(session, key_id, locked=True)
            if before.row.role == Role.ADMIN and before.state == "valid" and not accounts.has_admin(session, key_id):
                raise Conflict(
                    f"Key {key_id} is the last valid admin key. Make another one first.",
                    code="last_admin",
                    details={"key_id": key_id},
                )
            facts = _facts(before.row)
            accounts.revoke(session, key_id)
            view = _find(session, key_id)
            audit.note(session, "key", key_id, facts, _facts(view.row))
        self._known.forget(key_id)
        return view

    def _shown(self, view: KeyView, parts: KeyParts) -> KeyView:
        return KeyView(view.row, view.state, joined(self._settings.environment, parts))


def _find(session: Session, key_id: str, *, locked: bool = False) -> KeyView:
    found = accounts.find(session, key_id, locked=locked)
    if found is None:
        raise NotFound(f"There is no key {key_id}. GET /keys lists them.", details={"key_id": key_id})
    return KeyView(found.ApiKey, found.state)


def _check_rotates(view: KeyView) -> None:
    details = {"key_id": view.row.id, "state": view.state}
    if view.state != "valid":
        raise InvalidTransition(f"Key {view.row.id} is {view.state}; make a new one instead.", details=details)
    if view.row.name == PRESET_NAME:
        said = f"Key {view.row.id} is preset by ORCHESTRATOR_ADMIN_KEY; change it there and start again."
        raise InvalidTransition(said, details=details)


def _check_end(session: Session, expires_at: datetime | None) -> None:
    if expires_at is not None and expires_at <= jobs.now(session):
        raise Invalid("expires_at has passed already; choose a later time.", details=_at("expires_at"))


def _at(field: str) -> dict[str, str]:
    return {"pointer": f"/{field}"}


def _facts(row: ApiKey) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in AUDITED}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}
