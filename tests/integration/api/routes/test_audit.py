"""What the audit log holds, and that nobody changes it unseen."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError

from api.upkeep import Upkeep
from orchestrator.domain.access import Role
from orchestrator.services import audit as service

EMPTY = "ALTER TABLE audit_log DISABLE TRIGGER ALL; DELETE FROM audit_log; ALTER TABLE audit_log ENABLE TRIGGER ALL"


@pytest.fixture
def log(stage: Any, call: Any) -> Iterator[Any]:
    """`log(**filters)` writes what is counted and gives the rows since the test began, the newest first."""
    upkeep = Upkeep(stage.orchestrator)
    upkeep.write(everything=True)
    stage.run(EMPTY)  # of what the tests before wrote

    def rows(**filters: Any) -> list[dict[str, Any]]:
        upkeep.write(everything=True)
        answer = call("GET", "/audit", query_string={"limit": 500, **filters})
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.get_json()["items"]
        return found

    yield rows
    stage.run(EMPTY)


def test_a_change_is_logged_with_who_what_before_and_after(call: Any, log: Any) -> None:
    job = call.submit()
    call("POST", f"/jobs/{job['id']}/cancel", headers={"X-Request-ID": "req-7"})

    cancelled, submitted = log()
    assert (submitted["method"], submitted["route"], submitted["outcome"]) == ("POST", "/jobs", "done")
    assert cancelled["target"] == f"/jobs/{job['id']}/cancel"
    assert [cancelled[name] for name in ("actor", "role", "key_id", "request_id", "address")] == [
        "admin", "admin", "abcd1234", "req-7", "127.0.0.1",
    ]  # fmt: skip
    (change,) = cancelled["changes"]
    assert (change["kind"], change["id"]) == ("job", job["id"])
    assert (change["before"]["status"], change["after"]["status"]) == ("created", "cancelled")


def test_keys_are_logged_with_before_and_after(call: Any, log: Any) -> None:
    made = call("POST", "/keys", json={"name": "n", "role": "viewer"}).get_json()
    call("DELETE", f"/keys/{made['id']}")

    revoked, created = (row["changes"][0] for row in log())
    assert created["before"] is None
    assert created["after"]["role"] == "viewer"
    assert revoked["before"]["revoked_at"] is None
    assert revoked["after"]["revoked_at"] is not None


def test_webhooks_are_logged_without_what_their_url_may_hide(call: Any, log: Any) -> None:
    made = call("POST", "/webhooks", json={"url": "https://8.8.8.8/hook/secret-path?token=secret-word"}).get_json()
    path = f"/webhooks/{made['id']}"
    call("PATCH", path, json={"events": ["job.completed"]}, headers={"If-Match": '"1"'})
    call("DELETE", path, headers={"If-Match": '"2"'})

    rows = log()
    deleted, changed, created = (row["changes"][0] for row in rows)
    assert created["after"]["url"] == "8.8.8.8"
    assert changed["after"] == {"events": ["job.completed"], "version": 2}
    assert (deleted["before"]["version"], deleted["after"]) == (2, None)
    assert "secret" not in str(rows)
    assert made["secret"] not in str(rows)


def test_reading_is_not_logged(call: Any, log: Any) -> None:
    for path in ("/jobs", "/health", "/openapi.json", f"/jobs/{uuid4()}"):
        call("GET", path)

    assert log() == []


def test_a_call_that_changes_nothing_is_logged_before_its_answer(call: Any, log: Any, stage: Any) -> None:
    assert call("POST", "/jobs/recover?dry_run=true").status_code == 200
    assert stage.rows("SELECT method, http_status FROM audit_log ORDER BY id DESC LIMIT 1") == [("POST", 200)]


def test_refused_calls_are_logged_whatever_their_method(call: Any, call_as: Any, stage: Any, log: Any) -> None:
    viewer = call_as(stage.key(Role.VIEWER))
    viewer("GET", "/keys")
    viewer("POST", "/jobs", json={"prompt": "x"})
    call_as(None)("GET", "/jobs")
    call_as("wrong")("DELETE", f"/jobs/{uuid4()}")
    call("POST", "/jobs", json={})
    call("POST", "/jobs", data=b"{", content_type="application/json")

    found = {(row["method"], row["route"], row["http_status"]): row for row in log()}
    assert {key: (row["actor"], row["outcome"], row["code"]) for key, row in found.items()} == {
        ("GET", "/keys", 403): ("viewer", "refused", "denied"),
        ("POST", "/jobs", 403): ("viewer", "refused", "denied"),
        ("GET", "/jobs", 401): (None, "refused", "unauthenticated"),
        ("DELETE", "/jobs/<job_id>", 401): (None, "refused", "unauthenticated"),
        ("POST", "/jobs", 422): ("admin", "failed", "invalid"),
        ("POST", "/jobs", 400): ("admin", "failed", "broken_json"),
    }


def test_a_change_that_is_rolled_back_leaves_no_row_of_it(call: Any, log: Any, stage: Any) -> None:
    job = call.submit()
    stage.end(job["id"])

    assert call("POST", f"/jobs/{job['id']}/cancel").status_code == 409
    refused, submitted = log()
    assert (refused["http_status"], refused["outcome"], refused["changes"]) == (409, "refused", [])
    assert submitted["outcome"] == "done"


def test_the_row_and_the_change_are_one_transaction(call: Any, log: Any, stage: Any) -> None:
    """Where the log cannot be written, nothing is changed."""
    stage.run("ALTER TABLE audit_log ADD CONSTRAINT full_disk CHECK (id < 0) NOT VALID")
    try:
        before = stage.count("jobs")
        assert call("POST", "/jobs", json={"prompt": "x"}).status_code == 500
        assert stage.count("jobs") == before
    finally:
        stage.run("ALTER TABLE audit_log DROP CONSTRAINT full_disk")


def test_a_flood_of_refusals_is_bounded(call_as: Any, stage: Any, log: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(service, "MOST_KINDS", 5)
    nobody = call_as("wrong")
    for _ in range(30):
        nobody("GET", "/jobs")
    stage.orchestrator.audit.flush()
    for number in range(30):
        nobody("GET", "/jobs")
        nobody("GET", "/jobs", environ_overrides={"REMOTE_ADDR": f"10.0.0.{number}"})
        stage.orchestrator.audit.flush()

    rows = log()
    assert sum(row["number"] for row in rows) == 90
    assert len(rows) <= 14
    assert {row["route"] for row in rows} == {"/jobs", service.OTHERS}


def test_what_the_database_does_not_take_is_counted_on(call_as: Any, stage: Any, log: Any) -> None:
    audit = stage.orchestrator.audit
    call_as("wrong")("GET", "/jobs")
    stage.run("ALTER TABLE audit_log ADD CONSTRAINT full_disk CHECK (id < 0) NOT VALID")
    with pytest.raises(DBAPIError):
        audit.flush()
    Upkeep(stage.orchestrator).write()
    stage.run("ALTER TABLE audit_log DROP CONSTRAINT full_disk")
    call_as("wrong")("GET", "/jobs")

    assert audit.flush() == 1
    assert [row["number"] for row in log()] == [2]


def test_the_services_need_not_own_the_log(call: Any, stage: Any, log: Any) -> None:
    """A role that may only read and write rows submits, logs and chains, and cannot switch the guard off."""
    role = f"services_{uuid4().hex[:8]}"
    stage.run(f"CREATE ROLE {role}; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
    engine = stage.orchestrator.engine.execution_options()

    def as_services(connection: Any, *_: Any) -> None:
        connection.cursor().execute(f"SET ROLE {role}")

    event.listen(engine, "checkout", as_services)
    try:
        job = call.submit()
        assert call("POST", f"/jobs/{job['id']}/cancel").status_code == 202
        assert len(log()) == 2
        for statement in ("ALTER TABLE audit_log DISABLE TRIGGER ALL", "DROP TRIGGER append_only ON audit_log"):
            with pytest.raises(DBAPIError, match="must be owner"):
                stage.run(statement)
    finally:
        event.remove(engine, "checkout", as_services)
        engine.dispose()
        stage.run(f"DROP OWNED BY {role}; DROP ROLE {role}")


def test_every_row_gets_into_one_chain_whoever_writes(call: Any, log: Any, stage: Any) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: call.submit(prompt=f"Job {number}"), range(12)))
        list(pool.map(lambda _: stage.orchestrator.audit.chain(), range(4)))

    rows = log()
    positions = sorted(row["position"] for row in rows)
    assert len(rows) == 12
    assert positions == list(range(positions[0], positions[0] + 12))
    assert call("GET", "/audit/verify").get_json()["faults"] == []


def test_the_log_takes_no_change(call: Any, log: Any, stage: Any) -> None:
    call.submit()
    log()

    for statement in (
        "UPDATE audit_log SET actor = 'x'",
        "UPDATE audit_log SET hash = 'x', position = 9",
        "DELETE FROM audit_log",
        "TRUNCATE audit_log",
    ):
        with pytest.raises(DBAPIError, match="append-only"):
            stage.run(statement)


@pytest.mark.parametrize(
    ("tampering", "said"),
    [
        ("UPDATE audit_log SET actor = 'nobody' WHERE position = 2", "was changed"),
        ("UPDATE audit_log SET changes = '[]' WHERE position = 2", "was changed"),
        ("UPDATE audit_log SET at = at + interval '1 microsecond' WHERE position = 2", "was changed"),
        ("DELETE FROM audit_log WHERE position = 2", "position 2 is missing"),
    ],
)
def test_verifying_names_the_row_that_was_changed(call: Any, log: Any, stage: Any, tampering: str, said: str) -> None:
    for _ in range(3):
        call("POST", "/keys", json={"name": "n", "role": "viewer"})
    log()
    assert stage.rows("SELECT min(position) FROM audit_log") == [(1,)]
    stage.run(f"ALTER TABLE audit_log DISABLE TRIGGER ALL; {tampering}; ALTER TABLE audit_log ENABLE TRIGGER ALL")

    parts = [call("GET", f"/audit/verify?limit=1&after={after}").get_json() for after in range(3)]
    (fault,) = (fault for part in parts for fault in part["faults"])
    assert fault["position"] == 2
    assert said in fault["detail"]


def test_an_end_that_was_cut_off_is_missed_by_who_noted_it(call: Any, log: Any, stage: Any) -> None:
    for number in range(3):
        call.submit(prompt=f"Job {number}")
    log()
    whole = call("GET", "/audit/verify").get_json()
    head = f"{whole['head_position']}:{whole['head_hash']}"
    assert call("GET", f"/audit/verify?head={head}").get_json()["faults"] == []

    stage.run(
        "ALTER TABLE audit_log DISABLE TRIGGER ALL; DELETE FROM audit_log WHERE position = "
        "(SELECT max(position) FROM audit_log); ALTER TABLE audit_log ENABLE TRIGGER ALL"
    )
    assert call("GET", "/audit/verify").get_json()["faults"] == []
    (fault,) = call("GET", f"/audit/verify?head={head}").get_json()["faults"]
    assert fault["position"] == whole["head_position"]


def test_filters_narrow_the_list(call: Any, call_as: Any, stage: Any, log: Any) -> None:
    job = call.submit()
    call_as(None)("GET", "/jobs")
    call_as(stage.key(Role.OPERATOR))("POST", f"/jobs/{job['id']}/retry")

    assert [row["http_status"] for row in log(outcome="refused", actor="operator")] == [409]
    assert [row["method"] for row in log(target="/jobs/")] == ["POST"]
    assert log(created_before="2020-01-01") == []
    assert log(target="%") == []
    assert call("GET", "/audit?outcome=maybe").status_code == 422


def test_counting_waits_for_no_database(stage: Any) -> None:
    """Threads that count while another one writes lose nothing."""
    audit = stage.orchestrator.audit
    refusal = service.Refusal("GET", "/x", None, None, None, None, service.Outcome.REFUSED, 401, None)
    threads = [threading.Thread(target=lambda: [audit.tally(refusal, "/x", "r") for _ in range(200)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        audit.flush(everything=True)
    audit.flush(everything=True)

    with stage.sessions() as session:
        assert session.scalar(text("SELECT sum(number) FROM audit_log WHERE route = '/x'")) == 800
