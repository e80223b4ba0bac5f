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
            stage.run(f"UPDATE agents SET {name} = :value WHERE id = :id", value=value, id=agent["id"])
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


def test_prometheus_reads_the_same_numbers(call: Any, busy: None) -> None:
    answer = call("GET", "/metrics")

    assert (answer.status_code, answer.content_type) == (200, "text/plain; version=0.0.4; charset=utf-8")
    samples = [line for line in answer.text.splitlines() if not line.startswith("#")]
    assert all(
        re.fullmatch(r'orchestrator_[a-z_]+(\{[a-z]+="[a-z]+"(,[a-z]+="[a-z]+")*\})? [0-9.e+]+', x) for x in samples
    )
    for expected in (
        'orchestrator_steps{queue="creator",state="dispatched"} 2',
        'orchestrator_steps{queue="creator",state="running"} 1',
        'orchestrator_free_slots{queue="creator"} 1',
        'orchestrator_slots{queue="validator"} 0',
        'orchestrator_jobs{status="processing"} 1',
        'orchestrator_jobs{status="created"} 2',
        'orchestrator_breakers_open{kind="creator"} 1',
    ):
        assert expected in samples
    (oldest,) = (line for line in samples if line.startswith('orchestrator_oldest_pending_seconds{queue="creator"}'))
    assert float(oldest.split()[1]) == pytest.approx(300, abs=20)
    for name in {line.split("{")[0] for line in samples}:
        assert f"# TYPE {name} gauge" in answer.text


def test_metrics_need_a_key_of_a_viewer(call_as: Any, stage: Any) -> None:
    assert call_as(None)("GET", "/metrics").status_code == 401
    assert call_as(stage.key(Role.VIEWER))("GET", "/metrics").status_code == 200
