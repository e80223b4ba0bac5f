"""`orchestrator jobs bulk|operation` against the real API; a thread plays the maintenance worker."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from orchestrator.storage.models import Operation


@pytest.fixture
def worker(api: Any) -> Iterator[None]:
    """Gives every operation its turns."""
    stop = threading.Event()
    operations, sessions = api.orchestrator.operations, api.orchestrator.sessions

    def work() -> None:
        while not stop.wait(0.05):
            with sessions() as session:
                waiting = session.scalars(select(Operation.id).where(Operation.finished_at.is_(None))).all()
            for each in waiting:
                taken = operations.work(each)
                with sessions.begin() as session:
                    operations.go_on(session, each, taken)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield
    stop.set()
    thread.join(10)


def test_many_jobs_are_cancelled_by_one_command(cli: Any, api: Any, client: Any, worker: None) -> None:
    jobs = [client.submit(f"Which duties {number}?", tags=["old"])["id"] for number in range(3)]
    api.start(jobs[0])
    api.complete(jobs[0])
    wish = ("jobs", "bulk", "cancel", "--tag", "old", "--reason", "Wrong edition.")

    counted = cli(*wish, "--dry-run")
    assert (counted.code, counted.out) == (0, "3\n")
    asked = cli(*wish)
    assert asked.code == 2
    assert "--yes" in asked.err
    assert client.job(jobs[1])["status"] == "created"

    ended = cli(*wish, "--yes", "-o", "json")
    assert ended.code == 0, ended.err
    shown = json.loads(ended.out)
    assert (shown["state"], shown["done"], shown["skipped"]) == ("done", 2, 1)
    assert [each["job_id"] for each in shown["items"]] == [jobs[0]]
    again = cli("jobs", "operation", shown["id"])
    assert "state     done" in again.out
    assert "invalid_transition" in again.out
    assert [client.job(job)["status"] for job in jobs] == ["completed", "cancelled", "cancelled"]


def test_what_is_refused_changes_nothing(cli: Any, api: Any, client: Any) -> None:
    job = client.submit("Which duties?")["id"]
    everything = cli("jobs", "bulk", "cancel", "--reason", "x", "--yes")
    assert (everything.code, "empty" in everything.err) == (65, True)
    other = client.submit("Which others?")["id"]
    assert cli("jobs", "cancel", other, "--force", "--reason", "A test.").code == 0
    assert [event["data"].get("reason") for event in client.events(other)] == [None, "A test."]
    no_priority = cli("jobs", "bulk", "reprioritise", "--status", "created", "--reason", "x", "--yes")
    assert no_priority.code == 65
    assert cli("jobs", "bulk", "cancel", "--status", "created", "--yes").code == 2
    assert client.job(job)["status"] == "created"


def test_what_is_past_its_time_is_counted(cli: Any, api: Any, client: Any) -> None:
    job = client.submit("Which duties?")["id"]
    api.start(job)
    api.complete(job)
    counted = cli("retention", "--dry-run")
    header, first, *_ = counted.out.splitlines()
    assert header.split() == ["RULE", "STATUS", "AFTER", "DAYS", "JOBS"]
    assert first.split() == ["redact", "completed", "never", "0"]
    assert "Nothing was changed" in counted.err
    assert json.loads(cli("retention", "-o", "json").out)["dry_run"] is False
