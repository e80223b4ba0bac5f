"""How long requests take: counted for Prometheus, told to the caller in `Server-Timing` (W3C), and traced."""

from __future__ import annotations

import time
from contextlib import ExitStack

from flask import Flask, Response, g, request

from orchestrator.observability import statements, tracing
from orchestrator.observability.metrics import HTTP_DURATION, UNMATCHED

METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
"""Callers may make up others; those are counted as one."""


def register(app: Flask) -> None:
    """Time and trace every request, from its first hook to the beginning of its answer."""
    app.before_request(_begin)
    app.after_request(_end)
    app.teardown_request(_close)


def _begin() -> None:
    g.statement_time = statements.begin()
    g.span = ExitStack()
    named = {"http.request.method": request.method, "http.route": _rule(), "correlation_id": g.request_id}
    g.span.enter_context(tracing.span(f"{_method()} {_rule()}", request.headers.get("traceparent"), **named))


def _close(error: BaseException | None) -> None:
    if "span" in g:
        g.pop("span").close()


def _method() -> str:
    return request.method if request.method in METHODS else "other"


def _rule() -> str:
    return request.url_rule.rule if request.url_rule else UNMATCHED


def _end(answer: Response) -> Response:
    total_s = time.perf_counter() - g.started
    HTTP_DURATION.labels(_method(), _rule(), str(answer.status_code)).observe(total_s)
    spent = g.get("statement_time")
    database_ms = spent.seconds * 1000 if spent else 0.0
    answer.headers["Server-Timing"] = f"total;dur={total_s * 1000:.1f}, db;dur={database_ms:.1f}"
    return answer
