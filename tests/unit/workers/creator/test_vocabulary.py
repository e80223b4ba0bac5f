from __future__ import annotations

import pytest

from workers.creator.vocabulary import answers, content_words, language_of, stem, stems, words


def test_words_split_joined_names() -> None:
    assert words("VehicleStatus und E-Mail, 3 Räder") == ["Vehicle", "Status", "und", "E-Mail", "Räder"]


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("Rechnungen", "Rechnung", "de"),
        ("Kunden", "Kunde", "de"),
        ("Verträge", "Vertrag", "de"),
        ("bookings", "booking", "en"),
        ("companies", "company", "en"),
    ],
)
def test_forms_of_one_word_share_a_stem(one: str, other: str, language: str) -> None:
    assert stem(one, language) == stem(other, language)


def test_short_words_keep_four_letters() -> None:
    assert stem("Auto", "de") == "auto"
    assert len(stem("Mieten", "de")) >= 4


def test_content_words_leave_out_stop_words() -> None:
    assert content_words("Der Kunde und der Kunde zahlt", "de") == ("kunde", "zahlt")


def test_language_by_stop_words() -> None:
    assert language_of("Welche Fristen gelten für die Ablage?", "en") == "de"
    assert language_of("What must the tenant do?", "de") == "en"
    assert language_of("GoBD", "de") == "de"


def test_answers_by_stem_or_compound() -> None:
    assert answers("aufbewahrung", stems("Die Aufbewahrungsfrist endet.", "de"), "de")
    assert answers("booking", stems("All bookings are kept", "en"), "en")
    assert not answers("car", stems("The scar remains", "en"), "en")
