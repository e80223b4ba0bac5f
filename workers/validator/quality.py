"""How well a requirement is worded, by the characteristics that ISO/IEC/IEEE 29148 names (5.2.5), in our own words.

Rules are word lists in `quality_rules.json`. What no text can tell alone is "not checked" and never a guess.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

CHARACTERISTICS = (
    "necessary",
    "appropriate",
    "unambiguous",
    "complete",
    "singular",
    "feasible",
    "verifiable",
    "correct",
    "conforming",
)
NOT_CHECKED = "not checked"
CANNOT_TELL = frozenset({"necessary", "correct", "feasible", "appropriate"})
"""The text alone cannot show that these hold; a word can only show that they may not."""
LONGEST_SENTENCE = 60
"""Words; what is longer is hard to hold in mind."""


@dataclass(frozen=True, slots=True)
class QualityRule:
    """`pattern` marks the words of a finding with the group `word`, or as a whole."""

    id: str
    characteristic: str
    pattern: re.Pattern[str]
    message: str


def assess(text: str, language: str) -> dict[str, Any]:
    """Findings per characteristic: `[{"rule", "words": [[start, end]], "message"}]`, or "not checked".

    Args:
        text: the requirement; spans count in it.
        language: "de" or "en".
    """
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in CHARACTERISTICS}
    for rule in quality_rules(language):
        if spans := _spans(rule.pattern, text):
            found[rule.characteristic].append({"rule": rule.id, "words": spans, "message": rule.message})
    if (too_long := _too_long(text)) is not None:
        found["conforming"].append(too_long)
    return {name: findings or _without_findings(name) for name, findings in found.items()}


def _without_findings(characteristic: str) -> list[dict[str, Any]] | str:
    return NOT_CHECKED if characteristic in CANNOT_TELL else []


def _spans(pattern: re.Pattern[str], text: str) -> list[list[int]]:
    group = "word" if "word" in pattern.groupindex else 0
    return [list(match.span(group)) for match in pattern.finditer(text)]


def _too_long(text: str) -> dict[str, Any] | None:
    if len(text.split()) <= LONGEST_SENTENCE:
        return None
    message = f"Longer than {LONGEST_SENTENCE} words; part it."
    return {"rule": "conforming.long", "words": [[0, len(text)]], "message": message}


@cache
def quality_rules(language: str) -> tuple[QualityRule, ...]:
    """The rules of one language, compiled once per process."""
    rows = json.loads(files(__package__).joinpath("quality_rules.json").read_text(encoding="utf-8"))["rules"]
    return tuple(
        QualityRule(row["id"], row["characteristic"], _pattern(row), row["message"])
        for row in rows
        if row["language"] == language
    )


def _pattern(row: dict[str, Any]) -> re.Pattern[str]:
    if "pattern" in row:
        return re.compile(row["pattern"])
    phrases = [*_alternatives(row.get("words", ()))]
    inflected = _alternatives(row.get("inflected", ()))
    if inflected:
        phrases.append(rf"(?:{'|'.join(inflected)})(?:e|en|er|es|em)?")
    return re.compile(rf"(?<![\w-])(?:{'|'.join(phrases)})(?![\w-])", re.IGNORECASE)


def _alternatives(words: Iterable[str]) -> Sequence[str]:
    """Longest first, so that a phrase wins over its first word."""
    return [re.escape(word).replace(r"\ ", r"\s+") for word in sorted(words, key=lambda word: (-len(word), word))]
