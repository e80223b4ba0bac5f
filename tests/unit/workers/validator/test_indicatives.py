from __future__ import annotations

import pytest

from workers.validator.classification import classify


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Die Stationsleitung prüft den Schrank zweimal im Monat."),
        ("de", "Gastkonten werden nach dreißig Tagen gesperrt."),
        ("de", "Verlässt ein Beschäftigter das Haus, sperrt der Administrator sein Konto."),
        ("en", "The warehouse manager checks the fire doors every Monday."),
        ("en", "If an employee leaves, the administrator locks the account on the same day."),
        ("en", "Guest accounts are deleted after thirty days."),
    ],
)
def test_a_houses_own_rules_bind_in_the_indicative(language: str, text: str) -> None:
    assert classify(text, language, "policy").kind is None
    assert language == "de" or classify(text, language, "letter").kind is not None


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Das Krankenhaus betreibt zwölf Stationen und ein Labor."),
        ("de", "Diese Anweisung beschreibt den Ablauf der Inventur."),
        ("en", "The hospital runs twelve wards and a laboratory."),
        ("en", "Managers usually check the lists on Fridays."),
    ],
)
def test_descriptions_bind_nobody_there(language: str, text: str) -> None:
    assert classify(text, language, "policy").kind is not None
