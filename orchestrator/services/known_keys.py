"""What a process knows of keys that it has just checked, so that it need not ask the database for each call."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field

from orchestrator.domain.access import Principal
from orchestrator.storage.accounts import USE_NOTED_S

MOST = 10_000
PASSED_S = 3600.0
"""So long after a key was let in it is heard where others are not."""


@dataclass(slots=True)
class KnownKeys:
    """Callers by the hash of their key, for `lifetime_s` at most, and which keys were used. For many threads."""

    lifetime_s: float
    _callers: dict[bytes, tuple[Principal, float]] = field(default_factory=dict)
    _passed: dict[bytes, float] = field(default_factory=dict)
    _noted: dict[str, float] = field(default_factory=dict)
    _used: set[str] = field(default_factory=set)

    def find(self, key: str) -> Principal | None:
        """Whose key this is, if that is known and not too old."""
        caller, until = self._callers.get(_hash(key), (None, 0.0))
        return caller if time.monotonic() < until else None

    def remember(self, key: str, caller: Principal, rest_s: float | None) -> None:
        """Know the key's caller for a while, at most for the rest of its validity in seconds."""
        lifetime = self.lifetime_s if rest_s is None else min(self.lifetime_s, rest_s)
        if lifetime <= 0:
            return
        if len(self._callers) >= MOST:
            self._callers.clear()
        self._callers[_hash(key)] = (caller, time.monotonic() + lifetime)

    def note_passed(self, key: str) -> None:
        """Remember that this key or token was let in; that alone lets nobody in."""
        if len(self._passed) >= MOST:
            self._passed.clear()
        self._passed[_hash(key)] = time.monotonic() + PASSED_S

    def note_refused(self, key: str) -> None:
        """Remember no longer that this key or token was let in."""
        if self._passed:
            self._passed.pop(_hash(key), None)

    def has_passed(self, key: str) -> bool:
        """Whether this key or token was let in within the hour, and not refused since."""
        return time.monotonic() < self._passed.get(_hash(key), 0.0)

    def forget(self, key_id: str) -> None:
        """Ask anew about a key that was changed."""
        for known, (caller, _) in list(self._callers.items()):
            if caller.key_id == key_id:
                self._callers.pop(known, None)

    def note_use(self, key_id: str) -> None:
        """Remember that a key was used, unless that was written within the minute."""
        if time.monotonic() - self._noted.get(key_id, -USE_NOTED_S) >= USE_NOTED_S:
            self._used.add(key_id)

    def take_uses(self) -> set[str]:
        """The keys whose use is to be written now."""
        used, self._used = self._used, set()
        if len(self._noted) >= MOST:
            self._noted.clear()
        self._noted.update(dict.fromkeys(used, time.monotonic()))
        return used


def _hash(key: str) -> bytes:
    return hashlib.sha256(key.encode(errors="surrogatepass")).digest()
