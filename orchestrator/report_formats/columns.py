"""A requirement as one row of a table: the names are stable, new ones are added at the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from orchestrator.domain.report import RequirementRow

Cell = str | int | float | None


def _place(name: str) -> Callable[[RequirementRow], Cell]:
    return lambda row: row.source_location.get(name)


def _own(name: str) -> Callable[[RequirementRow], Cell]:
    return lambda row: getattr(row, name)


def _listed(name: str) -> Callable[[RequirementRow], Cell]:
    return lambda row: "; ".join(getattr(row, name) or ())


def _said(name: str) -> Callable[[RequirementRow], Cell]:
    return lambda row: _yes_or_no(getattr(row, name))


def _yes_or_no(value: Any) -> str | None:
    return None if value is None else "yes" if value else "no"


def _quote(row: RequirementRow) -> Cell:
    return str(row.citations[0]["quote"])


def _further(row: RequirementRow) -> Cell:
    """Where else it is said: "locator, p. page: quote", one a line."""
    return "\n".join(_citation(each) for each in row.citations[1:]) or None


def _citation(citation: Any) -> str:
    page = f"p. {citation['page']}" if citation.get("page") else ""
    place = ", ".join(filter(None, (citation.get("locator"), page)))
    return f"{place}: {citation['quote']}".removeprefix(": ")


COLUMNS: dict[str, Callable[[RequirementRow], Cell]] = {
    "number": _own("seq"),
    "rid": _own("rid"),
    "status": _own("status"),
    "name": _own("requirement_name"),
    "text": _own("requirement_text"),
    "modality": _own("modality"),
    "type": _own("requirement_type"),
    "priority": _own("priority"),
    "addressee": _own("addressee"),
    "locator": _place("locator"),
    "section": _place("section"),
    "page": _place("page"),
    "quote": _quote,
    "citations": lambda row: len(row.citations),
    "further_citations": _further,
    "confidence": _own("confidence_score"),
    "needs_review": _said("needs_review"),
    "gobd": _said("is_gobd_relevant"),
    "gdpr": _said("is_gdpr_relevant"),
    "relevance": _own("relevance"),
    "objects": _listed("mentioned_objects"),
    "messages": _listed("mentioned_messages"),
    "fulfilment": _own("fulfilment"),
    "gap": _own("gap"),
    "rejection_reason": _own("rejection_reason"),
    "last_error": _own("last_error"),
    "notes": _own("research_notes"),
    "review": lambda row: (row.review or {}).get("state"),
}


def cells(row: RequirementRow) -> list[Cell]:
    """The values of `COLUMNS`."""
    return [value(row) for value in COLUMNS.values()]
