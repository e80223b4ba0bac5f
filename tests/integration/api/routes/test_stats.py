"""/stats/daily through the real application."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from orchestrator.domain.job import JobStatus


def test_days_are_counted_up_to_today(call: Any, stage: Any) -> None:
    job_id = call.submit()["id"]
    stage.requirement(job_id, 1, status="integrated")
    stage.end(job_id)
    stage.end(call.submit()["id"], JobStatus.FAILED, code="x", message="y")
    old = call.submit()["id"]
    stage.run("UPDATE jobs SET created_at = created_at - interval '1 day' WHERE id = :id", id=old)

    *_, yesterday, today = call("GET", "/stats/daily?days=7").get_json()["items"]

    assert today == {
        "day": datetime.now(UTC).date().isoformat(),
        "totals": {"jobs": 2, "requirements": 1, "documents": 1},
        "jobs": {"completed": 1, "failed": 1},
        "requirements": {"integrated": 1},
        "documents": {"new": 1},
    }
    assert yesterday["jobs"] == {"created": 1}


@pytest.mark.parametrize(("query", "count"), [("", 30), ("?days=1", 1), ("?days=365", 365)])
def test_as_many_days_as_asked_for(call: Any, query: str, count: int) -> None:
    assert len(call("GET", f"/stats/daily{query}").get_json()["items"]) == count


@pytest.mark.parametrize("days", ["0", "366", "-1", "text", "1.5", "", "1;DROP TABLE jobs", "9" * 30, "%00"])
def test_other_numbers_of_days_are_refused(call: Any, days: str) -> None:
    answer = call("GET", f"/stats/daily?days={days}")

    assert (answer.status_code, answer.get_json()["errors"][0]["parameter"]) == (422, "days"), answer.text
