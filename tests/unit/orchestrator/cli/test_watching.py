from __future__ import annotations

from typing import Any

import pytest

from orchestrator.cli.watching import describe, require_completed
from orchestrator.errors import OrchestratorError

NONE_FOUND = dict.fromkeys(("total", "pending", "validating", "integrated", "rejected", "failed"), 0)


def progress(**known: Any) -> Any:
    start = {
        "job_id": "j",
        "status": "processing",
        "waiting_for": None,
        "percent": 0,
        "parts": {"done": 0, "total": 1},
        "steps": {"done": 0, "open": 1, "dead": 0, "cancelled": 0},
        "requirements": NONE_FOUND,
        "elapsed_s": 0.0,
        "eta_s": None,
        "queue_position": None,
    }
    return start | known


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({"status": "created", "queue_position": 3}, "in the queue, place 3"),
        ({"status": "created", "waiting_for": "capacity"}, "waiting for a free worker"),
        ({"waiting_for": "retry"}, "waiting to repeat a step"),
        ({}, "reading"),
        (
            {"waiting_for": "budget"},
            "waiting for a larger token budget: orchestrator jobs edit j --token-budget N",
        ),
        ({"waiting_for": "dependencies"}, "waiting for dependencies"),
        ({"parts": {"done": 2, "total": 6}}, "reading, 2 of 6 parts done"),
        (
            {"parts": {"done": 2, "total": 6}, "eta_s": {"low": 2.4, "high": 14.6}},
            "reading, 2 of 6 parts done, 2-15 s left",
        ),
        (
            {
                "parts": {"done": 6, "total": 6},
                "requirements": NONE_FOUND | {"total": 9, "pending": 5, "integrated": 4},
            },
            "4 of 9 requirements validated",
        ),
        (
            {"status": "completed", "requirements": NONE_FOUND | {"total": 2, "integrated": 2}},
            "completed: 2 integrated",
        ),
        ({"status": "completed"}, "completed: no requirements"),
        ({"status": "cancelled"}, "cancelled: no requirements"),
    ],
)
def test_describe_tells_what_a_job_is_at(known: dict[str, Any], said: str) -> None:
    assert describe(progress(**known)) == said


def test_a_bar_without_news_says_nothing() -> None:
    assert describe(None) == ""


def test_only_a_completed_job_is_a_success() -> None:
    job: Any = {"id": "j", "status": "completed", "error": None}
    require_completed(job)
    with pytest.raises(OrchestratorError, match=r"^job j was cancelled$"):
        require_completed(job | {"status": "cancelled"})
    error = {"code": "encrypted", "message": "The PDF has a password.", "details": {}}
    with pytest.raises(OrchestratorError, match=r"^job j failed: The PDF has a password\. \[encrypted\]$"):
        require_completed(job | {"status": "failed", "error": error})
