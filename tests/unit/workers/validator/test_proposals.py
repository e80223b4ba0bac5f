"""What a model proposes counts where text and domain model bear it out."""

from __future__ import annotations

import pytest

from workers.validator.fulfilment import Result
from workers.validator.judge import Candidate, judge
from workers.validator.matching import ModelIndex
from workers.validator.proposals import ProposedMatch, ProposedNeed

TEXT = "Das System muss von jedem Kunden den Wohnort und die Schuhgröße speichern."
HAS, LACKS = ProposedNeed("Wohnort", "Anschrift"), ProposedNeed("Schuhgröße", None)


def candidate(text: str = TEXT) -> Candidate:
    return Candidate(rid="R-AAAAAAAAAA", name="x", text=text, quote=text, grounded=True, language="de")


def test_a_grounded_proposal_adds_match_edge_and_evidence(index: ModelIndex) -> None:
    assert judge(candidate(), index).fulfilment is Result.UNCLEAR
    verdict = judge(candidate(), index, proposed=[ProposedMatch("BO-Leser", "Kunden", (HAS, LACKS))])
    assert [(match.key, match.match) for match in verdict.objects] == [("BO-Leser", "model")]
    assert verdict.fulfilment is Result.PARTIALLY_FULFILLED
    assert verdict.gap == "Leser lacks Schuhgröße."
    assert [entry["attribute"] for entry in verdict.evidence or ()] == ["Anschrift", None]
    assert {edge.type.value for edge in verdict.facts.edges} == {"RELATES_TO_OBJECT", "IMPACTS_OBJECT"}


@pytest.mark.parametrize(
    "proposed",
    [
        ProposedMatch("BO-Kunde", "Kunden", (HAS,)),
        ProposedMatch("BO-Leser", "Mieter", (HAS,)),
        ProposedMatch("BO-Leser", "Kunden"),
        ProposedMatch("BO-Leser", "Kunden", (LACKS,)),
        ProposedMatch("BO-Leser", "Kunden", (ProposedNeed("Wohnort", "Wohnort"),)),
        ProposedMatch("BO-Leser", "Kunden", (ProposedNeed("Telefon", "Anschrift"),)),
        ProposedMatch("BO-Leser", "", (HAS,)),
        ProposedMatch("MSG-Mahnung", "Kunden", (HAS,)),
    ],
    ids=["no object", "not in the text", "no need", "only a lack", "no attribute", "other words", "empty", "message"],
)
def test_what_is_not_borne_out_changes_nothing(index: ModelIndex, proposed: ProposedMatch) -> None:
    assert judge(candidate(), index, proposed=[proposed]) == judge(candidate(), index)


def test_what_the_rules_found_stays(index: ModelIndex) -> None:
    text = "Das System muss Name und Ausweisnummer des Lesers speichern."
    wrong = ProposedMatch("BO-Leser", "Lesers", (ProposedNeed("Ausweisnummer", "name"),))
    assert judge(candidate(text), index, proposed=[wrong]) == judge(candidate(text), index)
