from __future__ import annotations

from typing import Any

import pytest

from orchestrator.cli.job_tables import job_facts
from orchestrator.cli.output import when

UNTIL = "2026-11-23T02:42:55.667703+00:00"
KEYS = "status waiting_for waiting_until error prompt scope priority engine on_error text_sent_to creator_status "
KEYS += "validator_status created_at owner started_at completed_at correlation_id"
JOB: dict[str, Any] = dict.fromkeys(KEYS.split()) | {
    "id": "j",
    "status": "processing",
    "document": {"file_name": "a.txt", "media_type": "text/plain", "size_bytes": 1, "sha256": "0"},
    "tags": [],
    "requirements": {"total": 0},
    "created_at": UNTIL,
}


@pytest.mark.parametrize(
    ("reason", "until", "said"),
    [
        (None, None, None),
        ("capacity", None, None),
        ("schedule", UNTIL, f"until {when(UNTIL)} UTC"),
        ("retry", UNTIL, f"until {when(UNTIL)} UTC; orchestrator jobs steps j tells what for"),
        ("budget", None, "the next call may use more tokens; orchestrator jobs edit j --token-budget N allows them"),
    ],
)
def test_a_job_that_waits_tells_for_what_and_what_to_do(
    reason: str | None, until: str | None, said: str | None
) -> None:
    job: Any = JOB | {"waiting_for": reason, "waiting_until": until}
    assert dict(job_facts(job))["Waiting"] == said


def test_a_failed_job_tells_how_often_its_step_was_tried() -> None:
    details = {"class": "crash", "kind": "extract", "part": "0002", "attempts": 4, "errors": 1, "crashes": 3}
    job: Any = JOB | {"status": "failed", "error": {"code": "poison", "message": "It died.", "details": details}}
    told = dict(job_facts(job))
    assert told["Error"] == "It died. [poison]"
    assert told["Tried"] == "extract 0002: attempts 4, errors 1, crashes 3, the last of class crash"
    job["error"]["details"] = {}
    assert dict(job_facts(job))["Tried"] is None
