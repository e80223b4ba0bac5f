from __future__ import annotations

import pytest

from workers.creator.clauses import clauses


@pytest.mark.parametrize(
    ("sentence", "main"),
    [
        ("Die Daten, die er erhält, sind zu prüfen.", "Die Daten sind zu prüfen."),
        ("Sollte ein Beleg fehlen, ist ein Eigenbeleg zu erstellen.", "ist ein Eigenbeleg zu erstellen."),
        ("Erfolgt die Meldung zu spät, so ist sie zu begründen.", "so ist sie zu begründen."),
        ("Wenn ein Kunde widerspricht, sind die Daten zu löschen.", "sind die Daten zu löschen."),
        (
            "Der Betreiber, der Halter und der Fahrer haften gemeinsam.",
            "Der Betreiber, der Halter und der Fahrer haften gemeinsam.",
        ),
        (
            "Schäden am Lack, der Tür und dem Dach hat der Mieter zu melden.",
            "Schäden am Lack, der Tür und dem Dach hat der Mieter zu melden.",
        ),
        ("Rechnungen (z. B. über Mieten, die fällig sind) sind abzulegen.", "Rechnungen sind abzulegen."),
        ("Die Zeile ist gesperrt, wenn sie gebucht, der Monat geschlossen ist.", "Die Zeile ist gesperrt"),
        (
            "Hieraus folgt, dass jede Änderung zu protokollieren ist.",
            "Hieraus folgt, dass jede Änderung zu protokollieren ist.",
        ),
    ],
)
def test_german_main_clauses(sentence: str, main: str) -> None:
    assert clauses(sentence, "de").main == main


@pytest.mark.parametrize(
    ("sentence", "main"),
    [
        ("If the payment fails, the system shall inform the user.", "the system shall inform the user."),
        ("The controller shall, where feasible, notify it.", "the controller shall notify it."),
        ("The clerk shall close the account if the customer must be blocked.", "the clerk shall close the account"),
        ("That record shall contain a date.", "that record shall contain a date."),
        ("The form (which must be signed) is optional.", "the form is optional."),
        ("Should the lift fail, the porter shall call help.", "the porter shall call help."),
        ("Were the pump to stop, the tank overflows.", "the tank overflows."),
        ("Should it rain the gate shall be closed.", "should it rain the gate shall be closed."),
        ("The word “must” marks a duty.", "the word “…” marks a duty."),
        ("“The gate must be closed.”", "“the gate must be closed.”"),
        ('The "Client" shall pay.', 'the "client" shall pay.'),
    ],
)
def test_english_main_clauses(sentence: str, main: str) -> None:
    assert clauses(sentence, "en").main == main


@pytest.mark.parametrize(
    "sentence", ["(1) Der Halter zahlt.", "• Der Halter zahlt.", "a) Der Halter zahlt.", "3. Der Halter zahlt."]
)
def test_markers_are_not_part_of_the_sentence(sentence: str) -> None:
    assert clauses(sentence, "de").whole == "Der Halter zahlt."


def test_conditional_and_fragment() -> None:
    assert clauses("Bei Verlust ist die Karte zu sperren.", "de").conditional
    assert not clauses("Die Karte ist zu sperren.", "de").conditional
    assert clauses("die Karte sperren,", "de").fragment
    assert clauses("lock the card;", "en").fragment
    assert not clauses("Lock the card.", "en").fragment


@pytest.mark.parametrize("text", ["", " ", "(", ",", "a)", "§ 3", "…"])
@pytest.mark.parametrize("language", ["de", "en"])
def test_scraps_do_not_break_it(text: str, language: str) -> None:
    found = clauses(text, language)
    assert found.main in (found.whole, "") or found.main
