"""The public keys with which an issuer signs its tokens: fetched, kept for a while, fetched again when they change."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from typing import Any

import jwt
import requests
import structlog

from orchestrator import outgoing
from orchestrator.config import Settings
from orchestrator.errors import Denied, Unavailable

ALGORITHMS = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)  # none with a shared secret: a public key must never serve as one
LIFETIME_S = 600.0
"""After this long the keys are fetched again, so that one that was withdrawn is not accepted for long."""
MOST_STALE_S = 86_400.0
"""So long they serve while the issuer does not answer."""
COOLDOWN_S = 30.0
"""The least time between two fetches, whatever key ids callers name."""
CONNECT_S, READ_S, WHOLE_S = 2.0, 3.0, 6.0
MOST_BYTES = 512_000
DISCOVERY = "/.well-known/openid-configuration"

log = structlog.get_logger(__name__)


class KeySet:
    """The keys of one issuer by their ids. For many threads: one fetches, the others do not wait for it."""

    def __init__(self, settings: Settings, *, cooldown_s: float = COOLDOWN_S, lifetime_s: float = LIFETIME_S) -> None:
        self._issuer = settings.jwt_issuer
        self._url = settings.jwt_jwks_url
        self._cooldown_s = cooldown_s
        self._lifetime_s = lifetime_s
        self._session = outgoing.make_session(connect_s=CONNECT_S, read_s=READ_S, connections=1)
        self._keys: dict[str | None, jwt.PyJWK] = {}
        self._fetched_at = self._tried_at = float("-inf")
        self._fetching = threading.Lock()

    def find(self, kid: str | None) -> jwt.PyJWK:
        """The key of this id; without one, the only key there is.

        Raises:
            Denied: code `unauthenticated`: the issuer has no such key.
            Unavailable: the issuer's keys have never been fetched, or too long ago.
        """
        found = self._known(kid)
        if found is None or time.monotonic() - self._fetched_at > self._lifetime_s:
            self._fetch_once(wait=not self._keys)
            found = self._known(kid)
        if time.monotonic() - self._fetched_at > MOST_STALE_S:
            raise Unavailable(f"The keys of {self._issuer} cannot be fetched, so no token can be checked. Try again.")
        if found is None:
            raise Denied("This token is not valid: its issuer has no such key.", code="unauthenticated")
        return found

    def _known(self, kid: str | None) -> jwt.PyJWK | None:
        keys = self._keys
        return next(iter(keys.values())) if kid is None and len(keys) == 1 else keys.get(kid)

    def _fetch_once(self, *, wait: bool) -> None:
        """Fetch, unless that was tried a moment ago or another thread is at it."""
        if not self._fetching.acquire(timeout=WHOLE_S if wait else 0):
            return
        try:
            if time.monotonic() - self._tried_at >= self._cooldown_s:
                self._tried_at = time.monotonic()
                self._keys = self._fetch()
                self._fetched_at = time.monotonic()
        except (requests.RequestException, ValueError, RecursionError, jwt.PyJWTError) as error:
            log.warning("token_keys_not_fetched", issuer=self._issuer, error=f"{type(error).__name__}: {error}"[:300])
        finally:
            self._fetching.release()

    def _fetch(self) -> dict[str | None, jwt.PyJWK]:
        stored = self._get(self._url or self._discover()).get("keys")
        usable = [key for key in stored if _signs(key)] if isinstance(stored, list) else []
        keys = {key.key_id: key for key in jwt.PyJWKSet(usable).keys if key.algorithm_name in ALGORITHMS}
        if not keys:
            raise ValueError("none of its keys can be used")
        log.info("token_keys_fetched", issuer=self._issuer, keys=len(keys))
        return keys

    def _discover(self) -> str:
        found = self._get(self._issuer.rstrip("/") + DISCOVERY)
        url = found.get("jwks_uri")
        if found.get("issuer") != self._issuer:
            raise ValueError(f"{DISCOVERY} names another issuer")
        if not isinstance(url, str) or not url.startswith(("https://", self._issuer.partition("://")[0] + "://")):
            raise ValueError(f"{DISCOVERY} names no usable jwks_uri")
        return url

    def _get(self, url: str) -> Mapping[str, Any]:
        until = time.monotonic() + WHOLE_S
        content = b""
        with self._session.get(url, stream=True, allow_redirects=False) as answer:
            if answer.status_code != 200:
                raise ValueError(f"{url} answers {answer.status_code}")
            for block in answer.iter_content(16_384):
                content += block
                if len(content) > MOST_BYTES or time.monotonic() > until:
                    raise ValueError(f"{url} is larger or slower than allowed")
        value = json.loads(content)
        if not isinstance(value, dict):
            raise ValueError(f"{url} gives no JSON object")  # noqa: TRY004 - what it is was sent by a server
        return value


def _signs(key: Any) -> bool:
    """Whether this may be a public key for signatures."""
    return isinstance(key, dict) and key.get("kty") in ("RSA", "EC", "OKP") and key.get("use", "sig") == "sig"
