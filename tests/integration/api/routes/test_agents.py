"""/agents through the real application."""

from __future__ import annotations

from typing import Any


def test_agents_are_listed_with_what_they_run(call: Any, stage: Any) -> None:
    stage.orchestrator.agents.register(
        {"id": "creator-1", "kind": "creator", "host": "h", "pid": 7, "slots": 2, "version": "1.0"}
    )

    (agent,) = call("GET", "/agents").get_json()["items"]

    assert (agent["id"], agent["kind"], agent["slots"], agent["running"]) == ("creator-1", "creator", 2, 0)
    assert (agent["live"], agent["draining"]) == (True, False)
