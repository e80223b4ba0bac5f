"""/jobs/{id}/coverage through the real application."""

from __future__ import annotations

import json
from typing import Any

import pytest


def gap(number: int) -> dict[str, Any]:
    return {
        "quote": f"Gap {number}.", "start": number, "end": number + 5, "page": None, "locator": "1", "section": "A",
    }  # fmt: skip


def test_gaps_come_in_pages_with_the_numbers_on_each(call: Any, stage: Any) -> None:
    job_id = call.submit()["id"]
    coverage = {"duty_sentences": 9, "cited": 4, "uncited": 5, "gaps": [gap(n) for n in range(5)]}
    stage.run("UPDATE jobs SET coverage = CAST(:coverage AS jsonb)", coverage=json.dumps(coverage))

    path, pages = f"/jobs/{job_id}/coverage?limit=2", []
    while path:
        answer = call("GET", path)
        pages.append(answer.get_json())
        link = answer.headers.get("Link", "")
        path = link[1 : link.index(">")] if link else ""

    assert [item["quote"] for page in pages for item in page["items"]] == [f"Gap {n}." for n in range(5)]
    assert pages[0]["items"][0] == gap(0)
    assert {(page["known"], page["duty_sentences"], page["cited"], page["uncited"]) for page in pages} == {
        (True, 9, 4, 5)
    }


def test_before_the_creator_has_finished_nothing_is_known(call: Any) -> None:
    job_id = call.submit()["id"]

    answer = call("GET", f"/jobs/{job_id}/coverage").get_json()

    assert answer == {"job_id": job_id, "known": False, "items": [], "next_cursor": None}


@pytest.mark.parametrize("query", ["limit=0", "cursor=abc", "cursor=Z%C3%A9", "x=1"])
def test_a_bad_query_is_refused(call: Any, query: str) -> None:
    job_id = call.submit()["id"]

    assert call("GET", f"/jobs/{job_id}/coverage?{query}").status_code == 422
