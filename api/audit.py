"""Which calls the audit log hears of: all that may change something, and all that were refused."""

from __future__ import annotations

import structlog
from flask import Flask, Response, g, request
from sqlalchemy.exc import SQLAlchemyError

from api.context import request_id, services
from orchestrator.domain.access import Principal
from orchestrator.domain.audit import AuditedCall, Outcome
from orchestrator.services.audit import Refusal
from orchestrator.storage.audit import CALL

READING = {"GET", "HEAD", "OPTIONS"}
REFUSED = {401, 403, 409, 412, 428, 429}
TARGET_CHARACTERS = 500
ADDRESS_CHARACTERS = 64
PROBLEM = "application/problem+json"

log = structlog.get_logger(__name__)


def register(app: Flask) -> None:
    """Note what each request did, or that it was not let do it, before its answer goes out."""
    app.before_request(_begin)
    app.after_request(_end)


def announce(caller: Principal) -> None:
    """Say who makes this call: what it changes is then written with its transaction."""
    if request.method not in READING:
        CALL.set(
            AuditedCall(
                method=request.method,
                route=_route(),
                target=_target(),
                actor=caller.owner,
                role=caller.role.value,
                key_id=caller.key_id,
                request_id=request_id(),
                address=_address(),
            )
        )


def _begin() -> None:
    CALL.set(None)


def _end(answer: Response) -> Response:
    call = CALL.get()
    CALL.set(None)
    if answer.status_code < 400:
        if call is not None and not call.written:
            _write(call, answer.status_code)
    elif request.method not in READING or answer.status_code in REFUSED or g.get("hidden"):
        _count(answer)
    return answer


def _write(call: AuditedCall, status: int) -> None:
    try:
        services().audit.write(call, status)
    except SQLAlchemyError as error:  # nothing was changed, so the answer stands; the row follows
        log.warning("audit_delayed", error=type(error).__name__)
        known = (call.method, call.route, call.actor, call.role, call.key_id, call.address)
        services().audit.tally(Refusal(*known, Outcome.DONE, status, None), call.target or "", call.request_id or "")


def _count(answer: Response) -> None:
    caller: Principal | None = g.get("principal")
    refused = answer.status_code in REFUSED or g.get("hidden")
    refusal = Refusal(
        method=request.method if len(request.method) < 20 else "OTHER",
        route=_route(),
        actor=caller.owner if caller else None,
        role=caller.role.value if caller else None,
        key_id=caller.key_id if caller else None,
        address=_address(),
        outcome=Outcome.REFUSED if refused else Outcome.FAILED,
        http_status=answer.status_code,
        code=_code(answer),
    )
    services().audit.tally(refusal, _target(), g.get("request_id", ""))


def _route() -> str:
    return request.url_rule.rule if request.url_rule else "(none)"


def _address() -> str | None:
    """Who trusts more proxies than there are believes callers, who may write anything."""
    return request.remote_addr[:ADDRESS_CHARACTERS] if request.remote_addr else None


def _target() -> str:
    """The path as it was asked for, in characters that a database takes."""
    return request.path[:TARGET_CHARACTERS].encode("ascii", "backslashreplace").decode().replace("\0", "\\0")


def _code(answer: Response) -> str | None:
    said = answer.get_json(silent=True) if answer.mimetype == PROBLEM else None
    return str(said.get("code")) if isinstance(said, dict) else None
