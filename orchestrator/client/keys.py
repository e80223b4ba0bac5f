"""API keys."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import cast

from orchestrator.client.answers.identity import Key, MadeKey
from orchestrator.client.resource import Resource, segment


class Keys(Resource):
    """The calls of `/keys`; they need an admin's key."""

    def keys(self, limit: int | None = None) -> Iterator[Key]:
        """Keys, the newest first, those that are not valid any more as well."""
        return self._items("/keys", {}, limit)

    def create_key(self, name: str, role: str, owner: str | None = None, expires_at: datetime | None = None) -> MadeKey:
        """Make a key; the answer holds its plain text, and nothing shows it again."""
        fields = {"name": name, "role": role, "owner": owner, "expires_at": _text(expires_at)}
        return cast(MadeKey, self._post("/keys", {key: value for key, value in fields.items() if value is not None}))

    def rotate_key(self, key_id: str, overlap_s: int = 86_400) -> MadeKey:
        """Give a key a new secret; the old one works for `overlap_s` seconds more.

        Raises:
            InvalidTransition: it is not valid, or preset.
        """
        return cast(MadeKey, self._post(f"/keys/{segment(key_id)}/rotate", {"overlap_s": overlap_s}))

    def revoke_key(self, key_id: str) -> Key:
        """Revoke a key for good.

        Raises:
            Conflict: code `last_admin`: it is the last valid admin key.
        """
        return cast(Key, self._transport.json(self._transport.delete(f"/keys/{segment(key_id)}")))


def _text(time: datetime | None) -> str | None:
    return time.isoformat() if time else None
