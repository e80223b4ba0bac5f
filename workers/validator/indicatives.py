"""Duties in the plain indicative, which bind in a house's own rules and in contracts: one list for both agents."""

from __future__ import annotations

import re

from orchestrator.domain.requirement import Modality
from workers.creator.rules import english_indicative, german_indicative
from workers.validator.rules import Rule

_BY_LANGUAGE = {"de": (german_indicative.RULES, 0), "en": (english_indicative.RULES, re.IGNORECASE)}


def indicative_duties(language: str) -> tuple[Rule, ...]:
    """The creator's rules as duties. What is masked before the main clause may stand before it."""
    some, flags = _BY_LANGUAGE[language]
    return tuple(
        Rule(rule.id.replace(".", ".duty."), None, re.compile(_opened(rule.pattern.pattern), flags), rule.registers)
        for rule in some
        if rule.kind in set(Modality)
    )


def _opened(pattern: str) -> str:
    """The pattern with room for blanks before its beginning, where it asks for the beginning."""
    return rf"^[\W_]*{pattern[1:]}" if pattern.startswith("^") else pattern
