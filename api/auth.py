"""Who may call a route: one decorator that enforces it and writes it into the description."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from copy import deepcopy
from functools import wraps
from typing import Any

from flask import g, request

from api.audit import announce
from api.context import job_id_of, services
from api.idempotency import once
from api.limits import count_request, refuse_guessing
from orchestrator.domain.access import Principal, Role
from orchestrator.errors import Denied

View = Callable[..., Any]

SECURITY_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "password": {"type": "http", "scheme": "basic", "description": "the key as password, the name is not looked at"},
}
BEARER = "Bearer"
BASIC = 'Basic realm="orchestrator", charset="UTF-8"'
KEY_CHARACTERS = 512
TOKEN_CHARACTERS = 8_000
JOB_PARAMETERS = ("job_id", "other_id")
"""Names of path parameters that are ids of jobs."""


def requires(role: Role, *, by_password: bool = False, everybodys: bool = False) -> Callable[[View], View]:
    """Let callers of this role and above in, before anything of the request is read.

    A job in the path that the caller may not know of is not found.

    Args:
        role: the least role.
        by_password: the key may come as the password of Basic authentication.
        everybodys: the route concerns the jobs of all: who sees its own alone is refused.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            g.challenge = BASIC if by_password else BEARER
            g.principal = _admit(role, by_password)
            announce(g.principal)
            count_request()
            _check_sight(kwargs, everybodys)
            return once(view, *args, **kwargs)

        schemes = [name for name in SECURITY_SCHEMES if by_password or name != "password"]
        return _described(guarded, role, [{name: []} for name in schemes])

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


def _admit(role: Role, by_password: bool) -> Principal:
    key = _key(by_password)
    refuse_guessing(key)
    g.principal = caller = services().accounts.authenticate(key)
    if not caller.role.includes(role):
        raise Denied(f"This needs the role {role.value}; the key has the role {caller.role.value}.")
    return caller


def _check_sight(parameters: Mapping[str, Any], everybodys: bool) -> None:
    """See that the caller may know of the jobs in the path, or of those of all."""
    visibility = services().visibility
    if visibility.scope(g.principal) is None:
        return
    if everybodys:
        raise Denied("This concerns the jobs of all, and you see yours alone. Ask an admin.")
    for name in JOB_PARAMETERS:
        if name in parameters:
            job_id = job_id_of(parameters[name])
            g.hidden = True
            visibility.check(g.principal, job_id)
            g.hidden = False


def _key(by_password: bool) -> str:
    """The key of this request.

    Raises:
        Denied: code `unauthenticated`: there is none.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if by_password and scheme.lower() == "basic":
        key = _password(token)
    else:
        key = token.strip() if scheme.lower() == "bearer" else request.headers.get("X-API-Key", "")
    if not key or len(key) > (TOKEN_CHARACTERS if key.count(".") == 2 else KEY_CHARACTERS):
        raise Denied("Send an API key as `Authorization: Bearer KEY` or `X-API-Key: KEY`.", code="unauthenticated")
    return key


def _password(token: str) -> str:
    """Of Basic authentication; the user's name is not looked at. Empty where there is none."""
    try:
        return base64.b64decode(token.strip(), validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        return ""


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
