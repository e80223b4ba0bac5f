"""/jobs/{id}/events through the real application."""

from __future__ import annotations

from typing import Any

from orchestrator.domain.job import JobStatus


def test_events_come_in_pages_the_oldest_first(call: Any, stage: Any) -> None:
    job = call.submit()
    stage.end(job["id"], JobStatus.FAILED, code="x", message="It broke.")
    call("POST", f"/jobs/{job['id']}/retry")

    first = call("GET", f"/jobs/{job['id']}/events?limit=2").get_json()
    second = call("GET", f"/jobs/{job['id']}/events?limit=2&cursor={first['next_cursor']}").get_json()

    events = first["items"] + second["items"]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert [event["type"] for event in events][:3] == ["job.created", "job.failed", "job.retried"]
    assert events[1]["data"] == {"error": {"code": "x", "message": "It broke."}}
    assert {event["correlation_id"] for event in events} == {job["correlation_id"]}
    assert second["next_cursor"] is None


def test_a_cursor_of_another_job_is_refused(call: Any, stage: Any) -> None:
    one, other = call.submit()["id"], call.submit()["id"]
    stage.end(one)
    cursor = call("GET", f"/jobs/{one}/events?limit=1").get_json()["next_cursor"]

    for path in (f"/jobs/{other}/events", "/events"):
        answer = call("GET", f"{path}?limit=1&cursor={cursor}")
        assert (answer.status_code, answer.get_json()["code"]) == (422, "cursor"), path
