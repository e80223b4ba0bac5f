"""Engines, budgets and dry runs through the API."""

from __future__ import annotations

from typing import Any


def test_without_an_endpoint_rules_are_the_engine_and_others_are_refused(call: Any) -> None:
    job = call.submit()
    assert (job["engine"], job["text_sent_to"], job["dry_run"], job["estimate"]) == ("rules", None, False, None)
    assert (job["total_tokens"], job["total_requests"], job["token_budget"]) == (0, 0, None)
    for engine in ("llm", "hybrid"):
        refused = call("POST", "/jobs", json={"prompt": "x", "engine": engine})
        problem = refused.get_json()
        assert (refused.status_code, problem["code"]) == (422, "no_language_model")
        assert "LLM_BASE_URL" in problem["detail"]


def test_a_budget_is_raised_by_patch_and_what_waits_for_it_goes_on(call: Any, stage: Any) -> None:
    job = call.submit(token_budget=1_000)
    path = f"/jobs/{job['id']}"
    stage.run("UPDATE steps SET state = 'waiting', hold = 'budget', not_before = NULL WHERE job_id = :id", id=job["id"])
    shown = call("GET", path).get_json()
    assert (shown["waiting_for"], shown["waiting_until"], shown["token_budget"]) == ("budget", None, 1_000)

    raised = call("PATCH", path, json={"token_budget": 5_000})
    assert (raised.status_code, raised.get_json()["token_budget"]) == (200, 5_000)
    (step,) = stage.rows("SELECT state, hold, epoch FROM steps WHERE job_id = :id", id=job["id"])
    assert tuple(step) == ("pending", None, 1)
    assert call("PATCH", path, json={"token_budget": None}).get_json()["token_budget"] is None
    assert call("PATCH", path, json={"token_budget": 0}).status_code == 422


def test_a_dry_run_is_a_job_of_its_own(call: Any) -> None:
    wish = {"prompt": "Which duties are there?"}
    first = call("POST", "/jobs", json=wish)
    dry = call("POST", "/jobs?dry_run=true", json=wish)
    assert (first.status_code, dry.status_code) == (202, 202)
    assert dry.get_json()["id"] != first.get_json()["id"]
    assert dry.get_json()["dry_run"] is True
    assert call("GET", dry.headers["Location"]).get_json()["estimate"] is None, "it has not been read"
    assert call("POST", "/jobs?dry_run=maybe", json=wish).status_code == 422
