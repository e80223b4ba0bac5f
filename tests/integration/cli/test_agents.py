"""`orchestrator agents ...` against the real API."""

from __future__ import annotations

import json
from typing import Any

import pytest

AGENT = {"id": "creator-x-1", "kind": "creator", "host": "x", "pid": 7, "slots": 2, "version": "1"}


def test_the_health_is_a_table_or_json(cli: Any, api: Any) -> None:
    assert cli("agents", "health").err == "No workers have registered.\n"
    api.orchestrator.agents.register(AGENT)
    header, row = cli("agents", "health").out.splitlines()
    assert header.split()[:3] == ["KIND", "STATE", "BREAKER"]
    assert row.split()[:4] == ["creator", "live", "closed", "0"]
    assert row.endswith("not checked yet")
    (agent,) = json.loads(cli("agents", "health", "-o", "json").out)
    assert (agent["id"], agent["checked_at"]) == ("creator-x-1", None)


def test_an_agent_is_drained_and_resumed(cli: Any, api: Any) -> None:
    api.orchestrator.agents.register(AGENT)
    assert cli("agents", "drain", "creator-x-1").out.splitlines()[1].split()[:2] == ["creator", "draining"]
    assert json.loads(cli("agents", "resume", "creator-x-1", "-o", "json").out)["draining"] is False
    assert cli("agents").out.splitlines()[1].split()[:2] == ["creator", "live"]


@pytest.mark.parametrize(("agent_id", "code"), [("nobody", 66), ("..", 65), ("a/b", 65)])
def test_an_unknown_agent_is_refused(cli: Any, agent_id: str, code: int) -> None:
    ended = cli("agents", "drain", agent_id)
    assert (ended.code, ended.out) == (code, "")
    assert agent_id in ended.err


def test_a_stopped_agent_stays_stopped(cli: Any, api: Any) -> None:
    api.orchestrator.agents.register(AGENT)
    api.orchestrator.agents.stop("creator-x-1")
    ended = cli("agents", "resume", "creator-x-1")
    assert (ended.code, ended.out) == (1, "")
    assert "has stopped" in ended.err
