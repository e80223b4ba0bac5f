"""How many requests a caller may make: counted in Redis for all processes, in this one while Redis is away."""

from __future__ import annotations

import ipaddress
import time
from dataclasses import dataclass, field
from typing import Any, cast

import structlog
from flask import Flask, Response, current_app, g, request
from limits.storage import MemoryStorage, Storage, storage_from_string
from redis import RedisError
from werkzeug.exceptions import TooManyRequests

from api.context import principal, services
from orchestrator.config import Settings

EXTENSION = "limits"
WINDOW_S = 60
REDIS_S = 0.1
AWAY_S = 5.0
MOST_BLOCKED = 10_000
ONE_CALLERS_BITS = 64
"""Of an IPv6 address: how many of them whoever is assigned one is assigned all of."""
DRAWS = 200
"""In how many draws a process would use up a limit: it asks Redis for so many numbers at once, and gives them out."""
SUBMITTING = ("/jobs", "/documents")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a caller has left of a kind of requests in this window."""

    kind: str
    limit: int
    left: int
    reset_s: int


@dataclass
class Limits:
    """Counts in windows of a minute. A Redis that does not answer is left alone for a moment, and asked again."""

    settings: Settings
    _shared: Storage = field(init=False)
    _own: Storage = field(default_factory=MemoryStorage)
    _away_until: float = 0.0
    _window: int = 0
    _drawn: dict[str, list[int]] = field(default_factory=dict)
    _blocked: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        waits: Any = {"socket_timeout": REDIS_S, "socket_connect_timeout": REDIS_S}
        self._shared = cast(Storage, storage_from_string(self.settings.redis_url, key_prefix="", **waits))

    def count(self, kind: str, who: str) -> Standing | None:
        """Count a request; None where this kind has no limit."""
        limit: int = getattr(self.settings, f"rate_{kind}_per_minute")
        if not limit:
            return None
        now = time.time()
        window = int(now // WINDOW_S)
        if window != self._window:
            self._window, self._drawn = window, {}
        seen = self._number(f"{self.settings.key_prefix}rate:{kind}:{who}:{window}", max(1, limit // DRAWS))
        return Standing(kind, limit, limit - seen, int((window + 1) * WINDOW_S - now) + 1)

    def _number(self, key: str, at_once: int) -> int:
        """The next number of a window; no two requests get the same one while Redis answers."""
        drawn = self._drawn.setdefault(key, [])
        try:
            return drawn.pop()
        except IndexError:
            last = self._increase(key, at_once)
            drawn.extend(range(last, last - at_once + 1, -1))
            return last - at_once + 1

    def _increase(self, key: str, by: int) -> int:
        if time.monotonic() >= self._away_until:
            try:
                return self._shared.incr(key, WINDOW_S, by)
            except RedisError as error:
                self._away_until = time.monotonic() + AWAY_S
                log.warning("limits_kept_here", error=type(error).__name__)
        return self._own.incr(key, WINDOW_S, by)

    def note_failure(self, address: str) -> None:
        """Count a failed authentication; of an address with too many no new keys are heard until the window ends."""
        standing = self.count("failed", address)
        if standing is not None and standing.left < 0:
            if len(self._blocked) >= MOST_BLOCKED:
                self._blocked.clear()
            self._blocked[address] = time.monotonic() + standing.reset_s

    @property
    def blocks(self) -> bool:
        """Whether there may be an address that is not heard."""
        return bool(self._blocked)

    def blocked_s(self, address: str) -> float:
        """How long no new keys of an address are heard; 0 where they are."""
        return max(0.0, self._blocked.get(address, 0.0) - time.monotonic())


def register(app: Flask, settings: Settings) -> None:
    """Count who guesses keys, and show callers what they have left."""
    app.extensions[EXTENSION] = Limits(settings)
    app.after_request(_show)


def count_request() -> None:
    """Count this request of an admitted caller.

    Raises:
        TooManyRequests: the caller has made too many.
    """
    g.standing = standing = _limits().count(_kind(), principal().owner)
    if standing is not None and standing.left < 0:
        raise TooManyRequests(
            f"More than {standing.limit} {standing.kind} requests in a minute. Go on in {standing.reset_s} s.",
            retry_after=standing.reset_s,
        )


def refuse_guessing(key: str) -> None:
    """Where others at this address guess, hear those alone whose key was let in before.

    Raises:
        TooManyRequests: this address showed too many invalid keys, and this one may be the next.
    """
    guarded = _limits()
    wait_s = int(guarded.blocked_s(_address())) if guarded.blocks else 0
    if wait_s and not services().accounts.has_passed(key):
        said = f"Too many requests from this address showed no valid key. Try again in {wait_s} s."
        raise TooManyRequests(said, retry_after=wait_s)


def _limits() -> Limits:
    return cast(Limits, current_app.extensions[EXTENSION])


def _kind() -> str:
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return "read"
    return "submit" if request.path.rstrip("/") in SUBMITTING else "write"


def _show(answer: Response) -> Response:
    if answer.status_code == 401:
        _limits().note_failure(_address())
    standing: Standing | None = g.get("standing")
    if standing is not None:
        answer.headers["RateLimit-Policy"] = f'"{standing.kind}";q={standing.limit};w={WINDOW_S}'
        answer.headers["RateLimit"] = f'"{standing.kind}";r={max(0, standing.left)};t={standing.reset_s}'
    return answer


def _address() -> str:
    """Where the request comes from; of IPv6 the network, since each caller has all of its addresses."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    network = int(address) >> ONE_CALLERS_BITS << ONE_CALLERS_BITS
    return str(address.ipv4_mapped or ipaddress.IPv6Address(network))
