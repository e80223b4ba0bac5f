"""What a request carries through the doors: the services, its id, its caller."""

from __future__ import annotations

import re
import time
from importlib.metadata import version
from typing import cast
from uuid import UUID, uuid4

import structlog
from flask import Flask, Response, current_app, g, request
from structlog.contextvars import bind_contextvars, clear_contextvars

from orchestrator.bootstrap import Orchestrator
from orchestrator.domain.access import Principal
from orchestrator.domain.text import fault_of
from orchestrator.errors import Invalid

VERSION = version("requirement-orchestrator")
EXTENSION = "orchestrator"
DRAINING = "draining"
HEADER = "X-Request-ID"

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_AGENT = re.compile(r"[A-Za-z0-9._-]{1,128}")
_KEY_ID = re.compile(r"[a-z0-9]{8}")
_RID = re.compile(r"R-[A-Z2-7]{10}")

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


QUIET = {"/health", "/ready"}

log = structlog.get_logger(__name__)


def register(app: Flask) -> None:
    """Give every request an id before anything else, and every answer that id and the security headers."""
    app.before_request(_begin)
    app.after_request(_end)


def services() -> Orchestrator:
    """The services of this process."""
    return cast(Orchestrator, current_app.extensions[EXTENSION])


def draining() -> bool:
    """Whether this server is about to stop."""
    return bool(current_app.extensions[DRAINING])


def request_id() -> str:
    """The id of this request: the caller's own where it is well formed."""
    return cast(str, g.request_id)


def principal() -> Principal:
    """Who calls; only behind `requires`."""
    return cast(Principal, g.principal)


def scope() -> str | None:
    """The owner to whose jobs this caller's lists are narrowed; None: all jobs."""
    return services().visibility.scope(principal())


def job_id_of(text: str) -> UUID:
    """A job's id from the path.

    Raises:
        Invalid: it is no UUID.
    """
    if not _UUID.fullmatch(text):
        raise Invalid(
            "A job's id is a UUID such as 123e4567-e89b-42d3-a456-426614174000.", details={"parameter": "job_id"}
        )
    return UUID(text)


def uuid_of(text: str, parameter: str) -> UUID:
    """An id that is a UUID from the path.

    Raises:
        Invalid: it is none.
    """
    if not _UUID.fullmatch(text):
        raise Invalid(
            f"{parameter} is a UUID such as 123e4567-e89b-42d3-a456-426614174000.", details={"parameter": parameter}
        )
    return UUID(text)


def agent_id_of(text: str) -> str:
    """An agent's id from the path.

    Raises:
        Invalid: it is none.
    """
    if not _AGENT.fullmatch(text):
        raise Invalid(
            "An agent's id is 1-128 of A-Z a-z 0-9 . _ -, as GET /agents shows it.", details={"parameter": "agent_id"}
        )
    return text


def key_id_of(text: str) -> str:
    """A key's public id from the path.

    Raises:
        Invalid: it is none.
    """
    if not _KEY_ID.fullmatch(text):
        raise Invalid(
            "A key's id is eight of a-z 0-9: the part between the second and the third _ of the key.",
            details={"parameter": "key_id"},
        )
    return text


def rid_of(text: str) -> str:
    """A requirement's id from the path.

    Raises:
        Invalid: it is none.
    """
    if not _RID.fullmatch(text):
        raise Invalid(
            "A requirement's id is R- and ten characters A-Z, 2-7, such as R-ABCDEFGH23.", details={"parameter": "rid"}
        )
    return text


def _begin() -> None:
    given = request.headers.get(HEADER, "")
    g.started = time.perf_counter()
    g.request_id = given if _REQUEST_ID.fullmatch(given) else uuid4().hex
    clear_contextvars()
    bind_contextvars(correlation_id=g.request_id)
    _check_path()


def _check_path() -> None:
    """Refuse what no database takes; what each parameter must be is checked where it is used."""
    for name, value in (request.view_args or {}).items():
        if isinstance(value, str) and (fault := fault_of(value)):
            raise Invalid(f"The path {fault}.", details={"parameter": name})


def _end(answer: Response) -> Response:
    _note(answer)
    answer.headers[HEADER] = g.get("request_id", "")
    for name, value in SECURITY_HEADERS.items():
        answer.headers.setdefault(name, value)
    return answer


def _note(answer: Response) -> None:
    """One log line a request, without its values; what supervisors ask all the time is left to debugging."""
    level = log.debug if request.path in QUIET else log.info
    level(
        "request",
        method=request.method,
        route=request.url_rule.rule if request.url_rule else None,
        status=answer.status_code,
        duration_ms=round((time.perf_counter() - g.started) * 1000, 1),
    )
