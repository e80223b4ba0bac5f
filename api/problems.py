"""Every error as RFC 9457 `application/problem+json` with a stable `code`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

import structlog
from flask import Flask, Response, g, json, request
from flask_smorest import Api
from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge
from werkzeug.wrappers import Response as BaseResponse

from api.arguments import FORM_PARTS, JSON_BYTES
from api.schemas.problem import ProblemSchema
from orchestrator.errors import (
    Conflict,
    Denied,
    Gone,
    Invalid,
    NotFound,
    OrchestratorError,
    PreconditionRequired,
    StaleVersion,
    TooLarge,
    Unavailable,
    Unsupported,
)

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 5
RETRY_AFTER_FULL_S = 60
DISK_FULL = "53100"  # SQLSTATE disk_full
ERRORS_SHOWN = 50

_STATUS: tuple[tuple[type[OrchestratorError], int], ...] = (
    (TooLarge, 413),
    (Unsupported, 415),
    (PreconditionRequired, 428),
    (Invalid, 422),
    (Denied, 403),
    (NotFound, 404),
    (StaleVersion, 412),
    (Gone, 410),
    (Conflict, 409),
    (Unavailable, 503),
)
_CODE = {
    400: "bad_request",
    401: "unauthenticated",
    403: "denied",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_type",
    422: "invalid",
    429: "too_many_requests",
    500: "internal",
    503: "unavailable",
}

log = structlog.get_logger(__name__)


class ProblemApi(Api):  # type: ignore[misc]
    """flask-smorest with problems in place of its own error payload, in answers and in the description."""

    ERROR_SCHEMA = ProblemSchema
    DEFAULT_RESPONSE_CONTENT_TYPE: str = Api.DEFAULT_RESPONSE_CONTENT_TYPE

    def _register_responses(self) -> None:
        self.DEFAULT_RESPONSE_CONTENT_TYPE = MEDIA_TYPE
        super()._register_responses()
        self.DEFAULT_RESPONSE_CONTENT_TYPE = Api.DEFAULT_RESPONSE_CONTENT_TYPE

    def handle_http_exception(self, error: HTTPException) -> BaseResponse:
        """Answer what Flask, Werkzeug and webargs raise."""
        return _from_http(error)


def register(app: Flask) -> None:
    """Answer this project's errors and a lost database as problems, too."""
    app.register_error_handler(OrchestratorError, _from_orchestrator)
    for lost in (OperationalError, InterfaceError, PoolTimeout):
        app.register_error_handler(lost, _from_database)
    app.register_error_handler(ParseException, _from_server)


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    members: Mapping[str, Any] | None = None,
) -> Response:
    """Build the answer. `members` are added as they are: `errors`, `details`."""
    body = {
        "type": f"urn:requirement-orchestrator:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": request.path,
        "code": code,
        "request_id": g.get("request_id"),
    } | {name: value for name, value in (members or {}).items() if value}
    answer = Response(json.dumps(body), status, headers, content_type=MEDIA_TYPE)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        answer.headers["Retry-After"] = str(RETRY_AFTER_S)
    if status == HTTPStatus.UNAUTHORIZED:
        answer.headers["WWW-Authenticate"] = g.get("challenge", "Bearer")
    return answer


def _from_orchestrator(error: OrchestratorError) -> Response:
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
    if error.code == "unauthenticated":
        status = 401
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("request_failed", code=error.code, exc_info=error)
    details = dict(error.details)
    places = {name: details.pop(name) for name in ("pointer", "parameter") if name in details}
    errors = [places | {"detail": error.message}] if places else None
    return problem(status, error.code, error.message, members={"errors": errors, "details": details})


def _from_database(error: DBAPIError | PoolTimeout) -> Response:
    cause = getattr(error, "orig", error)
    log.warning("database_unavailable", error=type(cause).__name__)
    if isinstance(error, PoolTimeout):
        return problem(503, "busy", "All connections to the database are in use. Nothing was changed; try again.")
    if getattr(cause, "pgcode", None) == DISK_FULL:
        said = "The database has no room left. Nothing was changed; make room or delete jobs, then try again."
        return problem(507, "storage_full", said, headers={"Retry-After": str(RETRY_AFTER_FULL_S)})
    return problem(503, "unavailable", "The database does not answer. Nothing was changed; try again in a moment.")


def _from_server(_: Exception) -> Response:
    """The body is read while the request is served, and its chunks may be broken."""
    said = "The body cannot be read: its chunks are broken (RFC 9112, section 7.1). Send it again."
    return problem(HTTPStatus.BAD_REQUEST, "bad_request", said)


def _from_http(error: HTTPException) -> BaseResponse:
    status = error.code or 500
    if status < HTTPStatus.BAD_REQUEST:
        return error.get_response()
    said: Mapping[str, Any] = getattr(error, "data", None) or {}
    errors = list(_flatten(said.get("messages") or {}))[:ERRORS_SHOWN]
    code = said.get("code") or _CODE.get(status, HTTPStatus(status).name.lower())
    detail = _explain(error, status, errors)
    headers = {name: value for name, value in error.get_headers() if name not in ("Content-Type", "Content-Length")}
    return problem(status, code, detail, headers=headers, members={"errors": errors})


def _explain(error: HTTPException, status: int, errors: list[dict[str, str]]) -> str:
    if errors:
        more = f" and {len(errors) - 1} more" if len(errors) > 1 else ""
        first = errors[0]
        where = first.get("pointer") or first.get("parameter") or "the request"
        return f"{where}: {first['detail']}{more}"
    if isinstance(error, RequestEntityTooLarge):
        said = f"The request is larger than allowed: at most {request.max_content_length or 0:,} bytes"
        return f"{said}, {FORM_PARTS} parts of a form, {JSON_BYTES:,} bytes in its plain fields. Send less."
    if status == HTTPStatus.NOT_FOUND:
        return f"There is nothing at {request.path}. /docs lists what there is."
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return "An error of this service. Report it with the request_id; the log tells the cause."
    return error.description or HTTPStatus(status).phrase


def _flatten(messages: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """webargs' {location: {field: [said] or {index: ...}}} as {pointer or parameter, detail}."""
    for location, tree in messages.items():
        for path, said in _leaves(tree, ()):
            if location == "query":
                yield {"parameter": "/".join(path), "detail": said}
            else:
                yield {"pointer": "".join(f"/{_escape(step)}" for step in path), "detail": said}


def _leaves(tree: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(tree, Mapping):
        for key, below in tree.items():
            yield from _leaves(below, path if key == "_schema" else (*path, str(key)[:100]))
    elif isinstance(tree, list):
        for said in tree:
            yield from _leaves(said, path)
    else:
        yield path, str(tree)


def _escape(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")
