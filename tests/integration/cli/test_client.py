"""The client against the real API."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from orchestrator.client import Client
from orchestrator.errors import (
    Denied,
    Invalid,
    InvalidTransition,
    NotFound,
    StaleVersion,
    TimedOut,
    TooLarge,
    Unsupported,
)

UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "Prüfung & Vertrag.md"
    path.write_text("# Records\n\nThe lessor shall keep records of every rental.\n")
    return path


def test_submit_sends_the_file_and_every_option(client: Client, document: Path) -> None:
    job = client.submit(
        "Which duties?",
        document,
        context={"land": "DE", "größe": [1, 2]},
        priority=8,
        tags=["a", "b c"],
        scope="1.1",
        on_error="partial",
    )
    stored = client.job(job["id"])
    assert stored["document"]["file_name"] == document.name
    assert stored["document"]["size_bytes"] == document.stat().st_size
    assert stored["context"] == {"land": "DE", "größe": [1, 2]}
    assert (stored["priority"], stored["tags"], stored["scope"]) == (8, ["a", "b c"], "1.1")
    assert (stored["on_error"], stored["status"]) == ("partial", "created")


def test_without_a_document_prompt_and_text_are_the_document(client: Client) -> None:
    job = client.submit("Which duties?", context={"text": "The lessor shall pay."}, tags=["x"])
    assert job["document"]["file_name"] == "prompt.txt"
    assert job["document"]["size_bytes"] == len("Which duties?\n\nThe lessor shall pay.\n")


def test_a_large_document_arrives_whole(client: Client, tmp_path: Path) -> None:
    large = tmp_path / "large.txt"
    large.write_text("The lessor shall pay.\n" * 500_000)
    job = client.submit("Which duties?", large)
    assert job["document"]["size_bytes"] == large.stat().st_size


def test_pages_follow_each_other_and_stop_at_the_limit(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orchestrator.client.resource.PAGE", 2)
    ids = [client.submit(f"Prompt {number}")["id"] for number in range(5)]
    assert [job["id"] for job in client.jobs()] == ids[::-1]
    assert [job["id"] for job in client.jobs(limit=3)] == ids[:1:-1]
    assert list(client.jobs(["failed", "cancelled"])) == []
    assert len(list(client.jobs(["created"]))) == 5


def test_requirements_are_filtered_by_the_api(client: Client, api: Any) -> None:
    job_id = client.submit("Which duties?")["id"]
    api.start(job_id)
    api.complete(job_id, {}, {"status": "rejected", "rejection_reason": "no duty"}, {"modality": "prohibition"})
    assert [each["seq"] for each in client.requirements(job_id)] == [1, 2, 3]
    assert [each["seq"] for each in client.requirements(job_id, status=["rejected", "failed"])] == [2]
    assert [each["seq"] for each in client.requirements(job_id, modality=["prohibition"])] == [3]
    assert list(client.requirements(job_id, min_confidence=0.95)) == []
    first = next(client.requirements(job_id, limit=1))
    assert client.requirement(job_id, first["rid"]) == first


def test_steps_are_listed(client: Client) -> None:
    (step,) = client.steps(client.submit("Which duties?")["id"])
    assert (step["kind"], step["state"]) == ("read", "pending")


def test_wait_reports_progress_until_the_job_has_ended(client: Client, api: Any) -> None:
    job_id = client.submit("Which duties?")["id"]
    seen: list[str] = []

    def note(progress: Any) -> None:
        if progress["status"] not in seen:
            seen.append(progress["status"])
        if seen == ["created"]:
            api.start(job_id)
        elif progress["status"] == "processing":
            api.complete(job_id, {})

    job = client.wait(job_id, 90, note)
    assert (job["status"], seen) == ("completed", ["created", "processing", "completed"])
    assert job["requirements"]["integrated"] == 1


def test_wait_gives_up_at_its_time(client: Client) -> None:
    job_id = client.submit("Which duties?")["id"]
    with pytest.raises(TimedOut, match=r"is still created \(0 %\) after 0 s"):
        client.wait(job_id, 0.2)


def test_a_report_is_waited_for(client: Client, api: Any) -> None:
    job_id = client.submit("Which duties?")["id"]
    api.start(job_id)
    with pytest.raises(TimedOut, match="its report is not there yet"):
        client.report(job_id)
    later = threading.Timer(0.3, api.complete, (job_id, {}))
    later.start()
    report = client.report(job_id, "json", timeout_s=90)
    later.join()
    assert '"Keep record 1"' in report
    assert client.report(job_id).startswith("Requirements of prompt.txt\n")


def test_cancel_ends_a_job_once(client: Client) -> None:
    job_id = client.submit("Which duties?")["id"]
    with pytest.raises(StaleVersion):
        client.cancel(job_id, version=7)
    assert client.cancel(job_id)["status"] == "cancelled"
    with pytest.raises(InvalidTransition) as refused:
        client.cancel(job_id)
    assert refused.value.details["status"] == 409
    assert client.wait(job_id, 60)["status"] == "cancelled"


def test_agents_are_listed(client: Client, api: Any) -> None:
    assert client.agents() == []
    api.orchestrator.agents.register(
        {"id": "creator-x-1", "kind": "creator", "host": "x", "pid": 7, "slots": 2, "version": "1"}
    )
    (agent,) = client.agents()
    assert (agent["kind"], agent["slots"], agent["live"]) == ("creator", 2, True)


def test_refusals_are_the_errors_of_the_house(client: Client, api: Any, tmp_path: Path) -> None:
    def file(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    with pytest.raises(NotFound, match=UNKNOWN):
        client.job(UNKNOWN)
    for nonsense in ("", "..", "../agents", "a?b", "ä"):
        with pytest.raises(Invalid, match="is no id"):
            client.cancel(nonsense)
    with pytest.raises(Unsupported, match=r"\.exe"):
        client.submit("What?", file("a.exe", b"MZ"))
    with pytest.raises(Invalid, match=r"a\.pdf"):
        client.submit("What?", file("a.pdf", b"no PDF"))
    with pytest.raises(Invalid, match=r"Cannot read .*none.txt: No such file"):
        client.submit("What?", tmp_path / "none.txt")
    with pytest.raises(TooLarge):
        client.submit("What?", file("big.txt", b"x" * (api.orchestrator.settings.max_upload_bytes + 1)))
    with Client(api.url, "an-unknown-key-of-nobody") as stranger, pytest.raises(Denied) as denied:
        stranger.agents()
    assert denied.value.code == "unauthenticated"
    assert list(client.jobs()) == []


def test_every_fault_of_a_request_is_named(client: Client) -> None:
    with pytest.raises(Invalid, match=r"(?s)(/priority.*/on_error|/on_error.*/priority)") as refused:
        client.submit("What?", priority=10, on_error="ignore")
    assert len(refused.value.details["errors"]) == 2
    assert refused.value.details["request_id"]
