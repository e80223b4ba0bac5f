"""/jobs/stuck and /jobs/recover through the real application."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.domain.access import Role


def age(stage: Any) -> None:
    stage.run(
        "UPDATE jobs SET (created_at, step_rank) = (created_at - interval '2 hours', step_rank - interval '2 hours')"
    )
    stage.run("DELETE FROM job_events")


def test_a_stuck_job_says_where_and_why(call: Any, stage: Any) -> None:
    job_id = call.submit()["id"]
    call.submit(stuck_after_minutes=600)
    age(stage)

    (stuck,) = call("GET", "/jobs/stuck").get_json()["items"]

    assert (stuck["job_id"], stuck["status"]) == (job_id, "created")
    assert (stuck["component"], stuck["reason"], stuck["threshold_minutes"]) == ("creator", "no_agent", 60.0)
    assert stuck["minutes"] == pytest.approx(120, abs=1)
    assert "orchestrator worker creator" in stuck["advice"]
    assert len(call("GET", "/jobs/stuck?threshold_minutes=30").get_json()["items"]) == 2
    assert call("GET", "/jobs/stuck?threshold_minutes=300").get_json()["items"] == []


@pytest.mark.parametrize(
    "query",
    ["threshold_minutes=0", "threshold_minutes=-5", "threshold_minutes=1e9", "threshold_minutes=nan",
     "threshold_minutes=soon", "threshold_minutes=", "limit=0", "limit=501", "x=1"],
)  # fmt: skip
def test_an_absurd_threshold_is_refused(call: Any, query: str) -> None:
    answer = call("GET", f"/jobs/stuck?{query}")

    assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid"), answer.text


@pytest.mark.parametrize("minutes", [0, -1, 100_000, "soon", True, []])
def test_an_absurd_threshold_of_a_job_is_refused(call: Any, stage: Any, minutes: Any) -> None:
    answer = call("POST", "/jobs", json={"prompt": "x", "stuck_after_minutes": minutes})

    assert answer.status_code == 422, answer.text
    assert answer.get_json()["errors"][0]["pointer"] == "/stuck_after_minutes"
    assert stage.count("jobs") == 0


def test_a_dry_run_counts_and_changes_nothing(call: Any, stage: Any) -> None:
    call.submit()
    stage.run("UPDATE jobs SET deadline_at = now() - interval '1 second'")

    dry = call("POST", "/jobs/recover?dry_run=true").get_json()
    assert dry == {
        "dry_run": True, "released": 0, "expired": 0, "lost": 0, "timed_out": 1, "moved_on": 0, "validating_reset": 0,
    }  # fmt: skip
    assert [row.status for row in stage.rows("SELECT status FROM jobs")] == ["created"]
    assert call("POST", "/jobs/recover").get_json() == dry | {"dry_run": False}
    assert [row.status for row in stage.rows("SELECT status FROM jobs")] == ["failed"]
    assert call("POST", "/jobs/recover?dry_run=maybe").status_code == 422


def test_what_recovery_did_is_told(call: Any, stage: Any) -> None:
    stage.run("DELETE FROM recovery_log")
    nothing = {"expired": 0, "lost": 0, "timed_out": 0}
    before = call("GET", "/jobs/stuck").get_json()["recovery"]
    assert before == {"looked_at": None, "recovered_at": None, "last": nothing, "total": nothing}
    for number in range(2):
        call.submit(prompt=f"Which duties has section {number}?")
        stage.run("UPDATE jobs SET deadline_at = now() - interval '1 second' WHERE status = 'created'")
        call("POST", "/jobs/recover")
    call("POST", "/jobs/recover")

    after = call("GET", "/jobs/stuck").get_json()["recovery"]
    assert (after["last"], after["total"]) == (nothing | {"timed_out": 1}, nothing | {"timed_out": 2})
    assert after["looked_at"] > after["recovered_at"]


def test_a_viewer_may_look_and_not_recover(call_as: Any, stage: Any) -> None:
    viewer = call_as(stage.key(Role.VIEWER))

    assert viewer("GET", "/jobs/stuck").status_code == 200
    assert viewer("POST", "/jobs/recover").status_code == 403
