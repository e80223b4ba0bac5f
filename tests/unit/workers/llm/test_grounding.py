"""Quotes of a model and the words of the document."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.llm.grounding import ground

TEXT = (
    "Der Steuer\u00adpflichtige hat „Belege“ auf\u00adzubewahren.  Er darf\nnichts löschen. "
    "Die Straße ist ﬁnal gesperrt."
)
FIRST, SECOND = (0, TEXT.index("  Er")), (TEXT.index("Er darf"), TEXT.index(" Die"))
THIRD = (TEXT.index("Die"), len(TEXT))


@pytest.mark.parametrize(
    ("spans", "quote", "found", "match"),
    [
        ([SECOND], "Er darf\nnichts löschen.", "Er darf\nnichts löschen.", "exact"),
        ([SECOND], "er darf nichts löschen", "Er darf\nnichts löschen.", "repaired"),
        ([SECOND], 'ER  DARF "nichts" löschen ...', "Er darf\nnichts löschen.", "repaired"),
        ([FIRST], "hat Belege aufzubewahren", "hat „Belege“ auf\u00adzubewahren.", "repaired"),
        ([THIRD], "Die Strasse ist final gesperrt.", "Die Straße ist ﬁnal gesperrt.", "repaired"),
        ([FIRST, SECOND], "aufzubewahren. Er darf nichts", "auf\u00adzubewahren.  Er darf\nnichts", "repaired"),
    ],
)
def test_the_words_of_the_document_win(spans: list[tuple[int, int]], quote: str, found: str, match: str) -> None:
    place = ground(TEXT, spans, quote)
    assert place is not None
    assert (TEXT[slice(*place.span)], place.match) == (found, match)


@pytest.mark.parametrize("quote", ["", "Er darf", "...", "Er darf alles löschen.", "Die Straße ist ﬁnal gesperrt."])
def test_what_does_not_stand_in_the_cited_sentences_is_not_found(quote: str) -> None:
    assert ground(TEXT, [SECOND], quote) is None


@given(st.text(max_size=80), st.text(max_size=40), st.integers(0, 79), st.integers(0, 80))
def test_whatever_is_found_lies_within_what_was_cited(text: str, quote: str, start: int, length: int) -> None:
    span = (min(start, len(text)), min(start + length, len(text)))
    for asked in (quote, text[slice(*span)], text[slice(*span)].upper()):
        place = ground(text, [span], asked)
        if place is not None:
            assert span[0] <= place.span[0] < place.span[1] <= span[1]
