"""POST /retention, and what of a redacted job the API shows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from api.app import create_app
from orchestrator.bootstrap import build

NONE = {"completed": 0, "failed": 0, "cancelled": 0}


@pytest.fixture
def old(shared: Any, call: Any) -> Any:
    """`call` where completed jobs are redacted after a day."""
    made = build(replace(shared.settings, redact_completed_days=1))
    call.client = create_app(made).test_client()
    call.retention = made.retention
    yield call
    made.close()


def test_a_dry_run_counts_and_a_run_does_it(old: Any, stage: Any) -> None:
    job = old.submit(prompt="Where is the Wolpertinger?", deduplicate=True)
    rid = stage.requirement(job["id"], 1)
    stage.end(job["id"])
    stage.run("UPDATE jobs SET completed_at = now() - interval '2 days'")

    counted = old("POST", "/retention", json={"dry_run": True})
    assert counted.status_code == 200, counted.text
    assert counted.get_json() == {
        "dry_run": True,
        "days": {"redact": NONE | {"completed": 1}, "delete": NONE},
        "due": {"redact": NONE | {"completed": 1}, "delete": NONE},
    }
    assert stage.rows("SELECT 1 FROM steps WHERE kind = 'retention'") == []
    done = old("POST", "/retention", json={"dry_run": False})
    assert (done.status_code, done.get_json()["due"]) == (202, counted.get_json()["due"])
    assert [row.queue for row in stage.rows("SELECT queue FROM steps WHERE kind = 'retention'")] == ["maintenance"]
    assert old.retention.work().redacted == 1

    path = f"/jobs/{job['id']}"
    shown = old("GET", path).get_json()
    assert (shown["prompt"], shown["status"], shown["version"]) == ("", "completed", 3)
    assert shown["redacted_at"] is not None
    requirement = old("GET", f"{path}/requirements/{rid}").get_json()
    assert requirement["requirement_name"] == "Sentence 1"
    assert "must hold" not in str(requirement)
    for refused in (old("GET", f"{path}/document"), old("GET", f"{path}/pack"), old("POST", f"{path}/rerun", json={})):
        assert (refused.status_code, refused.get_json()["code"]) == (410, "redacted"), refused.text
    edited = old("PATCH", path, json={"context": {"a": 1}})
    assert (edited.status_code, edited.get_json()["code"]) == (410, "redacted")
    new = old("POST", "/jobs", json={"prompt": "Where is the Wolpertinger?"})
    assert (new.status_code, new.get_json()["id"] == job["id"]) == (202, False)
    assert old("GET", f"/jobs/{new.get_json()['id']}/document").text == "Where is the Wolpertinger?\n"


@pytest.mark.parametrize(
    "body", [{}, {"dry_run": "perhaps"}, {"dry_run": 0.0}, {"dry_run": 1}, {"dry_run": True, "days": 1}, []]
)
def test_a_wish_that_is_refused(call: Any, body: Any) -> None:
    assert call("POST", "/retention", json=body).status_code == 422
