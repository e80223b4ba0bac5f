"""Levels, precedence, and what must not match."""

from __future__ import annotations

import pytest

from orchestrator.domain.graph import DomainModel
from workers.validator.matching import ModelIndex


def found(index: ModelIndex, text: str, language: str = "de") -> dict[str, str]:
    return {match.key: match.match for match in index.match(text, language)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Jede Reservierung wird bestätigt.", {"BO-Reservierung": "exact"}),
        ("Offene Reservierungen verfallen.", {"BO-Reservierung": "lemma"}),
        ("Die Buchreservierung verfällt.", {"BO-Reservierung": "compound"}),
        ("Der Reservierungsstatus ist zu zeigen.", {"BO-Reservierung": "compound"}),
        ("Reservierungs- und Kontodaten sind zu trennen.", {"BO-Reservierung": "compound"}),
        ("Jede Nutzerin erhält einen Ausweis.", {"BO-Leser": "alias"}),
        ("Das Übergabeprotokoll ist zu unterschreiben.", {"BO-Uebergabeprotokoll": "exact"}),
        ("Übergabeprotokolle sind aufzubewahren.", {"BO-Uebergabeprotokoll": "lemma"}),
        ("Die Registrierung ist zu prüfen.", {}),
        ("Die Reservierug ist zu prüfen.", {"BO-Reservierung": "fuzzy"}),
        ("Eine Mahnung ist zu senden.", {"MSG-Mahnung": "exact"}),
    ],
)
def test_german_levels(index: ModelIndex, text: str, expected: dict[str, str]) -> None:
    assert found(index, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Each library card shall be unique.", {"BO-LibraryCard": "exact"}),
        ("Library cards expire.", {"BO-LibraryCard": "lemma"}),
        ("A borrower shall pay the fee.", {"BO-Reader": "alias"}),
        ("The reading room closes at six.", {"BO-Reading-Room": "exact"}),
        ("Reading glasses are on loan.", {}),
        ("The card of the library is lost.", {}),
    ],
)
def test_english_names(index: ModelIndex, text: str, expected: dict[str, str]) -> None:
    assert found(index, text, "en") == expected


def test_a_verb_or_lower_case_word_is_no_german_mention(index: ModelIndex) -> None:
    assert found(index, "Wir haben zu lesen und zu mahnen, reservierung hin oder her.") == {}


def test_the_best_level_wins_and_all_places_are_told(index: ModelIndex) -> None:
    text = "Reservierungen: jede Reservierung und die Buchreservierung."
    (match,) = index.match(text, "de")
    assert (match.match, match.confidence) == ("exact", 1.0)
    assert [text[start:end] for start, end in match.words] == ["Reservierungen", "Reservierung", "Buchreservierung"]


def test_a_longer_name_hides_the_shorter_one_within(index: ModelIndex) -> None:
    assert found(index, "The reading room is for each reader.", "en") == {
        "BO-Reading-Room": "exact",
        "BO-Reader": "exact",
    }


def test_an_empty_model_matches_nothing() -> None:
    assert ModelIndex.build(DomainModel()).match("Jede Reservierung", "de") == ()
