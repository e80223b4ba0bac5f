"""One moment of a job with everything that a format may stumble over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from orchestrator.domain import report
from orchestrator.domain.report import ReportSource
from orchestrator.report_formats import Content, Mark

MADE_AT = datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC)
SENTENCES = (
    "Der Händler muss Belege aufbewahren.",
    '=HYPERLINK("http://evil.example","x") muss harmlos sein, "so" sagt er; ja, auch hier.',
    "<script>alert(1)</script> darf nicht laufen &amp; nichts tun.",
    "@SUM(1) soll\nüber zwei Zeilen gehen.",
    "Ein Zeichen \x01 und 😀 müssen bleiben.",
)
TEXT = "Vorwort. " * 40 + "\n\n".join(SENTENCES) + "\n" + "Nachwort. " * 40
STATUSES = ("integrated", "integrated", "rejected", "failed", "pending")
MODALITIES = ("obligation", "obligation", "prohibition", "recommendation", "authority_duty")


def requirement(number: int) -> Any:
    quote = SENTENCES[number - 1]
    start = TEXT.index(quote)
    place = {"page": number, "locator": f"Rz. {number}", "start": start, "end": start + len(quote)}
    values = dict.fromkeys(report._SHOWN) | {
        "rid": f"R-ABCDEFGH2{number + 1}",
        "seq": number,
        "status": STATUSES[number - 1],
        "requirement_name": quote[:30],
        "requirement_text": quote,
        "modality": MODALITIES[number - 1],
        "requirement_type": "legal" if number < 3 else None,
        "source_location": place | {"section": f"{1 + number // 3} Abschnitt"},
        "citations": [place | {"quote": quote, "match": "exact"}] * (2 if number == 2 else 1),
        "confidence_score": 0.5 + number / 10,
        "needs_review": False,
        "reasons": [],
        "mentioned_objects": [],
        "mentioned_messages": [],
        "relevance_words": [],
        "research_notes": "",
        "retry_count": 0,
        "rejection_reason": "+1 <b>" if STATUSES[number - 1] == "rejected" else None,
        "last_error": "-1" if STATUSES[number - 1] == "failed" else None,
    }
    return SimpleNamespace(**values)


def content_of(rows: list[Any], text: str = TEXT, language: str = "de") -> Content:
    def count(name: str) -> dict[Any, int]:
        values = [getattr(row, name) for row in rows]
        return {value: values.count(value) for value in values}

    job: Any = SimpleNamespace(
        id=UUID(int=7), owner="ann", prompt="Welche <b>Pflichten</b>?", brief=None, engine="rules", scope=None,
        text_sent_to=None, total_tokens=0, token_budget=None,
        on_error="fail", priority=5, tags=[], status="completed", revision=1, statistics={"considered": 9},
        coverage={"duty_sentences": 7, "cited": 6, "gaps": [{"quote": "=1+1 muss.", "locator": "Rz. 9", "page": 2}]},
        error_message=None, error_details=None, correlation_id="x", file_name='a "b" <c>.txt', media_type="text/plain",
        created_at=MADE_AT - timedelta(seconds=9), started_at=MADE_AT, completed_at=MADE_AT,
    )  # fmt: skip
    names = ("status", "modality", "requirement_type", "priority", "is_gobd_relevant", "is_gdpr_relevant")
    head = report.head(
        ReportSource(
            job=job,
            document={"sha256": "0" * 64, "size_bytes": 3, "language": language, "characters": len(text)},
            counts={name: count(name) for name in names},
            made_at=MADE_AT,
            shown=count("status"),
            citations=dict.fromkeys(("requirements", "citations", "exact", "several", "pages", "locators"), len(rows))
            | {"repaired": 0},
        )
    )

    def marks() -> list[Mark]:
        return sorted(Mark(each["start"], each["end"], row.rid, row.seq) for row in rows for each in row.citations)

    def chosen(statuses: Any = ()) -> list[Any]:
        return [row for row in rows if not statuses or row.status in statuses]

    return Content(head, chosen, lambda start, end: text[start:end], len(text), marks)


@pytest.fixture
def rows() -> list[Any]:
    """Five requirements: two integrated, one each rejected, failed, pending; some look like formulas or markup."""
    return [requirement(number) for number in range(1, 6)]


@pytest.fixture
def make_content() -> Callable[..., Content]:
    """`make_content(rows, text=..., language="de")`."""
    return content_of


@pytest.fixture
def content(rows: list[Any]) -> Content:
    """A job with these rows."""
    return content_of(rows)
