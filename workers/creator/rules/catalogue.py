"""The one loader of the rules."""

from __future__ import annotations

from functools import cache

from . import english, german
from .rule import Rule

_BY_LANGUAGE = {"de": german.RULES, "en": english.RULES}


@cache
def rules_for(language: str) -> tuple[Rule, ...]:
    """The rules of a language, in the order in which they decide.

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
    return rules
