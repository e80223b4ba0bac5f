"""Looking again at sentences that nothing cites."""

from __future__ import annotations

from workers.creator.documents import ReadLimits, read
from workers.creator.extraction import GAP_EMIT, Extraction, ExtractionContext, extract
from workers.creator.prompt import Brief
from workers.creator.register import detect

TEXT = """1 Duties

The operator must keep a log. For example, the operator must write down each access. The operator may compress logs.

2 Prohibitions

The operator must not delete a log entry. The clerk should check it weekly.
"""
DOCUMENT = read("text/plain", TEXT.encode(), ReadLimits(pages=10, characters=10_000))


def run(brief: Brief, within: tuple[tuple[int, int], ...] | None = None) -> Extraction:
    context = ExtractionContext(DOCUMENT.language, detect(DOCUMENT), brief=brief, within=within)
    return extract(DOCUMENT.text, DOCUMENT.passages, context)


def span(quote: str) -> tuple[int, int]:
    start = DOCUMENT.text.index(quote)
    return start, start + len(quote)


def test_only_the_gaps_are_looked_at_and_everything_is_for_review() -> None:
    wanted, other = span("The operator must not delete a log entry."), span("The operator may compress logs.")

    found = run(Brief(), (wanted, other))

    assert [(each.citations[0].start, each.citations[0].end) for each in found.requirements] == [wanted]
    assert all(each.needs_review and each.confidence_score >= GAP_EMIT for each in found.requirements)
    assert found.counts["considered"] == 2
    assert run(Brief(), ()).requirements == ()


def test_without_gaps_nothing_is_different() -> None:
    assert len(run(Brief()).requirements) >= 3
