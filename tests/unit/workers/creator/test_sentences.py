from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.creator.sentences import sentences


def split(text: str, language: str = "de") -> list[str]:
    return [text[start:end] for start, end in sentences(text, 0, len(text), language)]


GERMAN = [
    "Aufzeichnungen sind gem. § 146 Abs. 4 AO i. V. m. Art. 6 Abs. 1 lit. a DSGVO zu führen.",
    "Das gilt z. B. für Belege, d. h. Rechnungen, bzw. für Nr. 3 und Rz. 58.",
    "Der Bescheid vom 1. Januar 2020 und das 5. Kapitel bleiben (vgl. BFH, BStBl II S. 45; das ist so. Immer.) gültig.",
    "Es gilt die Frist; Sonnabende zählen: Ausnahmen gibt es nicht.",
    "Nach §§ 238 ff. HGB und § 14 Abs. 4 S. 2 UStG sind 2.400 € zu zahlen.",
    "Siehe Rz. 20.",
    "Dies gilt auch im Jahr 2019.",
    "„Beleg“ ist jede Unterlage.",
    "Er fragt: Warum?",
    "Der Kunde A zahlt an Kunde B.",
    "Die Prüfung ist in 2 Tagen zu beenden!",
    "Dr. H. Muster prüft Belege, Verträge usw. jährlich.",
]
ENGLISH = [
    "The controller shall comply with Art. 6(1)(a), i.e. obtain consent, e.g. by post.",
    "See section 5.",
    "The user (cf. the admin. He is one) may act.",
    "Version 2.1 of No. 7 is in use by Acme Inc. in London.",
    "Mr. J. Smith must sign it.",
    "Is it done?",
    "“It is.”",
    "Logs, backups, etc. are kept.",
]


@pytest.mark.parametrize(("expected", "language"), [(GERMAN, "de"), (ENGLISH, "en")])
def test_sentences_end_where_they_end(expected: list[str], language: str) -> None:
    assert split(" ".join(expected), language) == expected


@pytest.mark.parametrize(
    ("text", "language", "count"),
    [
        ("Es gibt keine Pflichten dieser Art. Die Frist läuft.", "de", 2),
        ("Das gilt auch nach Art. 5 der Verordnung.", "de", 1),
        ("The answer is no. The end.", "en", 2),
        ("Rechnungen, Belege usw. Die Frist läuft.", "de", 2),
        ("Rechnungen, Belege usw. Belege zählen.", "de", 1),
        ("REQ-1 | The system shall log in. It must log out. | high", "en", 4),
        ("Erste Zeile\nzweite Zeile", "de", 2),
        ("Kein Satzende", "de", 1),
        ("3. Kapitel des Gesetzes.", "de", 1),
        ("", "de", 0),
    ],
)
def test_number_of_sentences(text: str, language: str, count: int) -> None:
    assert len(split(text, language)) == count


def test_spans_are_those_of_the_whole_text() -> None:
    text = "Vorher. Erster Satz. Zweiter Satz. Nachher."
    assert [text[a:b] for a, b in sentences(text, 8, 34, "de")] == ["Erster Satz.", "Zweiter Satz."]


@given(st.text(alphabet="aB1.!? (\n„“)|;Abs", max_size=200), st.sampled_from(["de", "en"]))
def test_spans_are_ordered_and_cover_every_visible_character(text: str, language: str) -> None:
    spans = sentences(text, 0, len(text), language)
    covered = "".join(text[start:end] for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in spans)
    kept = text.replace(" | ", " ")
    assert "".join(covered.split()).replace("|", "") == "".join(kept.split()).replace("|", "")


@pytest.mark.parametrize("piece", ["(", "(a. B", "A. ", "a.\n", "| "])
@pytest.mark.timeout(10)
def test_hostile_repetition_ends_soon(piece: str) -> None:
    began = time.monotonic()
    sentences(piece * 20_000, 0, None, "de")
    assert time.monotonic() - began < 8
