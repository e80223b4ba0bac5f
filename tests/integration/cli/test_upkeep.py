"""`orchestrator jobs retry|events|stuck|recover`, cleaning up, and `orchestrator queues` against the real API."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import text


@pytest.fixture
def job_id(client: Any) -> str:
    return str(client.submit("Which duties are there?")["id"])


def run_sql(api: Any, statement: str, **values: Any) -> None:
    with api.orchestrator.sessions.begin() as session:
        session.execute(text(statement), values)


def fail(api: Any, job_id: str) -> None:
    api.start(job_id)
    api.fail(job_id, "broken", "It broke.")
    run_sql(api, "UPDATE jobs SET creator_status = 'failed' WHERE id = :id", id=job_id)
    run_sql(api, "UPDATE steps SET state = 'dead' WHERE job_id = :id AND kind = 'read'", id=job_id)


def test_a_failed_job_is_retried(cli: Any, api: Any, job_id: str) -> None:
    fail(api, job_id)

    ended = cli("jobs", "retry", job_id)

    assert (ended.code, ended.out) == (0, f"{job_id} processing\n")
    again = cli("jobs", "retry", job_id, "-o", "json")
    assert (again.code, again.out) == (1, "")
    assert "is processing and cannot be retried. Allowed is: cancel." in again.err


def test_the_timeline_is_a_table_or_json(cli: Any, api: Any, job_id: str) -> None:
    fail(api, job_id)
    cli("jobs", "retry", job_id)

    header, *rows = cli("jobs", "events", job_id).out.splitlines()

    assert header.split() == ["NO", "WHEN", "(UTC)", "WHAT", "DETAILS"]
    assert [row.split()[3] for row in rows] == ["job.created", "job.failed", "job.retried"]
    assert '"kind": "read"' in rows[2]
    events = json.loads(cli("jobs", "events", job_id, "-o", "json").out)
    assert [event["seq"] for event in events] == [1, 2, 3]
    assert "more than 2" in cli("jobs", "events", job_id, "--limit", "2").err


def test_what_is_stuck_and_why(cli: Any, api: Any, job_id: str) -> None:
    assert cli("jobs", "stuck").err == "No job is stuck.\n"
    run_sql(api, "UPDATE jobs SET created_at = now() - interval '2 hours', step_rank = now() - interval '2 hours'")
    run_sql(api, "DELETE FROM job_events")

    header, row = cli("jobs", "stuck").out.splitlines()

    assert header.split()[:4] == ["ID", "STATUS", "COMPONENT", "REASON"]
    assert row.split()[:6] == [job_id, "created", "creator", "no_agent", "120", "60"]
    assert row.endswith("Start one: orchestrator worker creator.")
    assert cli("jobs", "stuck", "--threshold-minutes", "600").out == ""
    assert json.loads(cli("jobs", "stuck", "-o", "json").out)[0]["job_id"] == job_id
    assert cli("jobs", "stuck", "--threshold-minutes", "-1").code == 2


def test_a_dry_recovery_says_that_nothing_changed(cli: Any, api: Any, job_id: str) -> None:
    run_sql(api, "UPDATE jobs SET deadline_at = now() - interval '1 second'")

    dry = cli("jobs", "recover", "--dry-run")

    assert "Nothing was changed" in dry.err
    assert "timed out         1" in dry.out
    assert json.loads(cli("jobs", "recover", "-o", "json").out)["timed_out"] == 1
    assert json.loads(cli("jobs", "show", job_id, "-o", "json").out)["status"] == "failed"


def test_working_data_go_with_the_cancel(cli: Any, job_id: str) -> None:
    ended = cli("jobs", "cancel", job_id, "--force", "--cleanup", "-o", "json")

    assert json.loads(ended.out)["cleaned_up_at"] is not None


def test_the_queues(cli: Any, api: Any, job_id: str) -> None:
    agent = {"id": "c1", "kind": "creator", "host": "h", "pid": 1, "slots": 2, "version": "0"}
    api.orchestrator.agents.register(agent)

    header, creator, *_ = cli("queues").out.splitlines()

    assert header.split() == ["QUEUE", "DEPTH", "OLDEST", "WAITING", "RUNNING", "AGENTS", "SLOTS", "FREE", "PAUSED"]
    assert creator.split()[:2] == ["creator", "1"]
    assert creator.split()[-6:] == ["0", "0", "1", "2", "2", "-"]
    queues = json.loads(cli("queues", "-o", "json").out)
    assert [queue["name"] for queue in queues] == ["creator", "validator", "maintenance", "delivery"]


@pytest.mark.parametrize("words", [("jobs", "retry"), ("jobs", "events")])
@pytest.mark.parametrize(("given", "code"), [("3f8a6f2e-1111-4222-8333-444455556666", 66), ("..", 65), ("a/b", 65)])
def test_an_unknown_job_is_refused(cli: Any, words: tuple[str, ...], given: str, code: int) -> None:
    ended = cli(*words, given)

    assert (ended.code, ended.out) == (code, "")
