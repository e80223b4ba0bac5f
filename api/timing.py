"""How long requests take: counted for Prometheus, and told to the caller in `Server-Timing` (W3C)."""

from __future__ import annotations

import time

from flask import Flask, Response, g, request

from orchestrator.observability import statements
from orchestrator.observability.metrics import HTTP_DURATION, UNMATCHED

METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
"""Callers may make up others; those are counted as one."""


def register(app: Flask) -> None:
    """Time every request, from its first hook to the beginning of its answer."""
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    g.statement_time = statements.begin()


def _end(answer: Response) -> Response:
    total_s = time.perf_counter() - g.started
    method = request.method if request.method in METHODS else "other"
    rule = request.url_rule.rule if request.url_rule else UNMATCHED
    HTTP_DURATION.labels(method, rule, str(answer.status_code)).observe(total_s)
    spent = g.get("statement_time")
    database_ms = spent.seconds * 1000 if spent else 0.0
    answer.headers["Server-Timing"] = f"total;dur={total_s * 1000:.1f}, db;dur={database_ms:.1f}"
    return answer
