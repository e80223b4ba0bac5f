"""Words, stems, compounds."""

from __future__ import annotations

import pytest

from workers.language import analyse, analyse_name, bare, fold_word, singular, split_name, words


def test_words_keep_their_place() -> None:
    text = "Rechnungs- und Zahlungs-APIs für 3 Stationen"
    found = words(text)
    assert [word.text for word in found] == ["Rechnungs", "und", "Zahlungs", "APIs", "für", "3", "Stationen"]
    assert all(text[word.start : word.end] == word.text for word in found)


@pytest.mark.parametrize(
    ("word", "stem", "parts"),
    [
        ("Fahrzeugreservierungen", "fahrzeugreservierung", ("fahrzeug", "reservierung")),
        ("Rechnungsadressen", "rechnungsadresse", ("rechnung", "adresse")),
        ("Buchungssätze", "buchungssatz", ("buchung", "satz")),
        ("Kunden", "kunde", ("kunde",)),
        ("Häuser", "haus", ("haus",)),
    ],
)
def test_german_nouns_have_stem_and_parts(word: str, stem: str, parts: tuple[str, ...]) -> None:
    morphology = analyse(word, "de")
    assert (morphology.stem, morphology.parts) == (stem, parts)


def test_what_is_no_word_stays_as_it_is() -> None:
    assert analyse("X1", "de").stem == "x1"
    assert analyse("a" * 500, "de").stem == "a" * 500


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("ZeitVonReservierungBisBestätigung", ["Zeit", "Von", "Reservierung", "Bis", "Bestätigung"]),
        ("poNummerPflicht", ["po", "Nummer", "Pflicht"]),
        ("Fahrzeug [gereinigt]", ["Fahrzeug", "gereinigt"]),
        ("date_of_birth", ["date", "of", "birth"]),
        ("PSPName", ["PSP", "Name"]),
    ],
)
def test_names_are_split_as_modellers_write_them(name: str, parts: list[str]) -> None:
    assert split_name(name) == parts


def test_umlauts_written_out_are_the_same_word() -> None:
    assert fold_word("Übergabe") == fold_word("Uebergabe") == "uebergabe"
    assert "uebergabe" in {part for reading in analyse_name("Uebergabeprotokoll") for part in reading.parts}
    assert bare("Häuser")[:4] == bare("Haus")


@pytest.mark.parametrize(
    ("plural", "one"),
    [
        ("Policies", "policy"),
        ("boxes", "box"),
        ("invoices", "invoice"),
        ("addresses", "address"),
        ("status", "status"),
        ("address", "address"),
        ("analysis", "analysis"),
    ],
)
def test_english_plurals_lose_their_ending(plural: str, one: str) -> None:
    assert singular(plural) == one
