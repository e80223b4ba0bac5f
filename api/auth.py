"""Who may call a route: one decorator that enforces it and writes it into the description."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from functools import wraps
from typing import Any

from flask import g, request

from api.context import services
from orchestrator.domain.access import Principal, Role
from orchestrator.errors import Denied

View = Callable[..., Any]

SECURITY_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}
KEY_CHARACTERS = 512


def requires(role: Role) -> Callable[[View], View]:
    """Let callers of this role and above in, before anything of the request is read."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            g.principal = _admit(role)
            return view(*args, **kwargs)

        return _described(guarded, role, [{name: []} for name in SECURITY_SCHEMES])

    return decorate


def public(view: View) -> View:
    """Let everybody in."""

    @wraps(view)
    def open_to_all(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    return _described(open_to_all, None, [])


def role_of(view: View) -> Role | None:
    """The role that a route needs; None for a public one.

    Raises:
        AttributeError: the route says nothing about who may call it.
    """
    return view.required_role  # type: ignore[attr-defined, no-any-return]


def _admit(role: Role) -> Principal:
    caller = services().accounts.authenticate(_key())
    if not caller.role.includes(role):
        raise Denied(f"This needs the role {role.value}; the key has the role {caller.role.value}.")
    return caller


def _key() -> str:
    """The key of this request.

    Raises:
        Denied: code `unauthenticated`: there is none.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    key = token.strip() if scheme.lower() == "bearer" else request.headers.get("X-API-Key", "")
    if not key or len(key) > KEY_CHARACTERS:
        raise Denied("Send an API key as `Authorization: Bearer KEY` or `X-API-Key: KEY`.", code="unauthenticated")
    return key


def _described(view: View, role: Role | None, security: list[dict[str, list[str]]]) -> View:
    """Note the role on the view and in what flask-smorest keeps to describe it."""
    described: Any = view
    described.required_role = role
    described._apidoc = deepcopy(getattr(view, "_apidoc", {}))
    manual = described._apidoc.setdefault("manual_doc", {})
    manual["security"] = security
    if role is not None:
        manual["x-required-role"] = role.value
        responses = described._apidoc.setdefault("response", {}).setdefault("responses", {})
        responses.setdefault(401, []).append("UNAUTHORIZED")
        responses.setdefault(403, []).append("FORBIDDEN")
    return view
