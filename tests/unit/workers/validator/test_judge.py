"""Verdict and facts of one requirement."""

from __future__ import annotations

import time
from typing import Any

import pytest

from orchestrator.domain.graph import CONTRADICTING, ENDS, EdgeType
from orchestrator.domain.requirement import RequirementStatus
from workers.validator.judge import Candidate, judge
from workers.validator.matching import ModelIndex


def candidate(text: str, **values: Any) -> Candidate:
    given = {"rid": "R-AAAAAAAAAA", "name": "Name", "text": text, "quote": text, "grounded": True, "language": "de"}
    return Candidate(**(given | values))


def edges(index: ModelIndex, text: str) -> dict[str, set[EdgeType]]:
    found: dict[str, set[EdgeType]] = {}
    for edge in judge(candidate(text), index).facts.edges:
        found.setdefault(edge.destination, set()).add(edge.type)
    return found


def test_what_a_reviewer_accepted_is_integrated_where_it_is_grounded(index: ModelIndex) -> None:
    permission = candidate("Das System kann den Namen des Lesers speichern.")
    verdict = judge(permission, index, accepted=True)
    assert judge(permission, index).status is RequirementStatus.REJECTED
    assert (verdict.status, verdict.rule) == (RequirementStatus.INTEGRATED, "review.accepted")
    assert [match.key for match in verdict.objects] == ["BO-Leser"]
    lost = judge(candidate("Das System muss den Namen speichern.", grounded=False), index, accepted=True)
    assert (lost.status, lost.rule) == (RequirementStatus.REJECTED, "grounding.quote")


def test_a_requirement_is_integrated_with_its_node(index: ModelIndex) -> None:
    text = "Das System muss Name und Geburtsdatum des Lesers speichern."
    verdict = judge(candidate(text, modality="obligation", locator="Rz. 3", priority="high"), index)
    assert (verdict.status, verdict.rejection_reason) == (RequirementStatus.INTEGRATED, None)
    assert verdict.rule == "de.duty.muss"
    (node,) = verdict.facts.nodes
    assert node.key == "R-AAAAAAAAAA"
    assert node.properties == {
        "name": "Name",
        "text": text,
        "modality": "obligation",
        "priority": "high",
        "locator": "Rz. 3",
    }
    assert [match.key for match in verdict.objects] == ["BO-Leser"]


@pytest.mark.parametrize(
    ("text", "types"),
    [
        (
            "Das System muss den Namen des Lesers speichern.",
            {EdgeType.RELATES_TO_OBJECT, EdgeType.FULFILLED_BY_OBJECT},
        ),
        (
            "Das System muss Name und Telefonnummer des Lesers speichern.",
            {EdgeType.RELATES_TO_OBJECT, EdgeType.IMPACTS_OBJECT},
        ),
        (
            "Das System muss die Telefonnummer des Lesers speichern.",
            {EdgeType.RELATES_TO_OBJECT, EdgeType.IMPACTS_OBJECT, EdgeType.NOT_FULFILLED_BY_OBJECT},
        ),
        ("Das System muss jeden Leser begrüßen.", {EdgeType.RELATES_TO_OBJECT}),
    ],
)
def test_edges_follow_fulfilment(index: ModelIndex, text: str, types: set[EdgeType]) -> None:
    assert edges(index, text) == {"BO-Leser": types}


def test_messages_have_their_own_edges(index: ModelIndex) -> None:
    assert edges(index, "Das System muss eine Mahnung senden.") == {"MSG-Mahnung": {EdgeType.RELATES_TO_MESSAGE}}


def test_edges_keep_the_metamodel_and_their_evidence(index: ModelIndex) -> None:
    text = "Das System muss Name und Status der Ausleihe sowie die Anschrift des Lesers in der Mahnung angeben."
    verdict = judge(candidate(text), index)
    types = {match.key: match.type for match in (*verdict.objects, *verdict.messages)}
    contradicting = [edge.destination for edge in verdict.facts.edges if edge.type in CONTRADICTING]
    assert len(contradicting) == len(set(contradicting))
    for edge in verdict.facts.edges:
        assert ENDS[edge.type][1] == types[edge.destination]
        assert {"match", "words", "confidence"} <= set(edge.properties)


@pytest.mark.parametrize(
    ("text", "values", "rule"),
    [
        ("Der Leser kann den Raum nutzen.", {}, "de.permission.kann"),
        ("Der Leser muss zahlen.", {"grounded": False}, "grounding.quote"),
        ("Der Leser muss zahlen.", {"quote": "  "}, "grounding.quote"),
    ],
)
def test_a_rejected_one_has_a_reason_and_no_facts(index: ModelIndex, text: str, values: Any, rule: str) -> None:
    verdict = judge(candidate(text, **values), index)
    assert verdict.status is RequirementStatus.REJECTED
    assert str(verdict.rejection_reason).startswith(f"{rule}: ")
    assert (verdict.facts.nodes, verdict.facts.edges, verdict.fulfilment) == ((), (), None)
    assert verdict.quality["unambiguous"] == []


def test_a_list_item_is_judged_with_its_lead_in(index: ModelIndex) -> None:
    item = "die Anschrift des Lesers;"
    with_lead = candidate(f"Zu speichern sind: {item}", quote=item)
    assert judge(with_lead, index).status is RequirementStatus.INTEGRATED
    assert judge(candidate(item), index).status is RequirementStatus.REJECTED


def test_the_stored_modality_does_not_sway_the_judgement(index: ModelIndex) -> None:
    verdict = judge(candidate("Der Leser kann den Raum nutzen.", modality="obligation"), index)
    assert verdict.status is RequirementStatus.REJECTED


def test_equal_input_gives_equal_verdicts(index: ModelIndex) -> None:
    asked = candidate("Das System muss Name und Telefonnummer des Lesers speichern.")
    assert judge(asked, index) == judge(asked, index)


@pytest.mark.parametrize("word", ["ist ", "muss nicht ", "die Liste, ", "„", "Name und "])
def test_a_hostile_statement_is_judged_in_time(index: ModelIndex, word: str) -> None:
    begin = time.process_time()
    judge(candidate(word * 100_000), index)
    assert time.process_time() - begin < 20
