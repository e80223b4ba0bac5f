"""/jobs/{id}/steps through the real application."""

from __future__ import annotations

from typing import Any

from orchestrator.domain.job import JobStatus


def test_steps_come_in_pages_the_oldest_first(call: Any, stage: Any) -> None:
    job_id = call.submit(priority=2)["id"]
    stage.end(job_id, JobStatus.COMPLETED)

    first = call("GET", f"/jobs/{job_id}/steps?limit=1").get_json()
    second = call("GET", f"/jobs/{job_id}/steps?limit=1&cursor={first['next_cursor']}").get_json()

    (read,), (report,) = first["items"], second["items"]
    assert (read["kind"], read["queue"], read["state"], read["priority"]) == ("read", "creator", "done", 2)
    assert (report["kind"], report["blocking"], second["next_cursor"]) == ("report", False, None)
    assert "payload" not in read
