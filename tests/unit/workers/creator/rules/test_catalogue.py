from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.domain.requirement import Modality
from workers.creator.clauses import clauses
from workers.creator.rules.catalogue import rules_for
from workers.creator.rules.rule import rule, run

SENTENCES = {
    "de": [
        "Der Mieter darf das Fahrzeug nicht überlassen, muss es aber pflegen.",
        "Die Behörde kann verlangen, dass Belege vorgelegt werden; sie hat das Recht auf Zugang.",
        "Es ist nicht zu beanstanden, wenn der Beleg erst später erfasst wird.",
        "Unter Daten werden alle Angaben verstanden, die gespeichert sind.",
    ],
    "en": [
        "The tenant may not sublet, and shall keep the car clean; it must be returned within two days.",
        "Users need not register, but they should; no one can be forced to, unless required by law.",
        "The following definitions apply: ‘car’ means any vehicle that is rented.",
    ],
}

LINES = (Path(__file__).parents[5] / "bench" / "own_sentences.txt").read_text(encoding="utf-8").splitlines()
OWN = {
    language: [line.split("|", 2)[2].strip() for line in LINES if line.startswith(f"{language} ")]
    for language in ("de", "en")
}


@pytest.mark.parametrize("language", ["de", "en"])
def test_ids_are_unique_and_name_their_language(language: str) -> None:
    ids = [found.id for found in rules_for(language)]
    assert len(set(ids)) == len(ids) > 60
    assert all(name.startswith(f"{language}.") for name in ids)


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_words_a_rule_needs_change_no_result(language: str) -> None:
    rules = rules_for(language, "policy")
    slow = [replace(found, needs=frozenset(), hints=()) for found in rules]
    for sentence in SENTENCES[language] + OWN[language]:
        split = clauses(sentence, language)
        assert [hit.id for hit in run(rules, split).rules] == [hit.id for hit in run(slow, split).rules]


def test_rules_of_other_registers_are_left_out() -> None:
    everywhere, policy = ({found.id for found in rules_for("en", register)} for register in ("", "policy"))
    assert everywhere < policy
    assert "en.is_done_bound" in policy - {found.id for found in rules_for("en", "contract")}


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(KeyError):
        rules_for("fr")


def test_a_rule_beats_another_only_where_it_holds() -> None:
    strong = rule("x.not", Modality.PROHIBITION, r"\bshall not\b", beats=["x.shall"])
    weak = rule("x.shall", Modality.OBLIGATION, r"\bshall\b")
    rules = (strong, weak)
    assert [hit.id for hit in run(rules, clauses("It shall not run.", "en")).rules] == ["x.not"]
    assert [hit.id for hit in run(rules, clauses("It shall run.", "en")).rules] == ["x.shall"]


def test_a_hit_in_a_subordinate_clause_is_told_apart() -> None:
    found = run((rule("x.must", Modality.OBLIGATION, r"\bmust\b"),), clauses("If it must be, it is done.", "en"))
    assert found.rules == ()
    assert found.subordinate == ("x.must",)
