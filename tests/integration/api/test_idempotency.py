"""POSTs that are sent again."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import text

from api.app import create_app
from orchestrator.bootstrap import build
from orchestrator.domain.access import Role

WISH = {"prompt": "Which duties are there?", "deduplicate": False}


@pytest.fixture
def keyed(call: Any) -> Any:
    """`keyed(key, body, path)` posts with this key."""

    def post(key: str, body: Any = WISH, path: str = "/jobs", **options: Any) -> Any:
        return call("POST", path, json=body, headers={"Idempotency-Key": key} | options)

    return post


def test_eight_equal_requests_at_once_make_one_job(app: Flask, call: Any, stage: Any) -> None:
    key = {"Idempotency-Key": str(uuid4())}

    def submit(_: int) -> Any:
        return app.test_client().post("/jobs", json=WISH, headers=call.headers | key)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(submit, range(8)))

    assert {answer.status_code for answer in answers} == {202}, answers[0].text
    assert len({answer.data for answer in answers}) == 1
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert len({answer.headers["ETag"] for answer in answers}) == 1
    assert sum(answer.headers.get("Idempotency-Replayed") == "true" for answer in answers) == 7
    assert [stage.count(table) for table in ("jobs", "steps", "idempotency_keys")] == [1, 1, 1]


def test_a_key_belongs_to_one_request_of_one_caller(keyed: Any, stage: Any, call_as: Any) -> None:
    first = keyed("a")
    other_body, other_path = keyed("a", WISH | {"priority": 7}), keyed("a", path="/jobs?dry_run=true")
    another = call_as(stage.key(Role.OPERATOR))("POST", "/jobs", json=WISH, headers={"Idempotency-Key": "a"})

    assert (first.status_code, another.status_code) == (202, 202)
    assert first.get_json()["id"] != another.get_json()["id"]
    for refused in (other_body, other_path):
        assert (refused.status_code, refused.get_json()["code"]) == (422, "idempotency_conflict")
    assert stage.count("jobs") == 2


@pytest.mark.parametrize("key", ["", "x" * 256, "a b", "ä"])
def test_a_key_that_is_none_is_refused(keyed: Any, stage: Any, key: str) -> None:
    answer = keyed(key)

    assert (answer.status_code, answer.get_json()["errors"][0]["parameter"]) == (422, "Idempotency-Key")
    assert stage.count("jobs") == 0


def test_what_failed_leaves_its_key_free(keyed: Any, stage: Any) -> None:
    assert keyed("a", {"prompt": ""}).status_code == 422
    assert keyed("a", WISH | {"document_id": str(uuid4())}).status_code == 404
    assert stage.count("idempotency_keys") == 0
    assert keyed("a").status_code == 202


def test_a_retry_is_done_once(keyed: Any, call: Any, stage: Any) -> None:
    job_id = call.submit()["id"]

    answers = [keyed("c", None, f"/jobs/{job_id}/cancel") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[1].data == answers[0].data
    assert call("POST", f"/jobs/{job_id}/cancel").status_code == 409
    assert len(stage.rows("SELECT 1 FROM job_events WHERE type = 'job.cancelled'")) == 1


def test_a_form_is_known_by_its_parts(call: Any, stage: Any) -> None:
    def send(content: bytes) -> Any:
        form = {"prompt": "Which?", "document": (io.BytesIO(content), "a.txt", "text/plain")}
        return call("POST", "/jobs", data=form, headers={"Idempotency-Key": "f"})

    first, again, other = send(b"The operator shall log."), send(b"The operator shall log."), send(b"Something else.")

    assert (first.status_code, again.status_code, other.status_code) == (202, 202, 422)
    assert again.data == first.data
    stored = stage.rows("SELECT size_bytes FROM documents")
    assert [row[0] for row in stored] == [len(b"The operator shall log.")]


def test_what_is_being_done_is_waited_for_and_then_refused(call: Any, shared: Any, stage: Any) -> None:
    hasty = build(replace(shared.settings, lock_timeout_s=0.2))
    with shared.sessions.begin() as session:
        session.execute(
            text("INSERT INTO idempotency_keys (principal, key, fingerprint, expires_at) "
                 "VALUES ('admin', 'slow', 'x', now() + interval '1 hour')")
        )  # fmt: skip
        headers = call.headers | {"Idempotency-Key": "slow"}
        answer = create_app(hasty).test_client().post("/jobs", json=WISH, headers=headers)
    hasty.close()

    assert (answer.status_code, answer.get_json()["code"]) == (409, "idempotency_in_progress")
    assert stage.count("jobs") == 0


def test_a_secret_is_not_kept_with_the_answer(keyed: Any, stage: Any) -> None:
    wish = {"name": "robot", "role": "viewer"}

    made, again = keyed("k", wish, "/keys"), keyed("k", wish, "/keys")

    assert (made.status_code, again.status_code) == (201, 409), made.text
    assert again.get_json()["code"] == "idempotency_spent"
    assert stage.rows("SELECT body FROM idempotency_keys")[0][0] is None


def test_keys_past_their_time_are_free_and_pruned(keyed: Any, shared: Any, stage: Any) -> None:
    first = keyed("old")
    stage.run("UPDATE idempotency_keys SET expires_at = now() - interval '1 second'")
    second = keyed("old")
    assert first.get_json()["id"] != second.get_json()["id"]
    assert shared.idempotency.prune() == 0
    stage.run("UPDATE idempotency_keys SET expires_at = now() - interval '1 second'")
    assert shared.idempotency.prune() == 1


def test_every_post_says_that_it_takes_a_key(app: Flask) -> None:
    paths = app.test_client().get("/openapi.json").get_json()["paths"]

    posts = [operations["post"] for operations in paths.values() if "post" in operations]
    assert len(posts) > 10
    for post in posts:
        assert "Idempotency-Key" in {parameter.get("name") for parameter in post["parameters"]}
