"""/jobs/{id}/report through the real application."""

from __future__ import annotations

import json
from typing import Any

import pytest

from orchestrator.domain.job import JobStatus


def test_there_is_no_report_while_the_job_runs_or_the_report_is_made(call: Any, stage: Any) -> None:
    job_id = call.submit()["id"]

    running = call("GET", f"/jobs/{job_id}/report")
    stage.end(job_id)
    ended = call("GET", f"/jobs/{job_id}/report?format=json")

    assert (running.status_code, running.get_json()["job_status"]) == (202, "created")
    assert (ended.status_code, ended.get_json()["job_status"], ended.get_json()["percent"]) == (202, "completed", 100)


def test_text_and_json_tell_the_same(call: Any, stage: Any) -> None:
    job_id = call.submit(prompt="Which duties?")["id"]
    stage.requirement(job_id, 1, status="integrated", fulfilment="FULFILLED")
    stage.requirement(job_id, 2, status="rejected", rejection_reason="Q-03: not verifiable")
    stage.end(job_id)
    stage.report(job_id)

    text = call("GET", f"/jobs/{job_id}/report?format=text")
    as_json = call("GET", f"/jobs/{job_id}/report?format=json")

    assert (text.status_code, text.content_type) == (200, "text/plain; charset=utf-8")
    assert (as_json.status_code, as_json.content_type) == (200, "application/json")
    content = as_json.get_json()
    assert content["summary"]["status"] == {
        "pending": 0, "validating": 0, "integrated": 1, "rejected": 1, "failed": 0,
    }  # fmt: skip
    assert [item["rid"] for item in content["requirements"]] == [
        row.rid for row in stage.rows("SELECT rid FROM requirements ORDER BY seq")
    ]
    for words in (job_id, "Which duties?", '"Sentence 1 must hold."', "Rejected: Q-03: not verifiable", "FULFILLED"):
        assert words in text.text
    assert max(map(len, text.text.splitlines())) <= 100


def test_a_job_without_requirements_says_so(call: Any, stage: Any) -> None:
    job_id = call.submit()["id"]
    stage.end(job_id)
    stage.report(job_id)

    assert "0 requirements." in call("GET", f"/jobs/{job_id}/report").text


@pytest.mark.parametrize("status", [JobStatus.FAILED, JobStatus.CANCELLED])
def test_failed_and_cancelled_jobs_have_a_report(call: Any, stage: Any, status: JobStatus) -> None:
    job_id = call.submit()["id"]
    error = {"code": "encrypted", "message": "The PDF is encrypted."} if status is JobStatus.FAILED else {}
    stage.end(job_id, status, **error)
    stage.report(job_id)

    report = call("GET", f"/jobs/{job_id}/report").text

    assert f"{job_id}, {status}" in report
    assert ("encrypted: The PDF is encrypted." in report) == (status is JobStatus.FAILED)


def test_a_report_from_before_a_retry_is_not_the_report(call: Any, stage: Any) -> None:
    job_id = call.submit()["id"]
    stage.end(job_id, JobStatus.FAILED, code="x", message="y")
    stage.report(job_id)
    stage.end(job_id)

    assert call("GET", f"/jobs/{job_id}/report").status_code == 202
    stage.report(job_id)
    assert f"{job_id}, completed" in call("GET", f"/jobs/{job_id}/report").text
    assert stage.count("reports") == 2


def test_a_report_that_was_given_up_is_a_conflict(call: Any, stage: Any) -> None:
    job_id = call.submit()["id"]
    stage.end(job_id)
    error = json.dumps({"code": "crash", "message": "out of memory"})
    stage.run("UPDATE steps SET state = 'dead', error = CAST(:error AS jsonb) WHERE kind = 'report'", error=error)

    answer = call("GET", f"/jobs/{job_id}/report")

    assert (answer.status_code, answer.get_json()["code"]) == (409, "report_failed")
    assert "out of memory" in answer.get_json()["detail"]


@pytest.mark.parametrize("query", ["format=pdf", "format=", "format=text&x=1"])
def test_a_bad_query_is_refused(call: Any, query: str) -> None:
    job_id = call.submit()["id"]

    assert call("GET", f"/jobs/{job_id}/report?{query}").status_code == 422
