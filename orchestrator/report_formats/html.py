"""One page for a browser or a printer: each quote highlighted among the words around it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from orchestrator.domain.report import RequirementRow
from orchestrator.report_formats.content import Content
from orchestrator.report_formats.page import page

AROUND = 160
"""Characters of the document shown before and after a quote."""


def render(content: Content) -> Iterator[bytes]:
    """One file without scripts or anything from elsewhere; its filters are check boxes and style rules."""
    return page("report.html", content, items=(_item(content, row) for row in content.rows(())))


def _item(content: Content, row: RequirementRow) -> dict[str, Any]:
    return {
        "row": row,
        "section": row.source_location.get("section"),
        "review": (row.review or {}).get("state"),
        "quotes": [_quote(content, citation) for citation in row.citations],
    }


def _quote(content: Content, citation: dict[str, Any]) -> dict[str, Any]:
    start, end = citation["start"], citation["end"]
    first = max(0, start - AROUND)
    return {
        "place": citation,
        "before": _from_a_word(content.passage(first, start), cut=first > 0),
        "quote": citation["quote"],
        "after": _to_a_word(content.passage(end, end + AROUND), cut=end + AROUND < content.characters),
    }


def _from_a_word(text: str, *, cut: bool) -> str:
    return "… " + text.split(maxsplit=1)[-1] if cut and text.strip() else text


def _to_a_word(text: str, *, cut: bool) -> str:
    return text.rsplit(maxsplit=1)[0] + " …" if cut and text.strip() else text
