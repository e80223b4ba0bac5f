"""Who may call: API keys `ro_<env>_<id8>_<secret>`, of which only a hash is stored."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

from orchestrator.config import Settings
from orchestrator.domain.access import Principal, Role
from orchestrator.errors import ConfigError, Denied
from orchestrator.storage import accounts
from orchestrator.storage.engine import SessionFactory
from orchestrator.storage.models import ApiKey

KEY_PATTERN = re.compile(r"ro_[a-z0-9]{1,16}_([a-z0-9]{8})_([A-Za-z0-9_-]{16,128})")
PRESET_PATTERN = re.compile(r"[!-~]{16,200}")
PRESET_NAME = "preset admin key"
_NO_HASH = "0" * 64


class Accounts:
    """Makes keys and tells whose they are."""

    def __init__(self, settings: Settings, sessions: SessionFactory) -> None:
        self._settings = settings
        self._sessions = sessions

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
                key_id, secret = _split(preset)
                accounts.put(session, _row(key_id, secret, PRESET_NAME))
                accounts.revoke_others(session, PRESET_NAME, key_id)
                return None
            if accounts.has_admin(session):
                return None
            key_id, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
            accounts.put(session, _row(key_id, secret, "first admin key"))
        return f"ro_{self._settings.environment}_{key_id}_{secret}"

    def authenticate(self, key: str) -> Principal:
        """Whose key this is.

        Raises:
            Denied: code `unauthenticated`: nobody's, or it is revoked or has expired.
        """
        key_id, secret = _split(key)
        with self._sessions() as session:
            found = accounts.find_valid(session, key_id)
        matches = hmac.compare_digest(hash_of(secret), found.secret_sha256 if found else _NO_HASH)
        if found is None or not matches:
            raise Denied("This API key is not valid: unknown, revoked or expired.", code="unauthenticated")
        return Principal(found.owner, Role(found.role), found.id)


def _split(key: str) -> tuple[str, str]:
    """The public id and the secret. A key of another form is all secret, and its id is made of its hash."""
    if match := KEY_PATTERN.fullmatch(key):
        return match[1], match[2]
    return hash_of(key)[:8], key


def hash_of(secret: str) -> str:
    """What is stored of a secret."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


def _row(key_id: str, secret: str, name: str) -> ApiKey:
    return ApiKey(id=key_id, name=name, owner="admin", role=Role.ADMIN.value, secret_sha256=hash_of(secret))
