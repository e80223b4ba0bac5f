"""POST /jobs/bulk and GET /operations/{id}."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from api.app import create_app
from orchestrator.bootstrap import build
from orchestrator.domain.access import Role

WISH = {"action": "cancel", "filter": {"tags": ["old"]}, "reason": "Wrong edition."}


def work(stage: Any, operation: str) -> None:
    """Do what the maintenance worker does."""
    operations = stage.orchestrator.operations
    taken = operations.work(UUID(operation))
    with stage.sessions.begin() as session:
        operations.go_on(session, UUID(operation), taken)


def test_many_jobs_are_cancelled_and_the_skipped_ones_listed(call: Any, stage: Any) -> None:
    live = [call.submit(tags=["old"])["id"] for _ in range(3)]
    ended = sorted(call.submit(tags=["old"])["id"] for _ in range(2))
    other = call.submit()["id"]
    for job in ended:
        stage.end(job)

    named = {"X-Request-ID": "req-bulk"}
    counted = call("POST", "/jobs/bulk", json=WISH | {"dry_run": True}, headers=named)
    assert (counted.status_code, counted.get_json()) == (200, {"action": "cancel", "dry_run": True, "total": 5})
    assert stage.rows("SELECT 1 FROM operations WHERE correlation_id = 'req-bulk'") == []
    answer = call("POST", "/jobs/bulk", json=WISH, headers=named)
    assert answer.status_code == 202, answer.text
    started = answer.get_json()
    assert answer.headers["Location"] == f"/operations/{started['id']}"
    assert [started[name] for name in ("state", "total", "open", "filter")] == ["running", 5, 5, {"tags": ["old"]}]
    work(stage, started["id"])

    seen = call("GET", answer.headers["Location"], query_string={"limit": 1}).get_json()
    assert [seen[name] for name in ("state", "done", "skipped", "open", "reason")] == ["done", 3, 2, 0, WISH["reason"]]
    rest = call("GET", answer.headers["Location"], query_string={"cursor": seen["next_cursor"]}).get_json()
    assert [each["job_id"] for each in (*seen["items"], *rest["items"])] == ended
    assert {each["code"] for each in (*seen["items"], *rest["items"])} == {"invalid_transition"}
    assert rest["next_cursor"] is None
    assert {call("GET", f"/jobs/{job}").get_json()["status"] for job in live} == {"cancelled"}
    assert call("GET", f"/jobs/{other}").get_json()["status"] == "created"


@pytest.mark.parametrize(
    "wanted",
    [{"status": ["created"]}, {"status": ["pending"], "agent": "creator"}, {"q": "Wolpertinger"}, {"priority": 3},
     {"context": {"case.number": "7"}}, {"created_after": "2020-01-01", "tags": ["a"]}],
)  # fmt: skip
def test_jobs_are_meant_as_in_the_list(call: Any, wanted: dict[str, Any]) -> None:
    call.submit(prompt="Wolpertinger duties", priority=3, tags=["a"], context={"case": {"number": 7}})
    ended = call.submit(prompt="Others", tags=["b"])
    call("POST", f"/jobs/{ended['id']}/cancel")
    assert call("POST", "/jobs/bulk", json=WISH | {"filter": wanted, "dry_run": True}).get_json()["total"] == 1


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"filter": {}}, "/filter"),
        ({"filter": {"status": [], "tags": [], "context": {}}}, "/filter"),
        ({"filter": {"sort": "priority"}}, "/filter/sort"),
        ({"filter": {"status": "created"}}, "/filter/status"),
        ({"filter": {"status": ["ended"]}}, "/filter/status/0"),
        ({"filter": {"created_after": "2026-01-02", "created_before": "2026-01-01"}}, "/filter/created_before"),
        ({"filter": {"context": {"a..b": "1"}}}, None),
        ({"filter": {"context": {"a": 1}}}, "/filter/context"),
        ({"action": "forget"}, "/action"),
        ({"reason": "  "}, "/reason"),
        ({"reason": None}, "/reason"),
        ({"action": "reprioritise"}, "/priority"),
        ({"priority": 5}, "/priority"),
        ({"action": "reprioritise", "priority": 10}, "/priority"),
        ({"dry_run": "maybe"}, "/dry_run"),
        ({"what": 1}, "/what"),
    ],
)
def test_a_wish_that_is_refused(call: Any, stage: Any, body: dict[str, Any], pointer: str | None) -> None:
    before = stage.count("operations")
    answer = call("POST", "/jobs/bulk", json=WISH | body)
    assert answer.status_code == 422, answer.text
    assert stage.count("operations") == before
    if pointer:
        found = answer.get_json()
        told = [each.get("pointer") for each in found.get("errors", [])] or [found["details"]["pointer"]]
        assert pointer in told, answer.text


def test_viewers_only_look_and_unknown_operations_are_not_found(call: Any, call_as: Any, stage: Any) -> None:
    viewer = call_as(stage.key(Role.VIEWER))
    assert viewer("POST", "/jobs/bulk", json=WISH).status_code == 403
    assert viewer("GET", f"/operations/{uuid4()}").status_code == 404
    assert viewer("GET", "/operations/1").status_code == 422


def test_others_jobs_are_not_meant_where_everybody_sees_its_own(
    shared: Any, stage: Any, call: Any, call_as: Callable[..., Any]
) -> None:
    call.submit(tags=["old"])
    own = build(replace(shared.settings, visibility="own"))
    operator = call_as(stage.key(Role.OPERATOR))
    operator.client = create_app(own).test_client()

    operator.submit(tags=["old"])

    assert operator("POST", "/jobs/bulk", json=WISH | {"dry_run": True}).get_json()["total"] == 1
    foreign = call("POST", "/jobs/bulk", json=WISH).get_json()
    assert foreign["total"] == 2
    assert operator("GET", f"/operations/{foreign['id']}").status_code == 404
    own.close()


def test_reasons_reach_the_events_and_the_audit_log(call: Any, stage: Any) -> None:
    job = call.submit(tags=["old"])["id"]
    operation = call("POST", "/jobs/bulk", json=WISH).get_json()["id"]
    alone = call.submit()["id"]
    call("POST", f"/jobs/{alone}/cancel", query_string={"reason": "A test."})
    work(stage, operation)

    noted = "SELECT changes FROM audit_log WHERE target = :target ORDER BY id DESC LIMIT 1"
    ((changes,),) = stage.rows(noted, target="/jobs/bulk")
    assert (changes[0]["kind"], changes[0]["after"]["reason"], changes[0]["after"]["jobs"]) == (
        "operation", "Wrong edition.", 1,
    )  # fmt: skip
    ((changes,),) = stage.rows(noted, target=f"/jobs/{alone}/cancel")
    assert {"kind": "reason", "id": alone, "before": None, "after": {"reason": "A test."}} in changes
    told = {each: call("GET", f"/jobs/{each}/events").get_json()["items"][-1]["data"] for each in (job, alone)}
    assert told == {job: {"reason": "Wrong edition.", "operation_id": operation}, alone: {"reason": "A test."}}
