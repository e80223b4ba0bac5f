# ruff: noqa: E501  (a sample text is read on one line)
from __future__ import annotations

import pytest

from orchestrator.domain.document import DocumentText, Passage, Role
from workers.creator.register import Register, detect, detect_text, habits

TEXTS = {
    Register.EU_ACT: "Regulation (EU) 2030/1 of the European Parliament. Member States shall ensure that the controller keeps records. "
    "The competent authority shall inform the Commission under Directive (EU) 2029/2.",
    Register.STATUTE: "§ 1 Zweck\nDie Vorschriften dieses Gesetzes gelten für alle Halter.\n§ 2 Pflichten\nAbsatz 1 gilt entsprechend, soweit nach § 5 nichts anderes bestimmt ist.",
    Register.LETTER: "Bundesministerium der Finanzen. An die Obersten Finanzbehörden der Länder. Der Steuerpflichtige hat die GoB zu beachten (vgl. Rz. 12).",
    Register.CONTRACT: "Zwischen der Alpha GmbH, nachfolgend Auftraggeber genannt, und der Beta GmbH wird folgender Dienstvertrag geschlossen. Der Auftragnehmer leistet. Gerichtsstand ist Ulm.",
    Register.POLICY: "Diese Dienstanweisung gilt für alle Beschäftigten. Vorgesetzte melden Verstöße. Abweichungen von dieser Anweisung genehmigt die Abteilungsleitung.",
    Register.USER_STORIES: "As a driver, I want to see my trips so that I can check them. As a clerk, I want to export data.",
    Register.SPECIFICATION: "Software requirements specification. The system shall store orders. The application must log access to the database.",
}


@pytest.mark.parametrize("register", list(Register))
def test_each_register_shows_in_its_words(register: Register) -> None:
    assert detect_text(TEXTS[register]) is register


def test_english_contracts_are_known() -> None:
    assert (
        detect_text("This Agreement is made between the Service Provider and the Customer (the Parties).")
        is Register.CONTRACT
    )


def test_without_evidence_a_document_is_a_specification() -> None:
    assert detect_text("Alle Wagen werden abends gewaschen.") is Register.SPECIFICATION


def _document(text: str, locators: list[str], roles: list[Role] | None = None) -> DocumentText:
    lines, passages, at = text.split("\n"), [], 0
    for i, line in enumerate(lines):
        passages.append(Passage(at, at + len(line), (roles or [Role.BODY] * len(lines))[i], locator=locators[i]))
        at += len(line) + 1
    return DocumentText(text, tuple(passages), language="de")


def test_locators_count_as_evidence() -> None:
    text = "Der Halter zahlt.\nDer Fahrer fährt.\nDie Bank bucht."
    assert detect(_document(text, ["§ 1", "§ 2", "§ 3"])) is Register.STATUTE
    assert detect(_document(text, ["Rz. 1", "Rz. 2", "Rz. 3"])) is Register.LETTER
    assert detect(_document(text, ["Art. 1", "Art. 2", "Art. 3"])) is Register.EU_ACT


def test_a_part_keeps_the_documents_register_unless_it_plainly_has_its_own() -> None:
    document = _document("Der Halter zahlt.\nDer Fahrer fährt.\nDie Bank bucht.", ["§ 1", "§ 2", "§ 3"])
    assert detect(document, document.passages[:1]) is Register.STATUTE
    assert detect(document, ()) is Register.STATUTE


def test_will_is_a_habit_where_it_outnumbers_shall() -> None:
    assert habits("It will run. It will stop. It shall log.") == {"en.will"}
    assert habits("It shall run. It will stop.") == frozenset()


@pytest.mark.parametrize(
    ("title", "register"),
    [
        ("Richtlinie für Reisekosten", Register.POLICY),
        ("Konzernrichtlinie Compliance", Register.POLICY),
        ("Verfahrensanweisung VA-12: Wareneingang", Register.POLICY),
        ("Datenschutzhinweise für Bewerber", Register.POLICY),
        ("Travel Policy", Register.POLICY),
        ("Standard Operating Procedure: Cold Storage", Register.POLICY),
        ("Privacy notice for applicants", Register.POLICY),
        ("Wartungsvertrag", Register.CONTRACT),
        ("Rahmenvereinbarung Druckdienste", Register.CONTRACT),
        ("VERTRAG ÜBER DIE REINIGUNG VON RÄUMEN", Register.CONTRACT),
        ("Data Processing Agreement", Register.CONTRACT),
        ("Gartenbaugesetz", Register.STATUTE),
        ("Richtlinie 2031/12/EU des Europäischen Parlaments", Register.EU_ACT),
        ("Regulation (EU) 2031/12", Register.EU_ACT),
        ("Lastenheft Lagerverwaltung", Register.SPECIFICATION),
    ],
)
def test_a_document_is_what_its_title_says(title: str, register: Register) -> None:
    text = f"{title}\nDer Halter zahlt.\nDer Fahrer fährt."
    assert detect(_document(text, ["", "", ""])) is register


def test_a_contract_with_paragraph_signs_is_no_statute() -> None:
    text = "Pachtvertrag\nDer Pächter zahlt.\nEr pflegt die Hecken.\nDie Pacht ruht."
    assert detect(_document(text, ["", "§ 1", "§ 2", "§ 3"])) is Register.CONTRACT
