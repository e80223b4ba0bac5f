"""What one sentence is: its modality or class, its score, and the rules that decided."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.domain.requirement import Modality, SentenceClass

from .clauses import Clauses, clauses
from .register import Register
from .rules.catalogue import rules_for
from .rules.rule import Cue, Hits, Rule, run
from .scoring import EMIT, score

_ORDER = (Modality.PROHIBITION, Modality.OBLIGATION, Modality.RECOMMENDATION)
_CLASS_ORDER = (
    SentenceClass.RELIEF,
    SentenceClass.AUTHORITY_RIGHT,
    SentenceClass.SCOPE,
    SentenceClass.DEFINITION,
    SentenceClass.PERMISSION,
    SentenceClass.INFORMATION,
)
LONGEST_JUDGED = 4_000
"""Characters of a sentence that are looked at: some patterns take time with the square of the length."""
BELOW = 0.49
"""Score of a sentence that no rule lets be a requirement, whatever its weights say."""
_INDICATIVE = frozenset({("eu_act", "de"), ("agent_duty", "de")})
"""Where duties are stated in the plain indicative ("Der Verantwortliche trifft geeignete Maßnahmen")."""
_AGAINST = (SentenceClass.RELIEF, SentenceClass.PERMISSION, SentenceClass.AUTHORITY_RIGHT, SentenceClass.DEFINITION)
_ELSE = (SentenceClass.SCOPE, SentenceClass.INFORMATION)
_PLAIN = frozenset(
    {
        "de.stelle_handelt",
        "de.er_handelt",
        "de.jemand_handelt",
        "de.partei_handelt",
        "de.faellig",
        "de.wir_handeln",
        "de.stelle_unterlaesst",
        "de.wird_getan",
        "de.wird_nicht_getan",
        "de.erfolgt_so",
        "de.in_frist",
        "de.findet_so_statt",
        "de.enthaelt_mindestens",
        "en.unit_acts",
        "en.it_acts",
        "en.unit_does_not",
        "en.is_done_bound",
        "en.we_act",
        "en.we_do_not",
        "en.nobody_acts",
        "en.is_payable",
        "en.contains_at_least",
        "en.is_not_done",
        "en.is_kept_safe",
        "en.system_acts",
        "en.user_can",
        "en.all_are_done",
        "en.imperative",
        "en.criterion",
        "en.criterion_not",
        "de.nutzer_kann",
        "de.nutzer_erhaelt",
        "de.infinitiv",
        "de.kriterium",
        "de.kriterium_nicht",
        "de.firma_handelt",
        "de.system_handelt",
        "de.system_wird",
        "de.system_wird_nicht",
    }
)
"""The plain indicative of a house's rules or a contract: it binds only where nothing else is said."""
_SOFT = (
    _PLAIN
    | frozenset(
        f"de.{name}"
        for name in (
            "zahlt",
            "uebernimmt",
            "ensure",
            "haftet",
            "schuldet",
            "verlangt",
            "gilt_pflicht",
            "system_verb",
            "wird_system",
            "nicht_mehr",
            "durch_akteur",
            "imperativ",
        )
    )
    | {"en.ensure", "en.ability", "en.is_to", "en.will"}
)
"""Verbs that state a duty only where nothing speaks against it."""
_AUTHORITY = frozenset({"de.behoerde", "en.authority"})
_EXAMPLE = frozenset({"de.beispiel_marke", "en.example_mark", "de.frage", "en.question"})
_WEAK = frozenset(
    {
        "de.hat_zu_weit",
        "de.kriterium",
        "de.kriterium_nicht",
        "en.criterion",
        "en.criterion_not",
        "de.ist_zu_weit",
        "de.nur_wenn",
        "de.imperativ",
        "en.ensure",
        "en.is_to",
        "en.only",
        "en.will",
    }
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on one sentence.

    Attributes:
        modality: what it would be as a requirement, whatever its score.
        sentence_class: what it is otherwise.
        score: calibrated probability that it is a requirement.
        deciding: rules that stand for the modality; empty where the register alone decides.
        hits: all rules that hold.
        clauses: the sentence without parentheses, and its main clauses.
    """

    modality: Modality
    sentence_class: SentenceClass
    score: float
    deciding: tuple[Rule, ...]
    hits: Hits
    clauses: Clauses

    @property
    def is_requirement(self) -> bool:
        """Whether the score reaches the threshold."""
        return self.score >= EMIT

    @property
    def has_duty_words(self) -> bool:
        """Whether a rule for a modality holds, emitted or not."""
        return bool(self.deciding)


def judge(sentence: str, language: str, register: Register | str, habits: frozenset[str] = frozenset()) -> Judgement:
    """Judge one sentence; pure and deterministic.

    Args:
        register: a register, or the name of another model ("agent_duty").
        habits: of the document, as `register.habits` tells.
    """
    split = clauses(sentence[:LONGEST_JUDGED], language)
    hits = run(rules_for(language, str(register)), split)
    modality, deciding = modality_of(hits)
    probability = score(str(register), language, split, hits, habits)
    if not may_be_requirement(hits, deciding, language, str(register)):
        probability = min(probability, BELOW)
    return Judgement(
        modality=modality,
        sentence_class=_sentence_class(hits, split),
        score=probability,
        deciding=deciding,
        hits=hits,
        clauses=split,
    )


def may_be_requirement(hits: Hits, deciding: tuple[Rule, ...], language: str, register: str) -> bool:
    """Whether the rules allow it, whatever its score.

    Without a modal construction a sentence needs a soft sign and no sign against, or a register of indicatives.
    """
    if any(rule.id in _EXAMPLE for rule in hits.rules):
        return False
    if any(rule.id not in _SOFT for rule in deciding):
        return True
    if hits.of(*_AGAINST):
        return False
    if deciding and all(rule.id in _PLAIN for rule in deciding) and hits.of(*_ELSE):
        return False
    return bool(deciding) or (register, language) in _INDICATIVE


def modality_of(hits: Hits) -> tuple[Modality, tuple[Rule, ...]]:
    """The modality of a sentence, and the rules that stand for it; an obligation by none where no rule holds."""
    strong = [rule for rule in hits.of(*Modality) if rule.id not in _WEAK]
    found = strong or list(hits.of(*Modality))
    kinds = {rule.kind for rule in found}
    modality = next((kind for kind in _ORDER if kind in kinds), Modality.OBLIGATION)
    deciding = tuple(rule for rule in found if rule.kind is modality)
    if modality in (Modality.OBLIGATION, Modality.RECOMMENDATION) and any(rule.id in _AUTHORITY for rule in hits.rules):
        return Modality.AUTHORITY_DUTY, deciding
    return modality, deciding


def _sentence_class(hits: Hits, sentence: Clauses) -> SentenceClass:
    kinds = {rule.kind for rule in hits.rules if not isinstance(rule.kind, Cue)}
    found = next((kind for kind in _CLASS_ORDER if kind in kinds), None)
    if (
        found in (None, SentenceClass.INFORMATION)
        and sentence.conditional
        and sentence.fragment
        and sentence.main == sentence.whole
    ):
        return SentenceClass.CONDITION
    return found or SentenceClass.INFORMATION
