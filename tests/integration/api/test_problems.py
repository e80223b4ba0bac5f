"""Every error is a problem."""

from __future__ import annotations

from typing import Any

import pytest

MEMBERS = {"type", "title", "status", "detail", "instance", "code", "request_id"}


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not_found"),
        ("GET", "/docs/assets/nothing.js", 404, "not_found"),
        ("GET", "/docs/assets/../app.py", 404, "not_found"),
        ("PUT", "/jobs", 405, "method_not_allowed"),
        ("POST", "/health", 405, "method_not_allowed"),
        ("GET", "/jobs/x", 422, "invalid"),
    ],
)
def test_errors_of_all_kinds_are_problems(call: Any, method: str, path: str, status: int, code: str) -> None:
    answer = call(method, path)

    problem = answer.get_json()
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert set(problem) >= MEMBERS
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["request_id"] == answer.headers["X-Request-ID"]


def test_a_wrong_method_names_the_right_ones(call: Any) -> None:
    assert set(call("PUT", "/jobs").headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


def test_an_unexpected_error_tells_nothing_of_the_inside(call: Any, stage: Any) -> None:
    call.submit()
    stage.run("ALTER VIEW job_summary RENAME TO hidden_view")
    try:
        answer = call("GET", "/jobs")
    finally:
        stage.run("ALTER VIEW hidden_view RENAME TO job_summary")

    assert (answer.status_code, answer.get_json()["code"]) == (500, "internal")
    assert "summary" not in answer.text


@pytest.mark.parametrize("given", ["", "a b", "x" * 129, "a\x7fb", "é"])
def test_a_malformed_request_id_is_replaced(call: Any, given: str) -> None:
    answer = call("GET", "/health", headers={"X-Request-ID": given})

    assert len(answer.headers["X-Request-ID"]) == 32


def test_every_answer_carries_the_security_headers(call: Any) -> None:
    for path in ("/health", "/nothing", "/docs", "/jobs"):
        headers = call("GET", path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
