"""Reports in the database."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, text

from orchestrator.bootstrap import Orchestrator
from orchestrator.domain.job import JobStatus
from orchestrator.domain.submission import Submission
from orchestrator.errors import Invalid, NotFound
from orchestrator.services.advance import end_job
from orchestrator.storage import reports, steps
from orchestrator.storage.models import DocumentText, Job, Requirement


def finished(orchestrator: Orchestrator, count: int = 3, status: str = "integrated") -> UUID:
    job_id: UUID = orchestrator.job_manager.submit(Submission("ann", f"Which duties? {uuid4()}", "t")).job.id
    with orchestrator.sessions.begin() as session:
        job = session.get_one(Job, job_id)
        read = DocumentText(
            document_id=job.document_id, reader_version="1", media_type="text/plain", language="de",
            title="Titel", text="Satz. " * 10, page_starts=[0, 20], passages=[],
        )  # fmt: skip
        session.add(read)
        session.flush()
        job.document_text_id, job.status = read.id, "processing"
        session.add_all(row(job_id, number, status) for number in range(1, count + 1))
        steps.cancel_open(session, job_id)
        end_job(session, job_id, JobStatus.COMPLETED)
    return job_id


def row(job_id: UUID, number: int, status: str) -> Requirement:
    place: dict[str, Any] = {"page": 1, "locator": f"Rz. {number}", "section": f"Abschnitt {number // 10}"}
    return Requirement(
        job_id=job_id, rid=f"R-{number}", seq=number, requirement_text="Es ist zu tun.", requirement_name="Tun",
        modality="obligation", source_document="a", source_location=place, confidence_score=0.9, status=status,
        citations=[place | {"quote": "Es ist zu tun.", "start": 0, "end": 14}], is_gobd_relevant=number % 2 == 0,
    )  # fmt: skip


def generate(orchestrator: Orchestrator, job_id: UUID) -> dict[str, Any]:
    with orchestrator.sessions.begin() as session:
        return orchestrator.reporter.generate(session, job_id)


def test_repeating_it_leaves_one_report_per_format(orchestrator: Orchestrator) -> None:
    job_id = finished(orchestrator)

    first, second = generate(orchestrator, job_id), generate(orchestrator, job_id)

    assert first == second == {"requirements": 3, "formats": ["text", "json"]}
    with orchestrator.sessions() as session:
        assert session.execute(text("SELECT count(*) FROM reports")).scalar_one() == 2


def test_a_report_that_came_between_two_looks_is_not_made_again(orchestrator: Orchestrator) -> None:
    job_id = finished(orchestrator)
    generate(orchestrator, job_id)
    with orchestrator.sessions.begin() as session:
        session.execute(text("UPDATE steps SET state = 'done', finished_at = now() WHERE kind = 'report'"))
        job = session.get_one(Job, job_id)

    orchestrator.reporter._see_that_it_is_made(job, "text")

    with orchestrator.sessions() as session:
        assert session.execute(text("SELECT count(*) FROM steps WHERE kind = 'report'")).scalar_one() == 1


def test_what_was_found_can_be_read_although_it_is_replaced(orchestrator: Orchestrator) -> None:
    job_id = finished(orchestrator)
    generate(orchestrator, job_id)
    found = orchestrator.reporter.stored(job_id, "text")
    generate(orchestrator, job_id)

    assert found.read().startswith(b"Requirements of")


def test_the_head_knows_the_document_as_read(orchestrator: Orchestrator) -> None:
    job_id = finished(orchestrator)
    generate(orchestrator, job_id)

    document = json.loads(orchestrator.reporter.stored(job_id, "json").read())["document"]

    assert (document["title"], document["language"], document["pages"], document["characters"]) == (
        "Titel",
        "de",
        2,
        60,
    )


def test_the_numbers_are_those_of_the_rows(orchestrator: Orchestrator) -> None:
    job_id = finished(orchestrator, 5)
    generate(orchestrator, job_id)

    summary = json.loads(orchestrator.reporter.stored(job_id, "json").read())["summary"]

    assert summary["total"] == summary["status"]["integrated"] == summary["modality"]["obligation"] == 5
    assert summary["gobd"] == {"relevant": 2, "not_relevant": 3, "unknown": 0}
    assert summary["gdpr"] == {"relevant": 0, "not_relevant": 0, "unknown": 5}
    assert summary["type"]["unknown"] == summary["priority"]["unknown"] == 5


def test_ten_times_the_requirements_cost_no_further_statement(orchestrator: Orchestrator) -> None:
    small, large = finished(orchestrator, 10), finished(orchestrator, 100)
    seen: list[str] = []
    event.listen(orchestrator.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))

    generate(orchestrator, small)
    few = len(seen)
    generate(orchestrator, large)

    assert len(seen) - few == few


def test_an_unknown_job_has_no_report(orchestrator: Orchestrator) -> None:
    with pytest.raises(NotFound):
        generate(orchestrator, UUID(int=1))
    with pytest.raises(NotFound):
        orchestrator.reporter.stored(UUID(int=1), "text")


def test_the_day_counts_what_was_submitted_on_it(orchestrator: Orchestrator) -> None:
    today = datetime.now(UTC).date()
    finished(orchestrator, 3)
    finished(orchestrator, 2, status="rejected")
    cancelled = orchestrator.job_manager.submit(Submission("ann", "x", "t")).job.id
    orchestrator.job_manager.cancel(cancelled)
    with orchestrator.sessions.begin() as session:
        old = orchestrator.job_manager.submit(Submission("ann", "old", "t")).job.id
        session.execute(text("UPDATE jobs SET created_at = now() - interval '2 days' WHERE id = :id"), {"id": old})

    def daily(day: date) -> dict[str, Any]:
        with orchestrator.sessions.begin() as session:
            return orchestrator.reporter.daily(session, day)

    content = daily(today)

    assert content["totals"] == {"jobs": 3, "requirements": 5, "documents": 4}
    assert content["jobs"] == {"completed": 2, "cancelled": 1}
    assert content["requirements"] == {"integrated": 3, "rejected": 2}
    assert daily(today - timedelta(days=2))["jobs"] == {"created": 1}
    assert daily(today - timedelta(days=9))["jobs"] == {}
    daily(today)
    with orchestrator.sessions() as session:
        stored = reports.find(session, None, f"daily:{today}", "json")
        assert stored is not None
        assert json.loads(reports.chunk(session, stored.id, 0) or b"")["jobs"] == content["jobs"]
        assert reports.find(session, None, f"daily:{today}", "text") is not None


def test_the_totals_of_a_day_are_those_of_the_rows(orchestrator: Orchestrator) -> None:
    """Jobs on both sides of midnight UTC, counted anew by the plainest statement there is."""
    for number, status in enumerate(("integrated", "rejected", "failed", "integrated")):
        job_id = finished(orchestrator, number + 1, status)
        with orchestrator.sessions.begin() as session:
            moved = "date_trunc('day', now()) - make_interval(secs => :seconds)"
            seconds = {"id": job_id, "seconds": (number - 1) * 0.001}
            session.execute(text(f"UPDATE jobs SET created_at = {moved} WHERE id = :id"), seconds)  # noqa: S608 - names of the test, no input
    found = {each["day"]: each for each in orchestrator.reporter.days(3)}

    with orchestrator.sessions() as session:
        today = datetime.now(UTC).date()
        for day in (today - timedelta(days=2), today - timedelta(days=1), today):
            of_day = {"day": day.isoformat()}
            jobs = "SELECT status, count(*) FROM jobs WHERE created_at::date = :day GROUP BY status"
            judged = """SELECT r.status, count(*) FROM requirements r JOIN jobs j ON j.id = r.job_id
                        WHERE j.created_at::date = :day GROUP BY r.status"""
            rows = {
                "jobs": dict(session.execute(text(jobs), of_day).all()),
                "requirements": dict(session.execute(text(judged), of_day).all()),
            }
            assert {name: found[day.isoformat()][name] for name in rows} == rows
            totals = {name: sum(counts.values()) for name, counts in rows.items()}
            assert {name: found[day.isoformat()]["totals"][name] for name in rows} == totals
    assert sum(each["totals"]["jobs"] for each in found.values()) == 4
    assert found[today.isoformat()]["totals"]["requirements"] == 3


def test_days_without_anything_are_there_and_empty(orchestrator: Orchestrator) -> None:
    found = orchestrator.reporter.days(365)

    assert len(found) == 365
    assert found[-1]["day"] == datetime.now(UTC).date().isoformat()
    assert all(each["totals"] == {"jobs": 0, "requirements": 0, "documents": 0} for each in found)


@pytest.mark.parametrize("days", [0, -1, 366])
def test_too_many_or_too_few_days(orchestrator: Orchestrator, days: int) -> None:
    with pytest.raises(Invalid):
        orchestrator.reporter.days(days)


def test_citations_and_repetitions_are_counted(orchestrator: Orchestrator) -> None:
    job_id = finished(orchestrator, 3)
    with orchestrator.sessions.begin() as session:
        session.execute(text("UPDATE requirements SET citations = citations || citations WHERE seq = 1"))
        session.execute(text("UPDATE steps SET error_count = 2, crash_count = 1, retries = 1 WHERE kind = 'read'"))
    generate(orchestrator, job_id)

    report = json.loads(orchestrator.reporter.stored(job_id, "json").read())

    assert report["citations"] == {
        "requirements": 3, "citations": 4, "exact": 0, "repaired": 0, "several": 1, "pages": 1, "locators": 3,
    }  # fmt: skip
    assert report["attempts"] == {"steps": 1, "errors": 2, "crashes": 1, "dead": 0, "retries": 1}
    assert report["summary"]["status"]["validating"] == 0
    assert report["llm"]["used"] is False
