"""The scripts as the older system's users call them, against a running stack."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "samples" / "service-agreement.md"
UNKNOWN = "00000000-0000-0000-0000-000000000000"
NAMES = ("start_orchestrator", "job_status", "list_jobs", "cancel_job")
Done = subprocess.CompletedProcess[str]
Script = Callable[..., Done]


@pytest.fixture(scope="module")
def script(stack: Any, tmp_path_factory: pytest.TempPathFactory) -> Script:
    """`script("list_jobs", "--limit", "1")` runs a script from another directory, to its end."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")

    def run(name: str, *words: str) -> Done:
        environment = {**os.environ, "ORCHESTRATOR_URL": stack.url, "ORCHESTRATOR_API_KEY": stack.key}
        command = [sys.executable, str(ROOT / "scripts" / f"{name}.py"), *words]
        return subprocess.run(
            command,
            cwd=elsewhere,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=110,
            check=False,
        )

    return run


@pytest.fixture(scope="module")
def report(script: Script) -> dict[str, Any]:
    """The report of a finished job, as JSON."""
    done = script(
        "start_orchestrator",
        "--document-path",
        str(DOCUMENT),
        "--prompt",
        "Which duties?",
        "--wait",
        "--timeout",
        "100",
        "--json",
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.fixture(scope="module")
def job_id(report: dict[str, Any]) -> str:
    return str(report["job"]["id"])


@pytest.mark.parametrize("name", NAMES)
def test_a_script_can_be_executed_and_explains_itself(script: Script, name: str) -> None:
    assert os.access(ROOT / "scripts" / f"{name}.py", os.X_OK)
    done = script(name, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith(f"Usage: {name}.py")


def test_start_waits_and_prints_the_report(report: dict[str, Any]) -> None:
    assert report["job"]["status"] == "completed"
    assert report["summary"]["status"]["integrated"] > 0


def test_start_without_wait_prints_the_id_and_nothing_else(script: Script) -> None:
    done = script("start_orchestrator", "--prompt", "The provider must log every access.")
    assert done.returncode == 0
    shown = script("job_status", "--job-id", done.stdout.strip(), "--json")
    assert json.loads(shown.stdout)["id"] == done.stdout.strip()
    submitted = script("start_orchestrator", "--prompt", "The provider must log every exit.", "--json")
    assert json.loads(submitted.stdout)["prompt"] == "The provider must log every exit."


def test_start_refuses_a_document_that_is_not_there(script: Script) -> None:
    done = script("start_orchestrator", "--document-path", "none.pdf", "--prompt", "Which duties?")
    assert (done.returncode, done.stdout) == (2, "")
    assert "none.pdf" in done.stderr


def test_status_shows_the_job_its_progress_and_its_report(script: Script, job_id: str) -> None:
    assert "Status        completed" in script("job_status", "--job-id", job_id).stdout
    assert "100 %" in script("job_status", "--job-id", job_id, "--progress").stdout
    assert json.loads(script("job_status", "--job-id", job_id, "--progress", "--json").stdout)["percent"] == 100
    assert script("job_status", "--job-id", job_id, "--report").stdout.startswith(
        "Requirements of service-agreement.md"
    )
    assert json.loads(script("job_status", "--job-id", job_id, "--report", "--json").stdout)["job"]["id"] == job_id


@pytest.mark.parametrize("status", ["rejected", "failed"])
def test_status_shows_what_did_not_come_through(
    script: Script, report: dict[str, Any], job_id: str, status: str
) -> None:
    done = script("job_status", "--job-id", job_id, f"--{status}", "--json")
    expected = [each["rid"] for each in report["requirements"] if each["status"] == status]
    assert [each["rid"] for each in json.loads(done.stdout)] == expected
    assert script("job_status", "--job-id", job_id, f"--{status}").returncode == 0


def test_an_unknown_job_is_one_line_and_exit_66(script: Script) -> None:
    for name, *words in (("job_status",), ("job_status", "--report"), ("cancel_job", "--force")):
        done = script(name, "--job-id", UNKNOWN, *words)
        assert (done.returncode, done.stdout) == (66, "")
        assert done.stderr == f"{name}.py: There is no job {UNKNOWN}.\n"


def test_list_shows_jobs_by_status_up_to_the_limit(script: Script, job_id: str) -> None:
    listed = json.loads(script("list_jobs", "--status", "completed", "--limit", "100", "--json").stdout)
    assert job_id in [each["id"] for each in listed]
    assert {each["status"] for each in listed} == {"completed"}
    assert len(json.loads(script("list_jobs", "--limit", "1", "--json").stdout)) == 1
    assert script("list_jobs").stdout.startswith("ID ")
    assert script("list_jobs", "--status", "done").returncode == 2


def test_list_counts_jobs_and_requirements(script: Script, report: dict[str, Any]) -> None:
    listed = json.loads(script("list_jobs", "--limit", "1000", "--json").stdout)
    totals = json.loads(script("list_jobs", "--stats", "--json").stdout)
    assert totals["jobs"]["total"] == len(listed)
    assert totals["jobs"]["completed"] >= 1
    assert totals["requirements"]["total"] >= report["summary"]["total"]
    shown = script("list_jobs", "--stats", "--status", "completed").stdout
    assert "completed" in shown
    assert shown.splitlines()[1].startswith("Requirements")


def test_cancel_without_a_terminal_needs_force(script: Script, job_id: str) -> None:
    asked = script("cancel_job", "--job-id", job_id)
    assert (asked.returncode, asked.stdout) == (2, "")
    assert "repeat with --force" in asked.stderr


def test_cancel_of_an_ended_job_names_its_status(script: Script, job_id: str) -> None:
    done = script("cancel_job", "--job-id", job_id, "--force")
    assert (done.returncode, done.stdout) == (1, "")
    assert "is completed and cannot be cancelled" in done.stderr
