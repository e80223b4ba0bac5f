"""What the model is to answer, and what it did answer: a list of proposals, checked by hand as any other input."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from orchestrator.domain.requirement import Modality

MOST_PROPOSALS = 2_000
MOST_SENTENCES = 8
QUOTE_CHARACTERS = 4_000
_THINKING = ("<think>", "</think>")
"""Some models think aloud before they answer."""

SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["requirements"],
    "properties": {
        "requirements": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["sentences", "quote", "modality"],
                "properties": {
                    "sentences": {"type": "array", "items": {"type": "string"}},
                    "quote": {"type": "string"},
                    "modality": {"type": "string", "enum": [modality.value for modality in Modality]},
                },
            },
        }
    },
}


class Unreadable(ValueError):
    """The answer is not what was asked for; the message says what is wrong, in words for the model."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A requirement as the model has it; nothing of it is believed before it is grounded."""

    sentences: tuple[str, ...]
    quote: str
    modality: Modality


def proposals(content: str, known: Collection[str]) -> tuple[list[Proposal], int]:
    """Read an answer.

    Args:
        content: whatever the model said.
        known: ids of the sentences that it was asked about.

    Returns:
        The proposals, and how many were left out because they name other sentences.

    Raises:
        Unreadable: it is not the object asked for; the message says what is wrong.
    """
    rows = object_in(content).get("requirements")
    if not isinstance(rows, list):
        raise Unreadable('there is no list "requirements"')
    found = [_proposal(row) for row in rows[:MOST_PROPOSALS]]
    kept = [each for each in found if each.sentences and set(each.sentences) <= set(known)]
    return kept, len(found) - len(kept)


def object_in(content: str) -> dict[str, Any]:
    """The JSON object in an answer, which may stand in a fence or after other words.

    Raises:
        Unreadable: there is none.
    """
    text = _after_thinking(content.lstrip())
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start:
        raise Unreadable("there is no JSON object")
    try:
        value = json.loads(text[start : end + 1])
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"it is no JSON: {error}"[:200]) from error
    if not isinstance(value, dict):
        raise Unreadable("it is no JSON object")
    return value


def _after_thinking(text: str) -> str:
    first, last = _THINKING
    return text.partition(last)[2] if text.startswith(first) and last in text else text


def _proposal(row: Any) -> Proposal:
    if not isinstance(row, dict):
        raise Unreadable("a requirement is no object")
    sentences, quote, modality = (row.get(name) for name in ("sentences", "quote", "modality"))
    if not isinstance(sentences, list) or not all(isinstance(one, str) for one in sentences):
        raise Unreadable('"sentences" is no list of ids')
    if not isinstance(quote, str):
        raise Unreadable('"quote" is no text')
    if modality not in [known.value for known in Modality]:
        raise Unreadable(f'"modality" is none of {", ".join(Modality)}')
    return Proposal(tuple(dict.fromkeys(sentences))[:MOST_SENTENCES], quote[:QUOTE_CHARACTERS], Modality(modality))
