"""The one loader of the rules."""

from __future__ import annotations

from functools import cache

from . import (
    english,
    english_cues,
    english_indicative,
    english_others,
    german,
    german_cues,
    german_indicative,
    german_others,
)
from .rule import Rule

_BY_LANGUAGE = {
    "de": (*german.RULES, *german_indicative.RULES, *german_others.RULES, *german_cues.RULES),
    "en": (*english.RULES, *english_indicative.RULES, *english_others.RULES, *english_cues.RULES),
}


@cache
def rules_for(language: str, register: str = "") -> tuple[Rule, ...]:
    """The rules of a language that hold in a register, in the order in which they decide.

    Args:
        register: "" leaves out the rules that hold in some registers only.

    Raises:
        ValueError: an id occurs twice, or a rule beats one that does not exist.
        KeyError: the language is neither "de" nor "en".
    """
    rules = _BY_LANGUAGE[language]
    ids = [rule.id for rule in rules]
    if len(set(ids)) < len(ids):
        raise ValueError(f"the {language} rules have an id twice; give each rule its own")
    unknown = {name for rule in rules for name in rule.beats} - set(ids)
    if unknown:
        raise ValueError(f"the {language} rules beat ids that do not exist: {', '.join(sorted(unknown))}")
    return tuple(rule for rule in rules if not rule.registers or register in rule.registers)
