"""The console command against the real API: what it prints where, and how it ends."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "agreement.md"
    path.write_text("# Records\n\nThe lessor shall keep records of every rental.\n")
    return path


@pytest.fixture
def job_id(cli: Any, document: Path) -> str:
    return str(cli("submit", str(document), "--prompt", "Which duties?").out.strip())


def test_submit_prints_the_id_alone_on_stdout(cli: Any, document: Path) -> None:
    ended = cli("submit", str(document), "-p", "Which duties?", "--tag", "a", "--tag", "b", "--priority", "9")
    assert ended.code == 0
    job = json.loads(cli("jobs", "show", ended.out.strip(), "-o", "json").out)
    assert (job["document"]["file_name"], job["tags"], job["priority"]) == ("agreement.md", ["a", "b"], 9)
    assert ended.out.strip() in ended.err


def test_submit_takes_the_context_as_json_or_from_a_file(cli: Any, tmp_path: Path) -> None:
    file = tmp_path / "context.json"
    file.write_text('{"text": "Der Vermieter muss zahlen.", "land": "DE"}')
    job = json.loads(cli("submit", "-p", "Pflichten?", "--context", str(file), "-o", "json").out)
    assert (job["document"]["file_name"], job["context"]) == ("prompt.txt", {"land": "DE"})
    job = json.loads(cli("submit", "-p", "Pflichten?", "--context", ' {"a": 1}', "-o", "json").out)
    assert job["context"] == {"a": 1}


@pytest.mark.parametrize("context", ["{broken", "[1]", "no/such/file.json", '{"a": NaN'])
def test_a_wrong_context_is_wrong_usage(cli: Any, context: str) -> None:
    ended = cli("submit", "-p", "What?", "--context", context)
    assert (ended.code, ended.out) == (2, "")
    assert "--context" in ended.err
    assert cli("jobs", "list", "-o", "json").out == "[]\n"


def test_submit_and_wait_prints_the_report(cli: Any, api: Any, document: Path) -> None:
    worker = threading.Thread(target=_work, args=(api, "complete", ({}, {"status": "rejected"})))
    worker.start()
    ended = cli("submit", str(document), "-p", "Which duties?", "--wait", "--timeout", "90")
    worker.join()
    assert ended.code == 0
    assert ended.out.startswith("Requirements of agreement.md\n")
    assert "Keep record 1" in ended.out
    assert ended.err.count("\n") == 1


def test_a_failed_job_is_one_line_and_exit_1(cli: Any, api: Any, document: Path) -> None:
    worker = threading.Thread(target=_work, args=(api, "fail", ("encrypted", "The PDF has a password.")))
    worker.start()
    ended = cli("submit", str(document), "-p", "Which duties?", "--wait", "--timeout", "90")
    worker.join()
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.splitlines()[-1].endswith("failed: The PDF has a password. [encrypted]")


def test_a_wait_that_is_too_short_has_its_own_exit_code(cli: Any, document: Path) -> None:
    ended = cli("submit", str(document), "-p", "Which duties?", "--wait", "--timeout", "0.2")
    assert (ended.code, ended.out) == (124, "")
    assert "It goes on without this wait." in ended.err


def test_a_refused_document_leaves_no_job(cli: Any, tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.write_text("")
    ended = cli("submit", str(empty), "-p", "Which duties?")
    assert (ended.code, ended.out) == (65, "")
    assert ended.err.startswith("orchestrator: The document")
    assert "empty.txt" in ended.err
    assert ended.err.count("\n") == 1
    assert cli("jobs", "list").err == "No jobs.\n"


def test_jobs_are_listed_newest_first_up_to_the_limit(cli: Any) -> None:
    ids = [cli("submit", "-p", f"Prompt {number}").out.strip() for number in range(3)]
    ended = cli("jobs", "list", "--limit", "2")
    lines = ended.out.splitlines()
    assert lines[0].split()[:2] == ["ID", "STATUS"]
    assert [line.split()[0] for line in lines[1:]] == ids[:0:-1]
    assert ended.err == "There are more than 2: raise --limit to see them.\n"
    ended = cli("jobs", "list", "--status", "failed")
    assert (ended.out, ended.err) == ("", "No jobs with this status.\n")


def test_show_steps_and_progress(cli: Any, job_id: str) -> None:
    shown = cli("jobs", "show", job_id).out
    assert "Document      agreement.md, text/markdown, 58 bytes" in shown
    assert "Prompt        Which duties?" in shown
    progress = cli("jobs", "progress", job_id)
    assert "Status        created" in progress.out
    assert json.loads(cli("jobs", "progress", job_id, "-o", "json").out)["percent"] == 0
    header, step = cli("jobs", "steps", job_id).out.splitlines()
    assert header.split()[1:4] == ["KIND", "PART", "STATE"]
    assert step.split()[1:4] == ["read", "-", "pending"]


def test_watching_a_job_ends_with_it(cli: Any, api: Any, job_id: str) -> None:
    api.start(job_id)
    api.fail(job_id, "corrupt", "The file is broken.")
    ended = cli("jobs", "progress", job_id, "--watch")
    assert ended.code == 1
    assert "Status        failed" in ended.out
    assert "The file is broken. [corrupt]" in ended.err


def test_requirements_are_filtered_and_harmless(cli: Any, api: Any, job_id: str) -> None:
    api.start(job_id)
    api.complete(job_id, {}, {"requirement_name": "Evil \x1b[2J\nname", "status": "rejected"})
    listed = cli("jobs", "requirements", job_id)
    assert [line.split()[2] for line in listed.out.splitlines()[1:]] == ["integrated", "rejected"]
    assert "\x1b" not in listed.out
    only = cli("jobs", "requirements", job_id, "--status", "rejected", "--modality", "obligation", "-o", "json")
    assert [each["seq"] for each in json.loads(only.out)] == [2]
    assert cli("jobs", "requirements", job_id, "--min-confidence", "1").err == "No requirements.\n"


def test_refused_requirements_are_shown_with_the_reason(cli: Any, api: Any, job_id: str) -> None:
    api.start(job_id)
    api.complete(job_id, {}, {"status": "rejected", "rejection_reason": "A definition."})
    header, row = cli("jobs", "requirements", job_id, "--status", "rejected").out.splitlines()
    assert "REASON" in header
    assert "A definition." in row


def test_the_report_comes_as_it_is_stored(cli: Any, api: Any, job_id: str) -> None:
    early = cli("jobs", "report", job_id)
    assert (early.code, early.out) == (124, "")
    assert "is created (0 %): its report is not there yet" in early.err
    api.start(job_id)
    api.complete(job_id, {})
    assert cli("jobs", "report", job_id, "--wait").out.startswith("Requirements of agreement.md\n")
    assert json.loads(cli("jobs", "report", job_id, "--format", "json").out)["summary"]["total"] == 1


def test_cancel_needs_a_terminal_or_force(cli: Any, job_id: str) -> None:
    asked = cli("jobs", "cancel", job_id)
    assert (asked.code, asked.out) == (2, "")
    assert "repeat with --force" in asked.err
    assert cli("jobs", "cancel", job_id, "--force").out == f"{job_id} cancelled\n"
    again = cli("jobs", "cancel", job_id, "--force")
    assert again.code == 1
    assert "is cancelled and cannot be cancelled" in again.err


def test_agents_are_shown_with_their_state(cli: Any, api: Any) -> None:
    assert cli("agents").err == "No workers have registered.\n"
    row = {"id": "creator-x-1", "kind": "creator", "host": "x", "pid": 7, "slots": 2, "version": "1"}
    api.orchestrator.agents.register(row)
    api.orchestrator.agents.drain("creator-x-1")
    assert cli("agents").out.splitlines()[1].split()[:4] == ["creator", "draining", "0", "2"]


@pytest.mark.parametrize(
    "words",
    [("jobs", "show"), ("jobs", "progress"), ("jobs", "steps"), ("jobs", "requirements"), ("jobs", "report")],
)
def test_an_unknown_job_is_exit_66(cli: Any, words: tuple[str, ...]) -> None:
    ended = cli(*words, UNKNOWN)
    assert (ended.code, ended.out) == (66, "")
    assert ended.err == f"orchestrator: There is no job {UNKNOWN}.\n"


def test_a_wrong_key_is_exit_77_and_never_printed(api: Any, run: Any) -> None:
    ended = run("agents", url=api.url, key="somebody-elses-secret")
    assert ended.code == 77
    assert "somebody-elses-secret" not in ended.out + ended.err


def test_nothing_running_says_how_to_start_it(run: Any, tmp_path: Path) -> None:
    ended = run("jobs", "list", ORCHESTRATOR_STATE_DIR=str(tmp_path))
    assert ended.code == 69
    assert "Start it with `orchestrator up`, or set ORCHESTRATOR_URL" in ended.err
    ended = run("jobs", "list", url="http://127.0.0.1:9", key="k")
    assert ended.code == 69
    assert "(connection refused). Start it with `orchestrator up`" in ended.err


def test_the_state_directory_tells_address_and_key(api: Any, run: Any, tmp_path: Path) -> None:
    (tmp_path / "ports.json").write_text(json.dumps({"url": api.url, "pid": 1, "ports": {}}))
    (tmp_path / "admin.key").write_text(api.key + "\n")
    assert run("agents", "-o", "json", ORCHESTRATOR_STATE_DIR=str(tmp_path)).out == "[]\n"


def _work(api: Any, outcome: str, what: tuple[Any, ...]) -> None:
    """Plays the workers on the first job that comes in."""
    from orchestrator.client import Client

    with Client(api.url, api.key) as client:
        for _ in range(1_200):
            if jobs := list(client.jobs()):
                api.start(jobs[0]["id"])
                getattr(api, outcome)(jobs[0]["id"], *what)
                return
            threading.Event().wait(0.05)
