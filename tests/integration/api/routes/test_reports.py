"""/jobs/{id}/report through the real application."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from typing import Any
from uuid import UUID

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


def ended(call: Any, stage: Any, count: int = 2) -> str:
    job_id = str(call.submit()["id"])
    for number in range(1, count + 1):
        stage.requirement(job_id, number, status="integrated")
    stage.end(job_id)
    stage.report(job_id)
    return job_id


def report_steps(stage: Any, job_id: str) -> list[tuple[str, str]]:
    rows = stage.rows("SELECT part, state FROM steps WHERE job_id = :id AND kind = 'report' ORDER BY id", id=job_id)
    return [(row.part, row.state) for row in rows]


def make(stage: Any, job_id: str, part: str) -> None:
    """What the maintenance worker does with the step of this part."""
    write = stage.orchestrator.reporter.make(UUID(job_id), part)
    with stage.sessions.begin() as session:
        write(session)
    stage.run("UPDATE steps SET state = 'done', finished_at = now() WHERE part = :part", part=part)


def test_another_format_is_made_when_it_is_asked_for_first(call: Any, stage: Any) -> None:
    job_id = ended(call, stage)
    path = f"/jobs/{job_id}/report?format=html"

    asked = [call("GET", path) for _ in range(2)]
    assert [answer.status_code for answer in asked] == [202, 202]
    assert asked[0].headers["Location"].endswith(path)
    assert report_steps(stage, job_id)[1:] == [("html.1", "pending")], "asked twice, made once"
    make(stage, job_id, "html.1")
    found = call("GET", path)

    assert (found.status_code, found.content_type) == (200, "text/html; charset=utf-8")
    assert found.headers["Content-Disposition"] == f"inline; filename=report-{job_id}.html"
    assert "script-src" not in found.headers["Content-Security-Policy"]
    assert found.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'sha256-")
    digest = base64.b64encode(hashlib.sha256(found.data).digest()).decode()
    assert found.headers["Repr-Digest"] == f"sha-256=:{digest}:"
    assert found.content_length == len(found.data)
    assert found.data.count(b"<article") == 2
    assert call("GET", f"/jobs/{job_id}/report", headers={"Accept": "text/html"}).data == found.data
    assert call("GET", f"/jobs/{job_id}/report", headers={"Accept": "application/json"}).is_json
    assert call("GET", f"/jobs/{job_id}/report", headers={"Accept": "image/png"}).mimetype == "text/plain"


def test_a_retry_or_a_review_makes_a_stored_report_old(call: Any, stage: Any) -> None:
    job_id = ended(call, stage)
    path = f"/jobs/{job_id}/report?format=csv"
    call("GET", path)
    make(stage, job_id, "csv.1")
    assert call("GET", path).status_code == 200

    stage.run(
        """INSERT INTO requirement_reviews (job_id, rid, reviewer, decision, reason, before, after)
           VALUES (:id, 'R-AAAAAAAAAA', 'ann', 'accept', 'fine', '{}', '{}')""",
        id=job_id,
    )

    assert call("GET", path).status_code == 202
    make(stage, job_id, "csv.2")
    assert call("GET", path).status_code == 200
    assert [part for part, _ in report_steps(stage, job_id)][1:] == ["csv.1", "csv.2"]
    assert len(stage.rows("SELECT 1 FROM reports WHERE format = 'csv'")) == 1


def test_a_format_that_was_given_up_rests_before_it_is_tried_again(call: Any, stage: Any) -> None:
    job_id = ended(call, stage)
    path = f"/jobs/{job_id}/report?format=xlsx"
    call("GET", path)
    stage.run("UPDATE steps SET state = 'dead', finished_at = now() WHERE part = 'xlsx.1'")
    assert (call("GET", path).status_code, call("GET", path).get_json()["code"]) == (409, "report_failed")
    assert call("GET", f"/jobs/{job_id}/report").status_code == 200, "the others are not touched"

    stage.run("UPDATE steps SET finished_at = now() - interval '11 minutes' WHERE part = 'xlsx.1'")

    assert call("GET", path).status_code == 202
    assert report_steps(stage, job_id)[1:] == [("xlsx.1", "dead"), ("xlsx.2", "pending")]


def test_the_pack_of_a_job_has_its_document_and_all_formats(call: Any, stage: Any) -> None:
    job_id = ended(call, stage, 3)
    assert call("GET", f"/jobs/{job_id}/pack").status_code == 202
    make(stage, job_id, "pack.1")

    answer = call("GET", f"/jobs/{job_id}/pack")

    assert (answer.status_code, answer.content_type) == (200, "application/zip")
    assert f"filename=audit-pack-{job_id}.zip" in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        document = call("GET", f"/jobs/{job_id}/document").data
        assert archive.read(manifest["members"][0]["name"]) == document
        assert manifest["document"]["sha256"] == hashlib.sha256(document).hexdigest()
        assert manifest["requirements"]["total"] == len(json.loads(archive.read("report.json"))["requirements"]) == 3
    assert manifest["job"]["id"] == job_id


def test_a_long_report_is_stored_in_chunks_and_read_back_whole(call: Any, stage: Any) -> None:
    job_id = ended(call, stage, 1)
    stage.run("UPDATE requirements SET requirement_text = repeat('ä', 1300000) WHERE job_id = :id", id=job_id)
    stage.report(job_id)

    sizes = stage.rows(
        """SELECT length(data) AS size FROM report_chunks c JOIN reports r ON r.id = c.report_id
           WHERE r.format = 'json' ORDER BY number"""
    )
    answer = call("GET", f"/jobs/{job_id}/report?format=json")

    assert [row.size for row in sizes[:-1]] == [1_000_000, 1_000_000]
    assert len(answer.data) == answer.content_length == sum(row.size for row in sizes)
    assert len(answer.get_json()["requirements"][0]["requirement_text"]) == 1_300_000


def test_a_report_of_an_older_release_is_read_as_it_was_stored(call: Any, stage: Any) -> None:
    job_id = ended(call, stage)
    stage.run("DELETE FROM report_chunks; UPDATE reports SET content = 'Alt.', size_bytes = NULL, sha256 = NULL")

    assert call("GET", f"/jobs/{job_id}/report").text == "Alt."
