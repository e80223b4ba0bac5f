"""The content of a report and its two formats."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from orchestrator.domain import report
from orchestrator.domain.report import ReportSource, as_json, error_of, head
from orchestrator.domain.report_text import WIDTH, as_text, day_as_text, understood
from orchestrator.domain.report_text import requirement as requirement_as_text

SUBMITTED = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def job(**changes: Any) -> Any:
    values: dict[str, Any] = {
        "id": UUID(int=7),
        "owner": "admin",
        "prompt": "Which duties does a car rental company have?",
        "brief": {"scope": [], "kinds": ["obligation"], "topics": ["car", "rental"], "language": "en"},
        "engine": "rules",
        "text_sent_to": None,
        "total_tokens": 0,
        "token_budget": None,
        "scope": None,
        "on_error": "fail",
        "priority": 5,
        "tags": [],
        "status": "completed",
        "revision": 1,
        "statistics": {"considered": 1200, "emitted": 9, "merged": 2, "class.relief": 4, "class.permission": 30},
        "coverage": {"duty_sentences": 10, "cited": 9, "gaps": [{"quote": "It must.", "locator": "Rz. 4", "page": 2}]},
        "error_message": None,
        "error_details": None,
        "correlation_id": "x",
        "file_name": "rules.pdf",
        "media_type": "application/pdf",
        "created_at": SUBMITTED,
        "started_at": SUBMITTED + timedelta(seconds=1),
        "completed_at": SUBMITTED + timedelta(seconds=12.5),
    }
    return SimpleNamespace(**(values | changes))


def requirement(seq: int | None = 1, **changes: Any) -> Any:
    place = {"page": 14, "locator": "Rz. 58", "section": "3.2 Keeping records"}
    values: dict[str, Any] = dict.fromkeys(report._SHOWN) | {
        "rid": "R-ABCDEFGH23",
        "seq": seq,
        "status": "integrated",
        "requirement_name": "Keep records",
        "requirement_text": "The operator shall keep records.",
        "modality": "authority_duty",
        "source_location": place,
        "citations": [place | {"quote": "The operator shall\nkeep   records.", "start": 0, "end": 10}],
        "confidence_score": 0.925,
        "needs_review": False,
        "reasons": ["en.shall"],
        "relevance_words": [],
        "research_notes": "",
        "mentioned_objects": [],
        "mentioned_messages": [],
        "evidence": None,
        "retry_count": 0,
    }
    return SimpleNamespace(**(values | changes))


def content(rows: Sequence[Any] = (), **changes: Any) -> dict[str, Any]:
    names = ("status", "modality", "requirement_type", "priority", "is_gobd_relevant", "is_gdpr_relevant")
    counts: dict[str, dict[Any, int]] = {name: {} for name in names}
    for row in rows:
        for name in names:
            value = getattr(row, name)
            counts[name][value] = counts[name].get(value, 0) + 1
    document = {"sha256": "ab" * 32, "size_bytes": 1234567, "pages": 48, "language": "de", "title": "Rules"}
    failures = changes.pop("failures", ())
    relevant = tuple(row for row in rows if row.relevance)
    others = ("citations", "attempts", "models")
    numbers = {"shown": counts["status"]} | {name: changes.pop(name, {}) for name in others}
    return head(ReportSource(job(**changes), document, counts, SUBMITTED, failures, relevant, **numbers))


def text(rows: Sequence[Any] = (), **changes: Any) -> str:
    lines = as_text(content(rows, **changes), lambda statuses: [row for row in rows if row.status in statuses])
    return "\n".join(lines)


def test_every_number_has_its_line_even_if_it_is_zero() -> None:
    numbers = content([requirement(priority="high"), requirement(status="rejected", modality="obligation")])["summary"]

    assert numbers["total"] == 2
    assert numbers["status"] == {"pending": 0, "validating": 0, "integrated": 1, "rejected": 1, "failed": 0}
    assert numbers["modality"]["prohibition"] == 0
    assert numbers["priority"] == {"high": 1, "medium": 0, "low": 0, "unknown": 1}
    assert numbers["gobd"] == {"relevant": 0, "not_relevant": 0, "unknown": 2}


def test_json_is_one_object_with_the_requirements_in_order() -> None:
    rows = [requirement(1), requirement(2, requirement_text="„Ü“ \n")]

    whole = json.loads("".join(as_json(content(rows), rows)))

    assert whole["job"]["id"] == str(UUID(int=7))
    assert whole["job"]["duration_s"] == 12.5
    assert whole["job"]["created_at"] == "2026-03-01T12:00:00+00:00"
    assert [item["seq"] for item in whole["requirements"]] == [1, 2]
    assert whole["requirements"][1]["requirement_text"] == "„Ü“ \n"
    assert json.loads("".join(as_json(content(), [])))["requirements"] == []


def test_the_text_has_a_head_numbers_and_each_requirement_with_its_place() -> None:
    shown = text([requirement(12)])

    for words in (
        "Requirements of rules.pdf",
        "application/pdf, 1,234,567 bytes, 48 pages, German",
        "Which duties does a car rental company have?",
        "places: the whole document; kinds: obligation; topics: car, rental",
        "submitted 2026-03-01 12:00:00 UTC, started after 1.0 s, completed after 12.5 s",
        "1,200 sentences: 9 emitted, of which 2 repeat another",
        "30 permission, 4 relief",
        "9 of 10 sentences with duty words are cited",
        "Rz. 4, p. 2: It must.",
        "3.2 Keeping records",
        "#12   Keep records",
        "authority duty | Rz. 58, p. 14 | confidence 0.93 | R-ABCDEFGH23",
        '"The operator shall keep records."',
    ):
        assert words in shown, words


def test_rejected_and_failed_stand_apart_with_their_reasons() -> None:
    rows = [
        requirement(1),
        requirement(2, status="rejected", rejection_reason="Q-03: not verifiable"),
        requirement(3, status="failed", last_error="timeout"),
    ]

    shown = text(rows)

    assert shown.index("#1 ") < shown.index("\nRejected\n") < shown.index("#2 ") < shown.index("Failed in validation")
    assert "Rejected: Q-03: not verifiable" in shown
    assert "Failed: timeout" in shown


@pytest.mark.parametrize(
    ("review", "said"),
    [
        (None, "Review: needed: the confidence is low"),
        ({"state": None, "edited": {"name": "x"}}, "Review: needed: the confidence is low"),
        (
            {"state": "accepted", "accepted_by": ["ann", "bob"], "reason": "Fine."},
            "Review: accepted by ann and bob: Fine.",
        ),
        ({"state": "rejected", "rejected_by": "ann", "reason": "None."}, "Review: rejected by ann: None."),
        ({"state": "awaiting_second", "accepted_by": ["ann"]}, "Review: awaiting second by ann"),
        (
            {"state": "suspect", "cause": ["number_changed"], "carried_over_from": {"job_id": "J", "rid": "R-A"}},
            "Review: suspect: number changed since R-A of job J",
        ),
    ],
)
def test_the_text_says_where_a_review_stands(review: dict[str, Any] | None, said: str) -> None:
    lines = [line.strip() for line in requirement_as_text(requirement(needs_review=True, review=review))]

    assert [line for line in lines if line.startswith("Review")] == [said]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reasons": ["en.shall", "llm.skipped"]}, "the rules found it and the language model left it out"),
        ({"evidence": [{"match": "exact"}, {"match": "model"}]}, "a language model alone says what fulfils it"),
    ],
)
def test_the_text_says_why_a_review_is_needed(changes: dict[str, Any], said: str) -> None:
    lines = requirement_as_text(requirement(needs_review=True, review=None, **changes))
    assert f"Review: needed: {said}" in " ".join(" ".join(lines).split())


def test_a_heading_is_written_once_for_what_follows_it() -> None:
    other = {"section": "4 Other", "locator": "", "page": None}
    rows = [requirement(1), requirement(2), requirement(3, source_location=other), requirement(4, source_location={})]

    shown = text(rows)

    assert shown.count("3.2 Keeping records") == 1
    assert shown.count("4 Other") == 1
    assert "(before the first heading)" in shown


def test_what_answers_the_prompt_stands_first() -> None:
    rows = [requirement(1), requirement(2, relevance=0.5, relevance_words=["rental", "car"])]

    shown = text(rows)

    assert shown.index("Most relevant to the prompt") < shown.index("#2    Keep records (Rz. 58, p. 14; rental, car)")
    assert "Relevance: 0.50 (rental, car)" in shown
    assert "Most relevant" not in text(rows[:1])
    assert "Relevance" not in text([requirement(3, relevance=0.0)])


def test_no_requirement_is_said_clearly() -> None:
    assert "0 requirements." in text()


def test_a_failed_job_says_why() -> None:
    error = {"code": "encrypted", "message": "The PDF is encrypted.", "step_id": 3}
    failures = ({"kind": "extract", "part": "p2", "code": "crash", "message": "killed"},)
    changes = {"status": "failed", "error_message": "The PDF is encrypted.", "error_details": error, "brief": None}

    shown = text(**changes, failures=failures)

    assert "encrypted: The PDF is encrypted." in shown
    assert "extract p2: crash: killed" in shown
    assert "not read yet" in shown
    assert error_of(job(**changes)) == {
        "code": "encrypted",
        "message": "The PDF is encrypted.",
        "details": {"step_id": 3},
    }


def test_a_cancelled_job_says_what_was_dropped() -> None:
    shown = text(status="cancelled", statistics={"cancelled_requirements": 3})

    assert "3 requirements not yet validated were dropped" in shown


def test_no_line_is_wider_than_the_page() -> None:
    long = requirement(1, research_notes="word " * 100, gap="missing " * 50, evidence=[{"a": "b " * 80}])
    long.citations = [long.citations[0] | {"quote": "Sehr lange Wörter stehen hier. " * 20}] * 2

    assert max(map(len, text([long]).splitlines())) <= WIDTH


@pytest.mark.parametrize(
    ("brief", "said"),
    [
        (None, "not read yet"),
        ({"words": "All duties."}, "All duties."),
        ({"scope": [{"kind": "rz", "first": 1, "last": 3, "paragraph": None}]}, "places: rz 1 3"),
        ({"kinds": ["authority_duty"]}, "kinds: authority duty"),
    ],
)
def test_the_prompt_as_understood(brief: dict[str, Any] | None, said: str) -> None:
    assert said in understood(brief)


def test_a_day_in_text() -> None:
    counts = {"jobs": {"completed": 2}, "requirements": {}, "documents": {"new": 1}}

    shown = "\n".join(day_as_text({"day": "2026-03-01"} | counts))

    assert "2: 2 completed" in shown
    assert "Requirements  0" in shown


def test_citations_models_and_repetitions_have_a_line_each() -> None:
    citations = {
        "requirements": 2, "citations": 3, "exact": 3, "repaired": 0, "several": 1, "pages": 2, "locators": 3,
    }  # fmt: skip
    attempts = {"steps": 9, "errors": 2, "crashes": 1, "dead": 0, "retries": 4}

    shown = text([requirement()], citations=citations, attempts=attempts)

    assert "Citations     3 at 3 places on 2 pages: 3 exact; 1 requirements have several" in shown
    assert "LLM use       no model was used" in shown
    assert "Repetitions   2 errors, 1 crashes, 4 steps taken up again" in shown
    assert "Repetitions   none: no error, no crash" in text([requirement()])


def test_the_use_of_models_is_told_by_agent_even_if_there_was_none() -> None:
    use = content()["llm"]

    assert (use["used"], use["text_sent_to"], use["extraction"]) == (False, None, {})
    assert set(use["agents"]) == {"creator", "validator"}
    assert all(agent["requests"] == agent["errors"] == 0 for agent in use["agents"].values())
    assert all(agent["mean_duration_ms"] is None for agent in use["agents"].values())


def test_where_the_text_went_is_said() -> None:
    where = "https://models.example.org/v1"
    statistics = {"considered": 3, "llm": {"exact": 2, "dropped_quotes": 1}}
    told = content(text_sent_to=where, total_tokens=120, statistics=statistics)
    assert told["considered"] == {"considered": 3}
    assert (told["llm"]["text_sent_to"], told["llm"]["total_tokens"]) == (where, 120)
    assert told["llm"]["extraction"] == {"exact": 2, "dropped_quotes": 1}
    numbers = {"requests": 1, "errors": 1, "last_error": "404: No such model."}
    shown = " ".join(text(text_sent_to=where, models={"creator": numbers}).split())
    assert "creator: requests 1" in shown
    assert "errors 1, last error 404: No such model." in shown
    assert f"though {where} was to be" in " ".join(text(text_sent_to=where).split())
