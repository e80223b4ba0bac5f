from __future__ import annotations

import pytest

from orchestrator.domain.requirement import Modality
from workers.creator.merge import MergeInput, merge, uncovered

OBLIGATION, PROHIBITION = Modality.OBLIGATION, Modality.PROHIBITION


def _pair(one: str, other: str) -> list[tuple[str, ...]]:
    return merge([MergeInput("a", one, OBLIGATION), MergeInput("b", other, OBLIGATION)])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Die Belege sind zu prüfen.", "Die  Belege sind zu prüfen."),
        ("Die „Belege“ sind zu prüfen.", "Die Belege sind zu prüfen."),
        ("(1) Die Belege sind zu prüfen.", "a) Die Belege sind zu prüfen."),
        (
            "Eine Buchung darf nicht so verändert werden, dass ihr Inhalt nicht mehr feststellbar ist.",
            "Nach § 146 Absatz 4 AO darf eine Buchung nicht so verändert werden, "
            "dass ihr Inhalt nicht mehr feststellbar ist.",
        ),
        (
            "The invoice shall be archived for 10 years (Art. 5).",
            "The invoice shall be archived for 10 years (Art. 7(2)).",
        ),
    ],
)
def test_duplicates_are_merged(one: str, other: str) -> None:
    assert _pair(one, other) == [("a", "b")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Die Belege sind 10 Jahre aufzubewahren.", "Die Belege sind 6 Jahre aufzubewahren."),
        ("Die Belege sind zehn Jahre aufzubewahren.", "Die Belege sind sechs Jahre aufzubewahren."),
        ("Die Daten müssen gelöscht werden.", "Die Daten müssen nicht gelöscht werden."),
        (
            "The car must be washed.",
            "The car must be washed and the invoice must be sent to the customer and archived.",
        ),
        ("The car must be washed.", "The bill must be paid."),
        ("Bei jeder Buchung sind anzugeben: der Betrag", "Bei jeder Buchung sind anzugeben: das Datum"),
        (
            "The agency shall send its report on all cars by 17 January.",
            "The agency shall send its report on all cars by 17 July.",
        ),
    ],
)
def test_what_differs_stays_apart(one: str, other: str) -> None:
    assert _pair(one, other) == [("a",), ("b",)]


def test_never_merged_across_modality_or_section_subject() -> None:
    text = "The branch manager checks the cash box every evening."
    assert merge([MergeInput("a", text, OBLIGATION), MergeInput("b", text, PROHIBITION)]) == [("a",), ("b",)]
    denied = [
        MergeInput("a", text, OBLIGATION, "Cash accepted"),
        MergeInput("b", text, OBLIGATION, "Cash not accepted"),
    ]
    assert merge(denied) == [("a",), ("b",)]
    rows = [
        MergeInput("a", text, OBLIGATION, "3.1 Cash"),
        MergeInput("b", text, OBLIGATION, "5.2 Franchise branches"),
        MergeInput("c", text, OBLIGATION, "7 Cash and cards"),
    ]
    assert merge(rows) == [("a", "c"), ("b",)]


def test_the_first_survives_and_groups_keep_the_order() -> None:
    rows = [
        MergeInput(key, text, OBLIGATION)
        for key, text in zip(
            "abcde", ["X must run.", "Y must stop.", "X must run.", "Z must go.", "X must run."], strict=True
        )
    ]
    assert merge(rows) == [("a", "c", "e"), ("b",), ("d",)]


def test_nothing_in_nothing_out() -> None:
    assert merge([]) == []


def test_every_key_comes_back_once() -> None:
    rows = [
        MergeInput(str(i), f"The clerk of desk {i % 7} must sign form {i % 3} before noon.", OBLIGATION)
        for i in range(100)
    ]
    groups = merge(rows)
    assert sorted(key for group in groups for key in group) == sorted(row.key for row in rows)
    assert len(groups) == 21


def test_uncovered_are_the_duty_sentences_that_no_citation_touches() -> None:
    duties = [(0, 10), (12, 20), (22, 30), (40, 50)]
    assert uncovered(duties, [(0, 10), (19, 25), (60, 70)]) == [(40, 50)]
    assert uncovered(duties, []) == duties
    assert uncovered([], [(0, 5)]) == []
    assert uncovered([(5, 6)], [(0, 100), (2, 3)]) == []
    assert uncovered([(10, 20)], [(0, 10), (20, 30)]) == [(10, 20)]
