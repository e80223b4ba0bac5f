"""PATCH /jobs/{id}, its place in the queue, submissions that wait or are equal, and paused queues."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from orchestrator.domain.access import Role

LATER = "2099-01-01T00:00:00Z"


def test_an_edit_needs_the_version_that_was_seen(call: Any) -> None:
    job = call.submit()
    path = f"/jobs/{job['id']}"

    changed = call(
        "PATCH", path, json={"priority": 9, "context": {"case": 7}, "tags": ["a"]}, headers={"If-Match": '"1"'}
    )

    assert changed.status_code == 200
    assert changed.headers["ETag"] == '"2"'
    shown = call("GET", path).get_json()
    assert (shown["priority"], shown["context"], shown["tags"]) == (9, {"case": 7}, ["a"])
    assert call("PATCH", path, json={"priority": 1}, headers={"If-Match": '"1"'}).status_code == 412
    front = call("POST", f"{path}/front")
    assert (front.status_code, front.get_json()["priority"]) == (200, 9)


@pytest.mark.parametrize(
    "body",
    [{}, {"priority": 10}, {"priority": "5"}, {"run_at": "soon"}, {"run_at": LATER}, {"depends_on": ["x"]},
     {"on_parent_failure": "hope"}, {"prompt": "x"}, {"tags": ["a"] * 21}, {"context": []}],
)  # fmt: skip
def test_an_edit_that_is_refused(call: Any, body: Any) -> None:
    job = call.submit()
    answer = call("PATCH", f"/jobs/{job['id']}", json=body)
    assert answer.status_code == 422, answer.text
    assert call("GET", f"/jobs/{job['id']}").get_json()["version"] == 1


def test_dependencies_are_shown_and_those_of_others_are_not_found(call: Any, call_as: Any, stage: Any) -> None:
    parent = call.submit()
    child = call.submit(depends_on=[parent["id"], parent["id"]], on_parent_failure="ignore")
    assert (child["waiting_for"], child["waiting_on"], child["deadline_at"]) == ("dependencies", [parent["id"]], None)

    cycle = call("PATCH", f"/jobs/{parent['id']}", json={"depends_on": [child["id"]]})
    assert (cycle.status_code, cycle.get_json()["code"]) == (422, "cycle")
    assert child["id"] in cycle.get_json()["detail"]

    other = call_as(stage.key(Role.OPERATOR))
    for caller, wanted in ((other, parent["id"]), (call, str(uuid4()))):
        answer = caller("POST", "/jobs", json={"prompt": "x", "depends_on": [wanted]})
        assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")


def test_an_ended_job_keeps_its_place_but_not_its_tags(call: Any) -> None:
    job = call.submit()
    call("POST", f"/jobs/{job['id']}/cancel")
    refused = call("PATCH", f"/jobs/{job['id']}", json={"priority": 1})
    assert (refused.status_code, refused.get_json()["code"]) == (409, "invalid_transition")
    assert call("POST", f"/jobs/{job['id']}/front").status_code == 409
    assert call("PATCH", f"/jobs/{job['id']}", json={"tags": ["done"]}).status_code == 200


def test_an_equal_submission_is_the_job_that_is_there(call: Any) -> None:
    first = call("POST", "/jobs", json={"prompt": "Which  duties?"})
    again = call("POST", "/jobs", json={"prompt": "Which  duties?"})

    assert (first.status_code, first.get_json()["deduplicated"]) == (202, False)
    assert (again.status_code, again.get_json()["deduplicated"]) == (200, True)
    assert again.get_json()["id"] == first.get_json()["id"]
    assert again.headers["Location"] == first.headers["Location"]
    for changed in ({"deduplicate": False}, {"context": {"case": 1}}, {"scope": "Art. 5"}):
        assert call("POST", "/jobs", json={"prompt": "Which  duties?"} | changed).status_code == 202


def test_a_queue_is_paused_by_admins_until_it_is_resumed(call: Any, call_as: Any, stage: Any) -> None:
    paused = call("POST", "/queues/creator/pause").get_json()
    assert paused["paused_at"]
    assert paused["paused_by"]
    assert call.submit()["waiting_for"] == "paused"
    resumed = call("POST", "/queues/creator/resume").get_json()
    assert (resumed["paused_at"], resumed["paused_by"]) == (None, None)
    assert call("POST", "/queues/nonesuch/pause").status_code == 404
    assert call_as(stage.key(Role.OPERATOR))("POST", "/queues/creator/pause").status_code == 403
