"""Re-runs, revisions and comparisons through the real application."""

from __future__ import annotations

from typing import Any

import pytest

EDITIONS: dict[int, tuple[str, str, str]] = {
    1: ("Belege sind zehn Jahre aufzubewahren.", "obligation", "1"),
    2: ("Das System soll jede Buchung protokollieren.", "recommendation", "2"),
    3: ("Der Kunde muss sein Alter nachweisen.", "obligation", "3"),
}
LATER: dict[int, tuple[str, str, str]] = {
    1: ("Belege sind acht Jahre aufzubewahren.", "obligation", "1"),
    2: ("Das System muss jede Buchung protokollieren.", "obligation", "2"),
    4: ("Jede Stornierung ist zu begründen.", "obligation", "4"),
}


def fill(stage: Any, job_id: str, rows: dict[int, tuple[str, str, str]]) -> None:
    for number, (said, modality, locator) in rows.items():
        place = {"page": None, "locator": locator, "section": "", "start": 0, "end": 1}
        stage.requirement(job_id, number, requirement_text=said, modality=modality, source_location=place)
    stage.end(job_id)


def test_a_rerun_is_the_next_revision_with_what_was_changed(call: Any, stage: Any) -> None:
    job = call.submit(priority=7, tags=["a"], context={"case": 1})
    assert call("POST", f"/jobs/{job['id']}/rerun", json={}).get_json()["code"] == "invalid_transition"
    stage.end(job["id"])

    answer = call("POST", f"/jobs/{job['id']}/rerun", json={"prompt": "Only prohibitions", "scope": "2"})
    second = answer.get_json()
    stage.end(second["id"])
    third = call("POST", f"/jobs/{second['id']}/rerun", json={"scope": None}).get_json()
    again = call("POST", f"/jobs/{job['id']}/rerun", json={}).get_json()

    assert (answer.status_code, answer.headers["Location"]) == (202, f"/jobs/{second['id']}")
    assert second["document"] == job["document"]
    assert [second[name] for name in ("prompt", "scope", "priority", "tags", "context")] == [
        "Only prohibitions", "2", 7, ["a"], {"case": 1},
    ]  # fmt: skip
    family = [(each["id"], each["revision"], each["previous_revision"]) for each in (job, second, third, again)]
    assert [each[1:] for each in family] == [(1, None), (2, job["id"]), (3, second["id"]), (4, job["id"])]
    for each in (job, third):
        items = call("GET", f"/jobs/{each['id']}/revisions").get_json()["items"]
        assert [(item["id"], item["revision"], item["previous_revision"]) for item in items] == family
    assert third["scope"] is None


def test_a_comparison_comes_as_json_in_pages_and_as_text(call: Any, stage: Any) -> None:
    first, second = call.submit()["id"], call.submit(prompt="Another?")["id"]
    fill(stage, first, EDITIONS)
    fill(stage, second, LATER)
    path = f"/jobs/{first}/compare/{second}"

    whole = call("GET", path).get_json()
    page = call("GET", path + "?limit=3").get_json()
    rest = call("GET", path + f"?limit=3&cursor={page['next_cursor']}").get_json()
    text = call("GET", path, headers={"Accept": "text/plain"})

    assert [(each["change"], each["moved"]) for each in whole["items"]] == [
        ("number_changed", False), ("strength_changed", False), ("removed", False), ("added", False),
    ]  # fmt: skip
    assert whole["counts"] == {
        "added": 1, "removed": 1, "strength_changed": 1, "number_changed": 1, "wording_changed": 0, "unchanged": 0,
        "moved": 0,
    }  # fmt: skip
    assert page["items"] + rest["items"] == whole["items"]
    assert rest["next_cursor"] is None
    assert [each["change"] for each in call("GET", path + "?change=added,removed").get_json()["items"]] == [
        "removed", "added",
    ]  # fmt: skip
    assert text.content_type == "text/plain; charset=utf-8"
    assert "+ Das System muss jede Buchung protokollieren." in text.text == call("GET", path + "?format=text").text
    same = call("GET", f"/jobs/{first}/compare/{first}").get_json()
    assert (same["counts"]["unchanged"], len(same["items"])) == (3, 3)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"prompt": " "}, "/prompt"),
        ({"engine": "x"}, "/engine"),
        ({"scope": ""}, "/scope"),
        ({"context": []}, "/context"),
        ({"context": {"text": "x"}}, "/context/text"),
        ({"priority": 3}, "/priority"),
    ],
)
def test_a_bad_rerun_is_refused(call: Any, stage: Any, body: Any, pointer: str) -> None:
    job_id = call.submit()["id"]
    stage.end(job_id)

    answer = call("POST", f"/jobs/{job_id}/rerun", json=body)

    assert answer.status_code == 422
    assert pointer in [error["pointer"] for error in answer.get_json()["errors"]]
    assert stage.count("jobs") == 1


def test_what_cannot_be_run_again_or_compared(call: Any, stage: Any) -> None:
    job_id, unknown = call.submit()["id"], "00000000-0000-4000-8000-000000000000"

    assert call("GET", f"/jobs/{job_id}/compare/{job_id}").get_json()["code"] == "not_merged"
    stage.end(job_id)
    assert call("POST", f"/jobs/{job_id}/rerun", json={"scope": "gaps"}).get_json()["code"] == "no_gaps"
    assert call("GET", f"/jobs/{job_id}/compare/{unknown}").status_code == 404
    assert call("GET", f"/jobs/{job_id}/compare/{job_id}?change=x").status_code == 422
    assert call("GET", f"/jobs/{job_id}/compare/{job_id}?cursor=x").get_json()["code"] == "cursor"
    assert call("POST", f"/jobs/{unknown}/rerun", json={}).status_code == 404
    assert call("GET", f"/jobs/{unknown}/revisions").status_code == 404
