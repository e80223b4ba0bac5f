# ruff: noqa: E501  (a pattern is read on one line)
"""Whether a statement is a requirement, judged anew from its words: the second of four eyes.

It knows nothing of the scores by which the statement was extracted. First come statements that no duty word can save
(examples, definitions); then what frees or merely presupposes is masked, and one duty that is left in a main clause
makes a requirement.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from workers.creator.clauses import plain_words
from workers.language import analyse, words
from workers.validator.main_clauses import MainClauses, main_clauses
from workers.validator.rules import BINDING_REGISTERS, SENTENCES, Kind, LanguageRules, Rule
from workers.validator.rules_english import ENGLISH
from workers.validator.rules_german import GERMAN

_REGISTER_OF_LOCATOR = (("rz", "letter"), ("art", "eu_act"), ("§", "statute"))
_NARRATES = re.compile(
    r"\b(?:[Dd]erzeit|[Zz]urzeit|[Bb]isher|[Bb]islang|[Hh]äufig|[Oo]ft|[Üü]blicherweise|[Mm]eistens?|[Hh]eute|[Aa]ktuell|[Gg]ewöhnlich|[Ff]rüher|[Ii]n der Regel|wurde|wurden|war"
    r"|waren|hatte|hatten|musste|mussten)\b"
)
_BINDS_NOBODY = re.compile(
    r"\b(?:unberührt|gilt|gelten|findet|finden|bezeichnet|heißt|umfasst|umfassen|handelt|kann|können|darf|dürfen|unterliegt nicht"
    r"|berührt|bleibt|bleiben|beginnt|beginnen|läuft|laufen|endet|enden|lässt|lassen|regelt|schützt|betrifft|dient|dienen|steht|stehen|wirkt|ergibt|ergeben|bedeutet|dauert|dauern|befindet|befinden|gehört|gehören|beschreibt|beschäftigt|kennzeichnet|in Kraft|besteht aus|bestehen aus|richtet sich)\b"
    r"|^\W*(?:Ob|Über)\b.*\b(?:entscheidet|entscheiden)\b"
    r"|\b(?:Verordnung|Richtlinie|Gesetz|Vorschrift|Kapitel|Anhang)\b.*\benthält\b"
)
_PRONOUN_ACTS = re.compile(r"\W*(?:Er|Sie)\s+[a-zäöüß]+(?:t|en)\s+(?:eine?|einen|die|den|das|der|dem|jede|alle)\b")
_SECOND_VERB = re.compile(r"\b(?:is|are|was|were|can|may|might|has been)\b")
_VERB_AND_OBJECT = re.compile(
    r"(?!(?:see|refer|for|of|in|by|with|to|and|or|as|on|at|from|under|after|before|all|both|not|if|when|where|while)\b)[a-z]+"
    r" (?:the|an?|every|each|all|any|its|their)\b"
)
MIN_COMMAND_WORDS = 3
_POINTS = re.compile(r"\W*(?:see|cf|compare|refer to)\b", re.IGNORECASE)
_PART_END = re.compile(r"[.;]\s")
_PASSIVE = re.compile(
    r"\b(?:wird|werden)\b[^;]*?\b(?:\w*ge\w{2,}(?:t|en)|\w+iert|(?:be|er|ver|zer|ent|über|unter|wider|miss)\w{2,}(?:t|en))\b|\berfolg(?:t|en)\b"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """Attributes:
    rule: id of the rule that decided.
    kind: why the statement is no requirement; None if it is one.
    """

    rule: str
    kind: Kind | None

    @property
    def reason(self) -> str:
        """ "<rule id>: <sentence>"; only for what is no requirement."""
        return f"{self.rule}: {SENTENCES[self.kind]}" if self.kind else self.rule


def classify(text: str, language: str, register: str | None = None, locator: str = "") -> Finding:
    """Tell a requirement from a permission, a relief, a definition and what else is none.

    Args:
        text: the full statement; for a list item, lead-in and item.
        language: "de" or "en".
        register: "eu_act", "statute", "letter", "policy", "specification", "contract", "user_stories"; None if unknown, then the
            locator's form tells it.
        locator: the place as cited, "Rz. 58", "Art. 6(1)(a)", "§ 5 Abs. 2".
    """
    chosen = ENGLISH if language == "en" else GERMAN
    register = register or _register_of(locator)
    text = plain_words(text, "en" if chosen is ENGLISH else "de")
    if (hit := _first_hit(chosen.first, text, register)) is not None:
        return hit
    clauses = main_clauses(text, "en" if chosen is ENGLISH else "de")
    masked, freed = _mask(chosen, clauses.text, register)
    for rule in (*chosen.duties, *(chosen.indicatives if freed is None else ())):
        if rule.holds_in(register) and rule.pattern.search(masked):
            return Finding(rule.id, None)
    if freed is None and chosen is GERMAN and any(_binds(part, register) for part in _PART_END.split(masked)):
        return Finding("de.duty.indicative", None)
    if freed is None and chosen is ENGLISH and _commands(masked):
        return Finding("en.duty.command", None)
    return freed or _explain(chosen, clauses, masked, register)


def _register_of(locator: str) -> str | None:
    return next((register for start, register in _REGISTER_OF_LOCATOR if locator.lower().startswith(start)), None)


def _first_hit(some: Iterable[Rule], text: str, register: str | None) -> Finding | None:
    for rule in some:
        if rule.holds_in(register) and rule.pattern.search(text):
            return Finding(rule.id, rule.kind)
    return None


def _mask(chosen: LanguageRules, text: str, register: str | None) -> tuple[str, Finding | None]:
    """The text without what the masks match, and the first reason found."""
    freed: Finding | None = None
    for rule in chosen.masks:
        if rule.holds_in(register) and rule.pattern.search(text):
            text = rule.pattern.sub(lambda match: "\u2423" * len(match.group()), text)
            freed = freed or (Finding(rule.id, rule.kind) if rule.kind is not Kind.INFORMATION else None)
    return text, freed


def _binds(masked: str, register: str | None) -> bool:
    """Whether a plain present tense lays a duty on a party, as German statutes and contracts do."""
    if register in ("specification", "user_stories") or _NARRATES.search(masked) or _BINDS_NOBODY.search(masked):
        return False
    if register in BINDING_REGISTERS and _PASSIVE.search(masked):
        return True
    bound = register in BINDING_REGISTERS or GERMAN.actors.search(masked) or _PRONOUN_ACTS.match(masked)
    return bool(bound) and any(
        analyse(word.text, "de").tag.startswith("VV") for word in words(masked) if word.text[0].islower()
    )


def _commands(text: str) -> bool:
    """Whether an English statement opens with a bare verb and closes as a list item or sentence: "log every access;"."""
    said = words(text)
    if _POINTS.match(text) or len(said) < MIN_COMMAND_WORDS or not text.rstrip().endswith((";", ".", ",")):
        return False
    is_verb = analyse(said[0].text.lower(), "en").tag in ("VVB", "VVI", "VV0") or _VERB_AND_OBJECT.match(text.strip())
    return bool(is_verb) and not _SECOND_VERB.search(text)


def _explain(chosen: LanguageRules, clauses: MainClauses, masked: str, register: str | None) -> Finding:
    language = "en" if chosen is ENGLISH else "de"
    if clauses.conditional and len(words(masked)) < 2:
        return Finding(f"{language}.condition.fragment", Kind.CONDITION)
    if (hit := _first_hit(chosen.last, clauses.text, register)) is not None:
        return hit
    if not any(analyse(word.text, language).tag.startswith("V") for word in words(clauses.text)):
        return Finding(f"{language}.heading.no_verb", Kind.HEADING)
    return Finding(f"{language}.information.no_duty", Kind.INFORMATION)
