"""What a whole document gave: counts over its parts, and the duty sentences that no requirement cites."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from orchestrator.domain.document import DocumentText, Span
from workers.creator.merge import uncovered

MOST_GAPS = 5_000
"""A bound on what one row stores; `uncited` counts all of them."""

Results = Iterable[Mapping[str, Any]]


def statistics(results: Results, requirements: int) -> dict[str, Any]:
    """Sum the parts' counts; `requirements` is what is left after merging."""
    total: Counter[str] = Counter()
    model: Counter[str] = Counter()
    for result in results:
        total.update(result.get("counts", {}))
        model.update(result.get("llm", {}))
    counts = {**total, "requirements": requirements, "merged": total["emitted"] - requirements}
    return counts | ({"llm": dict(model)} if model else {})


def coverage(document: DocumentText, results: Results, cited: Sequence[Span]) -> dict[str, Any]:
    """Tell how many duty sentences there are and which of them nothing cites: {quote, start, end, page, locator}."""
    duties = [(start, end) for result in results for start, end in result.get("duty_sentences", ())]
    gaps = uncovered(duties, cited)
    starts = [passage.start for passage in document.passages]
    return {
        "duty_sentences": len(duties),
        "cited": len(duties) - len(gaps),
        "uncited": len(gaps),
        "gaps": [_gap(document, starts, gap) for gap in gaps[:MOST_GAPS]],
    }


def _gap(document: DocumentText, starts: Sequence[int], gap: Span) -> dict[str, Any]:
    start, end = gap
    passage = document.passages[max(0, bisect_right(starts, start) - 1)]
    return {
        "quote": document.text[start:end],
        "start": start,
        "end": end,
        "page": document.page_of(start),
        "locator": passage.locator,
        "section": passage.section,
    }
