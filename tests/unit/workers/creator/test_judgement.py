"""Every construction the rules must know, in both directions, in the project's own sentences."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.domain.requirement import Modality, SentenceClass
from workers.creator.judgement import LONGEST_JUDGED, judge
from workers.creator.register import Register

OWN = Path(__file__).parents[4] / "bench" / "own_sentences.txt"
LINES = [line for line in OWN.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
ROWS = [tuple(part.strip() for part in line.split("|", 2)) for line in LINES]
MODALITIES = {kind.value for kind in Modality}
INDICATIVE = {"information", "definition"}
CASES = [
    (register, head.split()[0], kind, text)
    for head, kind, text in ROWS
    for register in head.split()[1:] or list(Register)
    if not (register == Register.EU_ACT and head == "de" and kind in INDICATIVE)
]
"""EU acts state duties in the German indicative: there, plain statements are told apart by their role only."""


@pytest.mark.parametrize(("register", "language", "kind", "sentence"), CASES)
def test_own_sentences(register: str, language: str, kind: str, sentence: str) -> None:
    verdict = judge(sentence, language, register)
    assert verdict.is_requirement == (kind in MODALITIES), (verdict.score, [rule.id for rule in verdict.hits.rules])
    if kind in MODALITIES:
        assert verdict.modality.value == kind


def test_the_own_sentences_cover_both_languages_and_every_kind() -> None:
    kinds = {(head.split()[0], kind) for head, kind, _ in ROWS}
    wanted = MODALITIES | {kind.value for kind in SentenceClass} - {"condition"}
    assert kinds == {(language, kind) for language in ("de", "en") for kind in wanted}


@pytest.mark.parametrize(
    "sentence",
    [
        "Der Verantwortliche trifft geeignete Maßnahmen zum Schutz der Daten.",
        "Der Auftragsverarbeiter nimmt keinen weiteren Auftragsverarbeiter ohne Genehmigung in Anspruch.",
        "Stellt die betroffene Person den Antrag elektronisch, so ist sie auf elektronischem Weg zu unterrichten.",
        "Diese Maßnahmen werden regelmäßig überprüft und aktualisiert.",
    ],
)
def test_eu_acts_state_duties_in_the_indicative(sentence: str) -> None:
    assert judge(sentence, "de", Register.EU_ACT).is_requirement


@pytest.mark.parametrize(
    ("sentence", "decider"),
    [
        ("Der Zugang ist durch ein Passwort abzusichern.", "de.ist_zu"),
        ("Der Lieferant hat die Ware einzulagern.", "de.hat_zu"),
        ("Die Ablage erfordert ein Verzeichnis.", "de.verlangt"),
        ("Die Freigabe obliegt der Leitung.", "de.obliegt"),
        ("Der Verkauf ist untersagt.", "de.unzulaessig"),
    ],
)
def test_the_rule_that_decided_is_the_reason(sentence: str, decider: str) -> None:
    assert decider in [rule.id for rule in judge(sentence, "de", Register.LETTER).deciding]


def test_a_duty_in_a_relative_clause_is_none_of_the_sentence() -> None:
    with_duty = judge("Die Unterlagen, die er erhält, sind aufzubewahren.", "de", Register.LETTER)
    without = judge("Die Unterlagen, die aufzubewahren sind, werden im Anhang genannt.", "de", Register.LETTER)
    assert with_duty.is_requirement
    assert not without.is_requirement
    assert not without.has_duty_words


def test_judging_twice_gives_the_same() -> None:
    sentence = "The operator shall, within two days, report any loss to the authority."
    assert judge(sentence, "en", Register.CONTRACT) == judge(sentence, "en", Register.CONTRACT)


def test_will_states_a_duty_more_where_the_document_has_the_habit() -> None:
    sentence = "The server will store the game."
    plain = judge(sentence, "en", Register.SPECIFICATION)
    habit = judge(sentence, "en", Register.SPECIFICATION, frozenset({"en.will"}))
    assert habit.score > plain.score


def test_a_bare_condition_is_classified_as_one() -> None:
    assert judge("wenn der Kunde zustimmt", "de", Register.STATUTE).sentence_class is SentenceClass.CONDITION
    assert judge("if the customer agrees;", "en", Register.CONTRACT).sentence_class is SentenceClass.CONDITION


def test_long_input_is_judged_by_its_beginning_and_in_time() -> None:
    verdict = judge("Der Halter muss zahlen " + "und wird zu ge " * 5_000, "de", Register.POLICY)
    assert len(verdict.clauses.whole) <= LONGEST_JUDGED
    assert "de.muss" in [rule.id for rule in verdict.hits.rules]
