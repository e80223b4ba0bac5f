"""Who calls: the principal behind a key or a token. See docs/security.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Row
from sqlalchemy.orm import Session

from orchestrator.config import Settings
from orchestrator.domain.access import Principal, Role
from orchestrator.domain.api_key import (
    PRESET_NAME,
    PRESET_PATTERN,
    KeyParts,
    hash_of,
    joined,
    looks_like_token,
    looks_random,
    make_parts,
    matches,
    split,
)
from orchestrator.domain.audit import AuditedCall, Outcome
from orchestrator.errors import ConfigError, Denied
from orchestrator.services.known_keys import KnownKeys
from orchestrator.storage import accounts, audit
from orchestrator.storage.engine import SessionFactory, autocommit
from orchestrator.storage.models import ApiKey

if TYPE_CHECKING:
    from orchestrator.services.tokens import Tokens


class Accounts:
    """Tells whose a key is, and sees that an admin has one."""

    def __init__(self, settings: Settings, sessions: SessionFactory) -> None:
        self._settings = settings
        self._sessions = sessions
        self._single = autocommit(sessions)
        self._tokens = _tokens(settings) if settings.jwt_issuer else None
        self.known = KnownKeys(settings.key_cache_s)

    def ensure_admin_key(self, preset: str | None = None) -> str | None:
        """See that an admin key exists. Commits.

        Args:
            preset: exactly this key shall work; it takes the place of the preset before it. Other keys stay valid.

        Returns:
            The key in plain text where one was made now, the only time that it can be seen; None otherwise.

        Raises:
            ConfigError: the preset is too short or holds characters that no header can carry.
        """
        if preset is not None and not PRESET_PATTERN.fullmatch(preset):
            raise ConfigError(
                "ORCHESTRATOR_ADMIN_KEY must be 16 to 200 visible ASCII characters without spaces. "
                "Make one with: python -c 'import secrets; print(secrets.token_urlsafe(32))'"
            )
        with self._sessions.begin() as session:
            accounts.lock(session)
            if preset is not None:
                self._put_preset(session, split(preset))
                return None
            if accounts.has_admin(session):
                return None
            parts = make_parts()
            accounts.put(session, _row(parts, "first admin key"))
            _note(session, parts.id, "first admin key")
        return joined(self._settings.environment, parts)

    def _put_preset(self, session: Session, parts: KeyParts) -> None:
        known = accounts.find_valid(session, parts.id)
        accounts.put(session, _row(parts, PRESET_NAME))
        accounts.revoke_others(session, PRESET_NAME, parts.id)
        if known is None or known.secret_sha256 != hash_of(parts.secret):
            _note(session, parts.id, PRESET_NAME)

    def authenticate(self, key: str) -> Principal:
        """Whose key or token this is. What was found of a key within `key_cache_s` is believed without asking.

        Raises:
            Denied: code `unauthenticated`: nobody's, or it is revoked or has expired; code `denied`: a token without
                a role.
            Unavailable: the keys of the tokens' issuer cannot be fetched.
        """
        try:
            if self._tokens is not None and looks_like_token(key):
                return self._checked(key, self._tokens)
            caller = self.known.find(key) or self._look_up(key)
        except Denied:
            self.known.note_refused(key)
            raise
        self.known.note_use(caller.key_id)
        return caller

    def has_passed(self, key: str) -> bool:
        """Whether this process let this key or token in within the hour. False of keys that could be guessed."""
        return self.known.has_passed(key)

    def _checked(self, token: str, tokens: Tokens) -> Principal:
        caller = tokens.verify(token)
        self.known.note_passed(token)
        return caller

    def _look_up(self, key: str) -> Principal:
        key_id, secret = split(key)
        with self._single() as session:
            found = accounts.find_valid(session, key_id)
        given = hash_of(secret)
        now_matches = matches(given, found.secret_sha256 if found else None)
        before_matches = matches(given, found.previous_sha256 if found else None)
        if found is None or not (now_matches or before_matches):
            raise Denied("This API key is not valid: unknown, revoked or expired.", code="unauthenticated")
        caller = Principal(found.owner, Role(found.role), found.id)
        self.known.remember(key, caller, _rest_s(found, with_previous=not now_matches))
        if looks_random(key):
            self.known.note_passed(key)
        return caller

    def write_uses(self) -> None:
        """Write down which keys were used, each at most once a minute. Commits."""
        if used := self.known.take_uses():
            with self._single() as session:
                accounts.note_uses(session, used)


def _tokens(settings: Settings) -> Tokens:
    from orchestrator.services.tokens import Tokens  # cryptography takes long to import, and most do without

    return Tokens(settings)


def _rest_s(found: Row[tuple[object, ...]], *, with_previous: bool) -> float | None:
    ends = [found.rest_s, found.previous_rest_s if with_previous else None]
    return min((end for end in ends if end is not None), default=None)


def _row(parts: KeyParts, name: str) -> ApiKey:
    return ApiKey(id=parts.id, name=name, owner="admin", role=Role.ADMIN.value, secret_sha256=hash_of(parts.secret))


def _note(session: Session, key_id: str, name: str) -> None:
    """No call makes this change: the start of the stack does."""
    made = {"kind": "key", "id": key_id, "before": None, "after": {"name": name, "role": Role.ADMIN.value}}
    audit.put(session, AuditedCall("START", "prepare", actor="system"), Outcome.DONE, changes=[made])
