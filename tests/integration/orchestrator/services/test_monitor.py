"""Waiting for the end of a job, and how its requirements divide."""

from __future__ import annotations

import asyncio
import functools
import threading
import time
from collections import Counter
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from orchestrator.bootstrap import Orchestrator
from orchestrator.domain.submission import Submission
from orchestrator.errors import Invalid, NotFound, TimedOut
from orchestrator.services.job_view import ProgressView
from orchestrator.storage.models import Requirement


def submit(orchestrator: Orchestrator) -> UUID:
    job_id: UUID = orchestrator.job_manager.submit(Submission("ann", "Which duties?", "test")).job.id
    return job_id


class Canceller:
    """Cancels a job from a thread of its own, once."""

    def __init__(self, orchestrator: Orchestrator, job_id: UUID) -> None:
        self._thread = threading.Thread(target=lambda: orchestrator.job_manager.cancel(job_id))

    def __call__(self) -> None:
        if self._thread.ident is None:
            self._thread.start()

    def join(self) -> None:
        self._thread.join(30)


def test_the_wait_ends_with_the_job_and_the_callback_hears_of_every_change(orchestrator: Orchestrator) -> None:
    job_id = submit(orchestrator)
    heard: list[ProgressView] = []
    cancel = Canceller(orchestrator, job_id)

    def hear(progress: ProgressView) -> None:
        heard.append(progress)
        cancel()

    last = orchestrator.monitor.wait_for_completion(job_id, hear, 60)

    cancel.join()
    assert last.status == "cancelled"
    assert [progress.status for progress in heard] == ["created", "cancelled"]
    assert heard[-1] == last


def test_a_coroutine_function_is_awaited(orchestrator: Orchestrator) -> None:
    job_id = submit(orchestrator)
    orchestrator.job_manager.cancel(job_id)
    heard = []

    async def callback(progress: ProgressView) -> None:
        await asyncio.sleep(0.01)
        heard.append(progress.status)

    class Listener:
        async def __call__(self, progress: ProgressView) -> None:
            await callback(progress)

    for each in (callback, functools.partial(callback), Listener()):
        orchestrator.monitor.wait_for_completion(job_id, each, 60)

    assert heard == ["cancelled"] * 3


def test_a_coroutine_waits_in_a_thread(orchestrator: Orchestrator) -> None:
    job_id = submit(orchestrator)
    orchestrator.job_manager.cancel(job_id)

    async def main() -> ProgressView:
        return await asyncio.to_thread(orchestrator.monitor.wait_for_completion, job_id, None, 60)

    assert asyncio.run(main()).status == "cancelled"


@pytest.mark.parametrize("kind", ["function", "coroutine"])
def test_a_callback_that_raises_is_logged_and_the_wait_goes_on(orchestrator: Orchestrator, kind: str) -> None:
    job_id = submit(orchestrator)
    calls = []
    cancel = Canceller(orchestrator, job_id)

    def function(progress: ProgressView) -> None:
        calls.append(progress.status)
        cancel()
        raise ValueError("not today")

    async def coroutine(progress: ProgressView) -> None:
        function(progress)

    with capture_logs() as logs:
        last = orchestrator.monitor.wait_for_completion(job_id, function if kind == "function" else coroutine, 60)

    cancel.join()
    assert (last.status, calls) == ("cancelled", ["created", "cancelled"])
    failures = [line for line in logs if line["event"] == "callback_failed"]
    assert [line["status"] for line in failures] == calls


def test_a_callback_that_hangs_takes_no_longer_than_the_wait(orchestrator: Orchestrator) -> None:
    job_id = submit(orchestrator)

    async def hangs(progress: ProgressView) -> None:
        await asyncio.sleep(60)

    started = time.monotonic()
    with capture_logs(), pytest.raises(TimedOut):
        orchestrator.monitor.wait_for_completion(job_id, hangs, 0.5)
    assert time.monotonic() - started < 50


def test_a_job_that_goes_on_is_a_time_out(orchestrator: Orchestrator) -> None:
    job_id = submit(orchestrator)
    with pytest.raises(TimedOut, match=r"is still created \(0 %\) after 0.2 s"):
        orchestrator.monitor.wait_for_completion(job_id, timeout_s=0.2)


@pytest.mark.parametrize("timeout_s", [0, -1, float("nan"), float("inf"), 1e9])
def test_an_absurd_time_out_is_refused(orchestrator: Orchestrator, timeout_s: float) -> None:
    with pytest.raises(Invalid, match="timeout_s must be"):
        orchestrator.monitor.wait_for_completion(uuid4(), None, timeout_s)


def test_an_unknown_job_is_not_waited_for(orchestrator: Orchestrator) -> None:
    for ask in (orchestrator.monitor.wait_for_completion, orchestrator.monitor.breakdown, orchestrator.monitor.refused):
        with pytest.raises(NotFound):
            ask(uuid4())


STATUSES = ("pending", "integrated", "integrated", "rejected", "failed", "pending", "rejected")


@pytest.fixture
def filled(orchestrator: Orchestrator) -> UUID:
    """A job whose requirements have every status; the batch `a` is being judged."""
    job_id = submit(orchestrator)
    with orchestrator.sessions.begin() as session:
        for number, status in enumerate(STATUSES, 1):
            locator = f"Rz. {number // 3}"
            place: dict[str, Any] = {"page": number, "locator": locator, "section": "1", "start": 0, "end": 4}
            row = Requirement(
                job_id=job_id, rid=f"R-{number}", seq=number, requirement_text="t", requirement_name="n",
                modality="obligation" if number % 2 else "prohibition",
                requirement_type="legal" if number > 3 else None,
                priority="high" if number < 3 else None, source_document="d", source_location=place,
                citations=[place | {"quote": "text", "match": "exact"}], confidence_score=0.9, status=status,
                is_gobd_relevant=number == 1, rejection_reason="R-1" if status == "rejected" else None,
                last_error="broke" if status == "failed" else None, validate_part="a" if number < 6 else "b",
            )  # fmt: skip
            session.add(row)
        session.flush()
        running = """INSERT INTO steps (job_id, kind, part, queue, state, lease_owner, lease_until, correlation_id)
                     VALUES (:id, 'validate', 'a', 'validator', 'running', 'me:1', now() + interval '1 hour', 't')"""
        session.execute(text(running), {"id": job_id})
    return job_id


def test_the_view_counts_what_the_rows_say(orchestrator: Orchestrator, filled: UUID) -> None:
    submit(orchestrator)
    shown = orchestrator.job_manager.get(filled).requirements

    with orchestrator.sessions() as session:
        rows = session.execute(
            text(
                """SELECT CASE WHEN r.status = 'pending' AND EXISTS (
                                   SELECT 1 FROM steps s WHERE s.job_id = r.job_id AND s.kind = 'validate'
                                     AND s.part = r.validate_part AND s.state = 'running') THEN 'validating'
                               ELSE r.status END AS shown
                   FROM requirements r WHERE r.job_id = :id"""
            ),
            {"id": filled},
        ).scalars()
        counted = Counter(rows)
    assert counted == {"pending": 1, "validating": 1, "integrated": 2, "rejected": 2, "failed": 1}
    assert shown == {"total": 7, **counted}


def test_the_breakdown_sums_up_in_every_way(orchestrator: Orchestrator, filled: UUID) -> None:
    found = orchestrator.monitor.breakdown(filled)

    assert found["status"] == {"pending": 1, "validating": 1, "integrated": 2, "rejected": 2, "failed": 1}
    assert found["modality"]["obligation"] == 4
    assert found["type"] == {"functional": 0, "quality": 0, "constraint": 0, "legal": 4, "process": 0, "unknown": 3}
    assert found["priority"] == {"high": 2, "medium": 0, "low": 0, "unknown": 5}
    assert found["gobd"] == {"relevant": 1, "not_relevant": 6, "unknown": 0}
    for name in ("status", "modality", "type", "priority", "gobd", "gdpr"):
        assert sum(found[name].values()) == found["total"] == 7
    assert [(place["locator"], place["total"]) for place in found["locator"]] == [
        ("Rz. 0", 2),
        ("Rz. 1", 3),
        ("Rz. 2", 2),
    ]
    assert sum(place["rejected"] for place in found["locator"]) == 2


def test_refused_requirements_come_with_their_reasons(orchestrator: Orchestrator, filled: UUID) -> None:
    found = orchestrator.monitor.refused(filled)

    assert [(row.seq, row.status, row.rejection_reason or row.last_error) for row in found] == [
        (4, "rejected", "R-1"), (5, "failed", "broke"), (7, "rejected", "R-1"),
    ]  # fmt: skip
    assert len(orchestrator.monitor.refused(filled, 1)) == 1
