"""/agents through the real application."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.domain.access import Role

AGENT = {"id": "creator-1", "kind": "creator", "host": "h", "pid": 7, "slots": 2, "version": "1.0"}


def test_agents_are_listed_with_what_they_run(call: Any, stage: Any) -> None:
    stage.orchestrator.agents.register(AGENT)

    (agent,) = call("GET", "/agents").get_json()["items"]

    assert (agent["id"], agent["kind"], agent["slots"], agent["running"]) == ("creator-1", "creator", 2, 0)
    assert (agent["live"], agent["draining"]) == (True, False)


def test_the_health_shows_the_last_check_and_the_breaker(call: Any, stage: Any) -> None:
    stage.orchestrator.agents.register(AGENT | {"health_url": "http://127.0.0.1:8001"})
    stage.run(
        "UPDATE agents SET breaker_state = 'open', breaker_failures = 4, breaker_open_until = now(), "
        "checked_at = now(), check_error = 'No answer within 2 s.'"
    )

    (agent,) = call("GET", "/agents/health").get_json()["items"]

    assert (
        agent.items()
        >= {
            "id": "creator-1",
            "state": "live",
            "health_url": "http://127.0.0.1:8001",
            "breaker_state": "open",
            "breaker_failures": 4,
            "check_error": "No answer within 2 s.",
        }.items()
    )
    assert agent["breaker_open_until"] == agent["checked_at"] is not None
    assert 0 <= agent["heartbeat_age_s"] < 60


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ("draining = true", "draining"),
        ("heartbeat_at = now() - interval '1 minute'", "silent"),
        ("stopped_at = now()", "stopped"),
        ("configured = true, heartbeat_at = NULL", "unregistered"),
    ],
)
def test_the_health_names_the_state(call: Any, stage: Any, change: str, state: str) -> None:
    stage.orchestrator.agents.register(AGENT)
    stage.run(f"UPDATE agents SET {change}")  # noqa: S608 - names of the test, no input

    assert [agent["state"] for agent in call("GET", "/agents/health").get_json()["items"]] == [state]


def test_an_agent_is_drained_and_resumed(call: Any, stage: Any) -> None:
    stage.orchestrator.agents.register(AGENT)
    for verb, draining in (("drain", True), ("drain", True), ("resume", False), ("resume", False)):
        answer = call("POST", f"/agents/creator-1/{verb}")
        assert (answer.status_code, answer.get_json()["draining"]) == (200, draining)
        assert stage.rows("SELECT draining FROM agents") == [(draining,)]


@pytest.mark.parametrize("verb", ["drain", "resume"])
def test_what_cannot_be_drained_or_resumed(call: Any, stage: Any, verb: str) -> None:
    assert call("POST", f"/agents/nobody/{verb}").status_code == 404
    assert call("POST", f"/agents/a%20b/{verb}").status_code == 422
    stage.orchestrator.agents.register(AGENT)
    stage.orchestrator.agents.stop("creator-1")
    refused = call("POST", f"/agents/creator-1/{verb}")
    assert (refused.status_code, refused.get_json()["code"]) == (409, "invalid_transition")


@pytest.mark.parametrize("verb", ["drain", "resume"])
def test_a_viewer_may_look_but_not_drain(call_as: Any, stage: Any, verb: str) -> None:
    viewer = call_as(stage.key(Role.VIEWER))
    assert viewer("GET", "/agents/health").status_code == 200
    assert viewer("POST", f"/agents/creator-1/{verb}").status_code == 403
