"""/jobs/{id}/requirements through the real application."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def job_id(call: Any, stage: Any) -> str:
    """A job with eight numbered requirements of all kinds."""
    made: str = call.submit()["id"]
    stage.created(made)
    rows = [
        {"status": "integrated", "modality": "obligation", "confidence_score": 0.95, "is_gobd_relevant": True},
        {
            "status": "integrated",
            "modality": "prohibition",
            "confidence_score": 0.6,
            "needs_review": True,
            "is_gobd_relevant": False,
        },
        {"status": "rejected", "modality": "recommendation", "rejection_reason": "Q-03: not verifiable"},
        {"status": "failed", "last_error": "timeout", "retry_count": 5},
        {"status": "pending", "validate_part": "b1"},
        {"status": "pending", "validate_part": "b2", "requirement_type": None, "priority": None},
        {"status": "integrated", "requirement_type": "process"},
        {"status": "integrated", "modality": "authority_duty"},
    ]
    for number, columns in enumerate(rows, 1):
        stage.requirement(made, number, **columns)
    return made


def numbers(call: Any, job_id: str, query: str = "") -> list[int]:
    answer = call("GET", f"/jobs/{job_id}/requirements?{query}")
    assert answer.status_code == 200, answer.text
    return [item["seq"] for item in answer.get_json()["items"]]


def test_pages_follow_the_document(call: Any, job_id: str) -> None:
    first = call("GET", f"/jobs/{job_id}/requirements?limit=5").get_json()
    second = call("GET", f"/jobs/{job_id}/requirements?limit=5&cursor={first['next_cursor']}").get_json()

    assert [item["seq"] for item in first["items"] + second["items"]] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert second["next_cursor"] is None


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("status=integrated", [1, 2, 7, 8]),
        ("status=rejected,failed", [3, 4]),
        ("status=pending", [5, 6]),
        ("status=validating", []),
        ("modality=prohibition,authority_duty", [2, 8]),
        ("type=process", [7]),
        ("type=legal&status=integrated", [1, 2, 8]),
        ("priority=high", [1, 2, 3, 4, 5, 7, 8]),
        ("priority=low,medium", []),
        ("gobd=true", [1]),
        ("gobd=false", [2]),
        ("gdpr=true", []),
        ("locator=Rz.%207", [7]),
        ("locator=Rz", [1, 2, 3, 4, 5, 6, 7, 8]),
        ("locator=%25", []),
        ("q=sentence%203", [3]),
        ("q=must%20HOLD&priority=high&gobd=true", [1]),
        ("q=_", []),
        ("min_confidence=0.9", [1, 3, 4, 5, 6, 7, 8]),
        ("min_confidence=0.91", [1]),
        ("min_confidence=1", []),
    ],
)
def test_filters(call: Any, job_id: str, query: str, expected: list[int]) -> None:
    assert numbers(call, job_id, query) == expected


def test_a_requirement_whose_batch_runs_is_validating(call: Any, stage: Any, job_id: str) -> None:
    stage.run(
        "INSERT INTO steps (job_id, kind, part, queue, state, lease_owner, lease_until, correlation_id)"
        " VALUES (:id, 'validate', 'b1', 'validator', 'running', 'me', now() + interval '1 minute', 'x')",
        id=job_id,
    )

    assert numbers(call, job_id, "status=validating") == [5]
    assert numbers(call, job_id, "status=pending") == [6]
    counts = call("GET", f"/jobs/{job_id}").get_json()["requirements"]
    assert (counts["validating"], counts["pending"], counts["total"]) == (1, 1, 8)


def test_before_the_merge_requirements_come_in_the_order_of_finding(call: Any, stage: Any) -> None:
    job_id = call.submit()["id"]
    rids = [stage.requirement(job_id, number, seq=None) for number in (3, 1, 2)]

    items = call("GET", f"/jobs/{job_id}/requirements?limit=2").get_json()
    rest = call("GET", f"/jobs/{job_id}/requirements?limit=2&cursor={items['next_cursor']}").get_json()

    assert [item["rid"] for item in items["items"] + rest["items"]] == rids


def test_one_requirement_shows_its_source_and_null_for_what_is_unknown(call: Any, stage: Any, job_id: str) -> None:
    rid = stage.rows("SELECT rid FROM requirements WHERE seq = 6")[0].rid

    shown = call("GET", f"/jobs/{job_id}/requirements/{rid}").get_json()

    assert shown["citations"] == [
        {"quote": "Sentence 6 must hold.", "start": 0, "end": 10, "page": 6, "locator": "Rz. 6", "match": "exact"}
    ]
    assert shown["source_location"]["section"] == "1 General"
    assert (shown["requirement_type"], shown["priority"], shown["is_gobd_relevant"]) == (None, None, None)


@pytest.mark.parametrize(("rid", "status"), [("R-ABCDEFGH23", 404), ("R-abc", 422), ("x", 422), ("%00", 422)])
def test_unknown_and_malformed_rids(call: Any, job_id: str, rid: str, status: int) -> None:
    assert call("GET", f"/jobs/{job_id}/requirements/{rid}").status_code == status


@pytest.mark.parametrize(
    "query",
    ["status=done", "modality=must", "type=x", "min_confidence=2", "min_confidence=nan", "min_confidence=-0.1",
     "min_confidence=1e999", "limit=101", "sort=seq"],
)  # fmt: skip
def test_a_bad_query_is_refused(call: Any, job_id: str, query: str) -> None:
    answer = call("GET", f"/jobs/{job_id}/requirements?{query}")

    assert (answer.status_code, answer.content_type) == (422, "application/problem+json"), answer.text
