"""/health and /ready through the real application."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from api.app import create_app
from orchestrator.bootstrap import build


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server of the tests that is slow to answer is there."""
    monkeypatch.setattr("orchestrator.services.readiness.PATIENCE_S", 30.0)


def test_health_asks_nobody(stage: Any) -> None:
    away = replace(stage.orchestrator.settings, database_url="postgresql+psycopg2://x@127.0.0.1:1/x")
    began = time.monotonic()

    answer = create_app(build(away)).test_client().get("/health")

    assert (answer.status_code, answer.get_json()["status"]) == (200, "ok")
    lived_s = time.monotonic() - began
    assert answer.get_json()["uptime_s"] <= lived_s + 0.001, "of the server, not of what was loaded before it"


def test_ready_when_everything_answers(client: Any, stage: Any) -> None:
    without = client.get("/ready")
    stage.orchestrator.leadership.take("me")

    assert (without.status_code, without.get_json()["checks"]["leader"]["ok"]) == (503, False)
    ready = client.get("/ready")
    assert (ready.status_code, ready.get_json()["status"]) == (200, "ready")
    assert all(check["ok"] for check in ready.get_json()["checks"].values())


def test_not_ready_without_broker_says_which(stage: Any) -> None:
    stage.orchestrator.leadership.take("me")
    away = replace(stage.orchestrator.settings, redis_url="redis://:secret@127.0.0.1:1/0")

    answer = create_app(build(away)).test_client().get("/ready")

    checks = answer.get_json()["checks"]
    assert answer.status_code == 503
    assert [name for name, check in checks.items() if not check["ok"]] == ["broker"]
    assert "secret" not in answer.text


def test_without_a_database_everything_else_is_unavailable(stage: Any) -> None:
    away = replace(stage.orchestrator.settings, database_url="postgresql+psycopg2://x@127.0.0.1:1/x")
    client = create_app(build(away)).test_client()

    answer = client.get("/jobs", headers={"X-API-Key": "k"})

    assert (answer.status_code, answer.get_json()["code"]) == (503, "unavailable")
    assert answer.headers["Retry-After"] == "5"
    assert client.get("/ready").status_code == 503


def test_a_schema_behind_the_code_is_not_ready(client: Any, stage: Any) -> None:
    stage.orchestrator.leadership.take("me")
    ((newest,),) = stage.rows("SELECT version_num FROM alembic_version")
    stage.run("UPDATE alembic_version SET version_num = '0001'")
    try:
        checks = client.get("/ready").get_json()["checks"]
    finally:
        stage.run("UPDATE alembic_version SET version_num = :newest", newest=newest)

    assert [name for name, check in checks.items() if not check["ok"]] == ["schema"]
