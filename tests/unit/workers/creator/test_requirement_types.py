from __future__ import annotations

import pytest

from orchestrator.domain.requirement import Modality, RequirementType
from workers.creator.register import Register
from workers.creator.requirement_types import aspects, kind

F, Q, C = RequirementType.FUNCTIONAL, RequirementType.QUALITY, RequirementType.CONSTRAINT
L, P = RequirementType.LEGAL, RequirementType.PROCESS
SPECIFICATION, POLICY, CONTRACT, ACT = Register.SPECIFICATION, Register.POLICY, Register.CONTRACT, Register.EU_ACT


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "The library system shall display the shelf of a book.", F),
        ("en", "The reader shall be able to search for books by author.", F),
        ("en", "As a reader, I want to extend a loan so that I can finish the book.", F),
        ("en", "The catalogue shall answer within two seconds.", Q),
        ("en", "The reading room page shall be easy to use for beginners.", Q),
        ("en", "The service shall be available 99 % of the time.", Q),
        ("en", "Each loan shall carry a unique loan number.", C),
        ("en", "Librarians shall check the card before they lend a book.", F),
        ("en", "Staff must check the card before they lend a book.", P),
        ("en", "Loan records shall be deleted when the statutory period ends.", L),
        ("de", "Das System muss die Standorte der Bücher anzeigen.", F),
        ("de", "Die Suche muss innerhalb von zwei Sekunden antworten.", Q),
        ("de", "Jede Ausleihe muss eine eindeutige Nummer tragen.", C),
        ("de", "Mitarbeiter müssen den Ausweis vor der Ausleihe prüfen.", P),
    ],
)
def test_types_in_specifications(language: str, text: str, expected: RequirementType) -> None:
    assert kind(text, language, SPECIFICATION, Modality.OBLIGATION) is expected


@pytest.mark.parametrize(
    ("register", "text", "expected"),
    [
        (POLICY, "Der Bibliothekar prüft den Ausweis.", P),
        (POLICY, "Jede Ausleihe wird protokolliert.", F),
        (POLICY, "Personenbezogene Daten der Leser werden nur für die Ausleihe erhoben.", L),
        (POLICY, "Die Kataloge sind lesbar und nachvollziehbar zu halten.", Q),
        (CONTRACT, "Die Kündigung bedarf der Schriftform.", C),
        (CONTRACT, "Der Verleiher haftet für Mängel.", L),
        (CONTRACT, "Der Verleiher liefert die Bücher am Montag.", P),
        (ACT, "Der Verantwortliche meldet die Verletzung der Aufsichtsbehörde.", P),
        (ACT, "Die Verarbeitung ist rechtmäßig.", L),
    ],
)
def test_types_by_the_kind_of_text(register: Register, text: str, expected: RequirementType) -> None:
    assert kind(text, "de", register, Modality.OBLIGATION) is expected


def test_modality_decides_where_it_tells_most() -> None:
    assert kind("Das Amt hat zu antworten.", "de", POLICY, Modality.AUTHORITY_DUTY) is L
    assert kind("Readers must not eat.", "en", POLICY, Modality.PROHIBITION) is C
    assert kind("The system shall not show prices.", "en", SPECIFICATION, Modality.PROHIBITION) is C


def test_a_requirement_may_ask_for_both() -> None:
    both = aspects("The system shall display the list of loans within two seconds.", "en")
    assert both.is_quality
    assert both.functional > aspects("The system shall be available at all times.", "en").functional


def test_none_where_nothing_tells() -> None:
    assert kind("Mud.", "en", SPECIFICATION, Modality.OBLIGATION) is None
