"""What the model has, lacks, or cannot tell."""

from __future__ import annotations

import pytest

from workers.validator.fulfilment import Result, assess
from workers.validator.matching import ModelIndex

CASES = [
    ("de", "Das System muss Name und Geburtsdatum des Lesers speichern.", Result.FULFILLED, None),
    ("de", "Für jeden Leser sind Name und Anschrift zu erfassen.", Result.FULFILLED, None),
    ("de", "Das System muss Name und Ausweisnummer des Lesers speichern.", Result.PARTIALLY_FULFILLED, "Ausweisnummer"),
    ("de", "Die Reservierung muss Preis und Währung enthalten.", Result.NOT_FULFILLED, "Preis, Währung"),
    ("de", "Jede Ausleihe enthält mindestens die folgenden Angaben: den Beginn,", Result.FULFILLED, None),
    ("de", "Die Reservierungsnummer der Reservierung ist anzuzeigen.", Result.FULFILLED, None),
    ("de", "Das System muss Reservierungen archivieren.", Result.UNCLEAR, None),
    ("de", "Nach der Rückgabe der Ausleihe ist der Raum zu reinigen.", Result.UNCLEAR, None),
    ("de", "Das System muss jede Eingabe in zwei Sekunden beantworten.", Result.UNCLEAR, None),
    ("de", "Das System muss zu jedem Leser den Namen und das Geburtsdatum speichern.", Result.FULFILLED, None),
    ("de", "Zu jedem Leser müssen Name und Ausweisnummer geführt werden.", Result.PARTIALLY_FULFILLED, "Ausweisnummer"),
    ("de", "Der Leser muss mit Name und Anschrift geführt werden.", Result.FULFILLED, None),
    (
        "de",
        "Die Reservierung muss den Preis und die Währung des Landes enthalten.",
        Result.NOT_FULFILLED,
        "Preis, Währung",
    ),
    ("en", "The system shall store the first name and date of birth of each reader.", Result.FULFILLED, None),
    ("en", "Each library card shall show its card number and the photo.", Result.PARTIALLY_FULFILLED, "photo"),
    ("en", "The system shall store the reader's shoe size.", Result.NOT_FULFILLED, "shoe size"),
    ("en", "The number of readers shall not exceed forty.", Result.UNCLEAR, None),
    ("en", "The reading room shall be closed at night.", Result.UNCLEAR, None),
]


@pytest.mark.parametrize(("language", "text", "result", "missing"), CASES)
def test_fulfilment_follows_from_the_model(
    index: ModelIndex, language: str, text: str, result: Result, missing: str | None
) -> None:
    assessed = assess(text, language, index.match(text, language), index)
    assert assessed.result is result, assessed
    if missing:
        assert assessed.gap is not None
        assert assessed.gap.endswith(f"lacks {missing}.")


def test_every_decision_has_its_path(index: ModelIndex) -> None:
    text = "Das System muss Name und Ausweisnummer des Lesers speichern."
    assessed = assess(text, "de", index.match(text, "de"), index)
    assert [(entry["object"], entry["needed"], entry["attribute"]) for entry in assessed.evidence] == [
        ("BO-Leser", "Name", "name"),
        ("BO-Leser", "Ausweisnummer", None),
    ]
    assert all(text[start:end] == entry["needed"] for entry in assessed.evidence for start, end in entry["words"])
    assert assessed.by_object == {"BO-Leser": Result.PARTIALLY_FULFILLED}


def test_unclear_says_why(index: ModelIndex) -> None:
    text = "Reservierungen sind zu archivieren."
    assert "names no attribute of Reservierung" in str(assess(text, "de", index.match(text, "de"), index).gap)
    assert "No business object" in str(assess("Es ist zu prüfen.", "de", (), index).gap)
