"""/queues and /metrics through the real application."""

from __future__ import annotations

import re
from typing import Any

import pytest

from orchestrator.domain.access import Role


@pytest.fixture
def busy(call: Any, stage: Any) -> None:
    """Three jobs, one of them read by the only creator, which has two slots; another creator is out of work."""
    for number, change in enumerate(({}, {"breaker_state": "open"})):
        agent = {"id": f"c{number}", "kind": "creator", "host": "h", "pid": number, "slots": 2, "version": "0"}
        stage.orchestrator.agents.register(agent)
        for name, value in change.items():
            stage.run(f"UPDATE agents SET {name} = :value WHERE id = :id", value=value, id=agent["id"])  # noqa: S608 - names of the test, no input
    for _ in range(3):
        call.submit()
    message, *_ = stage.orchestrator.dispatcher.dispatch("creator")
    stage.orchestrator.execution.claim(message.step_id, message.epoch, "c0:1")
    stage.run("UPDATE steps SET created_at = now() - interval '5 minutes' WHERE state = 'dispatched'")


def test_queues_in_numbers(call: Any, busy: None) -> None:
    creator, validator, maintenance, delivery = call("GET", "/queues").get_json()["items"]

    assert (creator["name"], creator["depth"], creator["dispatched"], creator["running"]) == ("creator", 2, 2, 1)
    assert (creator["agents"], creator["slots"], creator["free_slots"]) == (1, 2, 1)
    assert creator["oldest_age_s"] == pytest.approx(300, abs=20)
    assert validator == {
        "name": "validator", "depth": 0, "oldest_age_s": None, "waiting": 0, "pending": 0, "dispatched": 0,
        "running": 0, "agents": 0, "slots": 0, "free_slots": 0, "paused_at": None, "paused_by": None,
    }  # fmt: skip
    assert (maintenance["name"], delivery["name"]) == ("maintenance", "delivery")


def samples(text: str) -> dict[str, float]:
    lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


def test_prometheus_reads_the_same_numbers(call: Any, busy: None) -> None:
    answer = call("GET", "/metrics")

    assert (answer.status_code, answer.content_type) == (200, "text/plain; version=0.0.4; charset=utf-8")
    found = samples(answer.text)
    for name, value in {
        'orchestrator_steps{kind="read",queue="creator",state="dispatched"}': 2,
        'orchestrator_steps{kind="read",queue="creator",state="running"}': 1,
        'orchestrator_steps{kind="link",queue="validator",state="waiting"}': 0,
        'orchestrator_free_slots{queue="creator"}': 1,
        'orchestrator_slots{queue="validator"}': 0,
        'orchestrator_queue_paused{queue="validator"}': 0,
        'orchestrator_jobs{status="processing"}': 1,
        'orchestrator_jobs{status="created"}': 2,
        'orchestrator_breakers{kind="creator",state="open"}': 1,
        'orchestrator_breakers{kind="creator",state="closed"}': 1,
        "orchestrator_leader": 0,
        "orchestrator_leader_term": 0,
    }.items():
        assert found[name] == value, name
    assert found['orchestrator_oldest_pending_seconds{queue="creator"}'] == pytest.approx(300, abs=20)
    assert 0 <= found['orchestrator_agent_heartbeat_age_seconds{kind="creator"}'] < 20
    assert found["orchestrator_database_bytes"] > 1_000_000
    assert 0 < found["orchestrator_disk_free_bytes"] < found["orchestrator_disk_size_bytes"]


def test_recovery_and_the_leader_are_counted(call: Any, busy: None, stage: Any) -> None:
    stage.run("UPDATE steps SET lease_until = now() - interval '1 minute' WHERE state = 'running'")
    before = samples(call("GET", "/metrics").text)
    stage.orchestrator.leadership.take("me")
    stage.orchestrator.recovery.reconcile()

    after = samples(call("GET", "/metrics").text)

    assert after["orchestrator_lease_expired_total"] == before["orchestrator_lease_expired_total"] + 1
    assert (after["orchestrator_leader"], after["orchestrator_leader_term"]) == (1, 1)


def test_requests_are_counted_by_rule_and_made_up_ones_as_one(call: Any, client: Any, stage: Any) -> None:
    job = call.submit()
    call("GET", f"/jobs/{job['id']}")
    for number in range(30):
        client.open(f"/made-up-{number}/{job['id']}", method=f"VERB{number}")
        client.get(f"/jobs/{number}", headers={"X-Request-ID": f"id-{number}"})

    text = call("GET", "/metrics").text
    counted = [name for name in samples(text) if name.startswith("orchestrator_http_request_duration_seconds_count")]

    assert 'orchestrator_http_request_duration_seconds_count{method="POST",rule="/jobs",status="202"}' in counted
    assert any('rule="/jobs/<job_id>",status="200"' in name for name in counted)
    assert len([name for name in counted if 'method="other"' in name or 'rule="unmatched"' in name]) <= 6
    assert "made-up" not in text
    assert "VERB" not in text
    assert job["id"] not in text


def test_an_answer_tells_how_long_it_took_and_how_long_the_database(call: Any, stage: Any) -> None:
    timing = call("GET", "/jobs").headers["Server-Timing"]

    matched = re.fullmatch(r"total;dur=([0-9.]+), db;dur=([0-9.]+)", timing)
    assert matched, timing
    assert 0 < float(matched[2]) < float(matched[1])
    assert call("GET", "/health").headers["Server-Timing"].endswith("db;dur=0.0")


def test_metrics_need_a_key_of_a_viewer(call_as: Any, stage: Any) -> None:
    assert call_as(None)("GET", "/metrics").status_code == 401
    assert call_as(stage.key(Role.VIEWER))("GET", "/metrics").status_code == 200
