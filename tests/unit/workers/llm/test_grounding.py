"""Quotes of a model and the words of the document."""

from __future__ import annotations

import time
import unicodedata

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


VARIANTS = (
    "Kein Recht auf Kündigung hat, wer – binnen 10\u202fTagen – mahnt. "
    "Er führt E\u2011Rechnungen und Bu-\nchungen ver- oder auf."
)


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        (unicodedata.normalize("NFD", "Recht auf Kündigung"), "Recht auf Kündigung"),
        ("wer - binnen 10 Tagen - mahnt", "wer – binnen 10\u202fTagen – mahnt."),
        ("Er führt E-Rechnungen und Buchungen", "Er führt E\u2011Rechnungen und Bu-\nchungen"),
        ("und Bu- chungen ver- oder auf", "und Bu-\nchungen ver- oder auf."),
        ("Er\u200b führt\ufeff E\u2010Rechnungen", "Er führt E\u2011Rechnungen"),
        ("ein Recht auf Kündigung", None),
        ("wer - binnen 10 Tag", None),
        ("binnen 1 Tagen mahnt", None),
    ],
)
def test_unicode_and_line_ends_vary_and_words_and_numbers_do_not(quote: str, found: str | None) -> None:
    place = ground(VARIANTS, [(0, len(VARIANTS))], quote)
    assert (VARIANTS[slice(*place.span)] if place else None) == found


def test_thousands_of_invented_quotes_are_looked_for_in_no_time() -> None:
    text = "Der Mieter zahlt die Miete. " * 2_000
    started = time.process_time()
    for number in range(500):
        assert ground(text, [(0, len(text))], f"Der Vermieter zahlt {number} Mieten.") is None
    assert time.process_time() - started < 5


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
