"""Tokens (JWT) of one issuer: checked by its public keys or by a shared secret, never by what the token asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jwt

from orchestrator.config import Settings
from orchestrator.domain.access import Principal, Role
from orchestrator.errors import Denied
from orchestrator.services.key_sets import KeySet

LEEWAY_S = 30
REQUIRED = ["exp", "iss", "aud", "sub"]
OWNER_CHARACTERS = 200
NO_KEY = "jwt"
"""Stands where keys have their id."""
_SAID: tuple[tuple[type[jwt.PyJWTError], str], ...] = (
    (jwt.ExpiredSignatureError, "it has expired"),
    (jwt.ImmatureSignatureError, "it is not valid yet"),
    (jwt.InvalidAudienceError, "it is meant for others"),
    (jwt.InvalidIssuerError, "it is of another issuer"),
    (jwt.MissingRequiredClaimError, f"it must have the claims {', '.join(REQUIRED)}"),
)


class Tokens:
    """Tells whose a token is. Make it only where the settings name an issuer."""

    def __init__(self, settings: Settings, keys: KeySet | None = None) -> None:
        self._settings = settings
        self._keys = keys or KeySet(settings)
        self._roles = dict(pair.rsplit("=", 1) for pair in settings.jwt_role_map) or {role: role for role in Role}

    def verify(self, token: str) -> Principal:
        """Whose token this is.

        Raises:
            Denied: code `unauthenticated`: it is not valid; code `denied`: it carries no role.
            Unavailable: the issuer's keys cannot be fetched.
        """
        try:
            claims = self._claims(token)
        except jwt.PyJWTError as error:
            said = next((said for kind, said in _SAID if isinstance(error, kind)), "its form or signature is wrong")
            raise Denied(f"This token is not valid: {said}.", code="unauthenticated") from error
        except (ValueError, TypeError, RecursionError) as error:
            raise Denied("This token is not valid: it cannot be read.", code="unauthenticated") from error
        return Principal(_owner(claims), self._role(claims), NO_KEY)

    def _claims(self, token: str) -> Mapping[str, Any]:
        if self._settings.jwt_secret:
            return self._decode(token, self._settings.jwt_secret, "HS256")
        key = self._keys.find(jwt.get_unverified_header(token).get("kid"))
        return self._decode(token, key, str(key.algorithm_name))

    def _decode(self, token: str, key: jwt.PyJWK | str, algorithm: str) -> Mapping[str, Any]:
        claims: Mapping[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            audience=self._settings.jwt_audience,
            issuer=self._settings.jwt_issuer,
            leeway=LEEWAY_S,
            options={"require": REQUIRED, "enforce_minimum_key_length": True},
        )
        return claims

    def _role(self, claims: Mapping[str, Any]) -> Role:
        """The highest role that the claim stands for."""
        named = _at(claims, self._settings.jwt_role_claim)
        values = named if isinstance(named, list) else [named]
        roles = {Role(self._roles[value]) for value in values if isinstance(value, str) and value in self._roles}
        if not roles:
            raise Denied(f"The token is valid, but its claim {self._settings.jwt_role_claim!r} names no role here.")
        return max(roles, key=list(Role).index)


def _owner(claims: Mapping[str, Any]) -> str:
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= OWNER_CHARACTERS or not _is_seen_whole(subject):
        raise Denied("This token is not valid: its subject is no name.", code="unauthenticated")
    return subject


def _is_seen_whole(name: str) -> bool:
    """Whether the name shows all that it is made of: nobody is taken for somebody else, in a header or in a list."""
    return name.isprintable() and name == name.strip()


def _at(claims: Mapping[str, Any], name: str) -> Any:
    """The claim of this name; else, where it has dots, what they lead to."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for step in name.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found
