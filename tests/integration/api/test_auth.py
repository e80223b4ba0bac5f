"""Keys and roles at the door."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from orchestrator.domain.access import Role


def test_a_key_is_taken_as_bearer_and_as_header(client: Any, call: Any) -> None:
    bearer = call.headers["Authorization"]
    key = bearer.removeprefix("Bearer ")

    for headers in ({"Authorization": bearer}, {"Authorization": f"bearer {key}"}, {"X-API-Key": key}):
        assert client.get("/jobs", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Basic YTpi"},
        {"Authorization": "Bearer ro_test_abcd1234_0123456789abcdef0123456789abcdee"},
        {"Authorization": "Bearer ro_test_zzzz1234_0123456789abcdef0123456789abcdef"},
        {"X-API-Key": "x"},
        {"X-API-Key": "x" * 10_000},
        {"X-API-Key": "\x80\xff"},
        {"X-API-Key": "' OR 1=1 --"},
    ],
)
def test_without_a_valid_key_there_is_no_entry(client: Any, headers: dict[str, str]) -> None:
    answer = client.get("/jobs", headers=headers)

    assert (answer.status_code, answer.get_json()["code"]) == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_the_key_is_asked_for_before_the_body_is_read(client: Any) -> None:
    assert client.post("/jobs", data=b"{broken", content_type="application/json").status_code == 401
    assert client.get("/jobs/malformed").status_code == 401


@pytest.mark.parametrize("change", ["revoked_at = now()", "expires_at = now() - interval '1 s'"])
def test_a_revoked_or_expired_key_is_nobodys(call: Any, stage: Any, change: str) -> None:
    assert call("GET", "/jobs").status_code == 200
    stage.run(f"UPDATE api_keys SET {change}")  # noqa: S608 - names of the test, no input

    assert call("GET", "/jobs").status_code == 401


@pytest.mark.parametrize(
    ("role", "read", "submit", "cancel"), [(Role.VIEWER, 200, 403, 403), (Role.OPERATOR, 200, 202, 404)]
)
def test_a_role_may_do_what_it_includes(
    stage: Any, call_as: Any, role: Role, read: int, submit: int, cancel: int
) -> None:
    call = call_as(stage.key(role))

    assert call("GET", "/jobs").status_code == read
    assert call("POST", "/jobs", json={"prompt": "x"}).status_code == submit
    assert call("DELETE", f"/jobs/{uuid4()}").status_code == cancel


def test_the_job_carries_its_owner(stage: Any, call_as: Any) -> None:
    assert call_as(stage.key(Role.OPERATOR)).submit()["owner"] == "operator"
