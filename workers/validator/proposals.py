"""What a language model proposes of objects and their attributes; the text and the domain model say what of it counts.

A proposal counts where its words stand in the requirement, the domain model has the object, and the object has at least
one of the attributes that the words are said to ask for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from orchestrator.domain.document import Span
from orchestrator.domain.graph import NodeType
from orchestrator.domain.llm import MATCH
from workers.validator import fulfilment
from workers.validator.fulfilment import Fulfilment
from workers.validator.matching import Match, ModelIndex

LEAST_CHARACTERS = 3
CONFIDENCE = 0.6
"""Below all matches that the rules make."""


@dataclass(frozen=True, slots=True)
class ProposedNeed:
    """Words that ask for data of an object, and the attribute that they mean; None: the object has none for them."""

    words: str
    attribute: str | None


@dataclass(frozen=True, slots=True)
class ProposedMatch:
    """Words that speak of an object, by its key."""

    key: str
    words: str
    needs: tuple[ProposedNeed, ...] = ()


@dataclass(frozen=True, slots=True)
class Grounded:
    """What counts: matches beyond those of the rules, and the evidence on attributes in the order of the text."""

    matches: tuple[Match, ...] = ()
    evidence: tuple[dict[str, Any], ...] = ()

    def assess(self, by_rules: Fulfilment, index: ModelIndex) -> Fulfilment:
        """The rules' result; where they found nothing to look up, that of this evidence."""
        if by_rules.evidence or not self.evidence:
            return by_rules
        return fulfilment.of_evidence(self.evidence, index)


def ground(text: str, matches: Sequence[Match], proposed: Sequence[ProposedMatch], index: ModelIndex) -> Grounded:
    """Keep what text and domain model bear out.

    Args:
        text: of the requirement.
        matches: that the rules found in it.
        proposed: by a model; anything may stand there.
        index: the domain model.
    """
    known = {match.key for match in matches}
    added: dict[str, Match] = {}
    evidence: list[dict[str, Any]] = []
    for one in proposed:
        place, found = _place(text, one.words), list(_evidence(text, one, index))
        if place is None or not any(entry["attribute"] for entry in found):
            continue
        evidence += found
        if one.key not in known:
            item = index.items[one.key]
            added.setdefault(one.key, Match(one.key, item.type, item.name, (place,), MATCH, CONFIDENCE))
    ordered = sorted(evidence, key=lambda entry: (entry["words"], entry["object"]))
    return Grounded(tuple(added[key] for key in sorted(added)), tuple(ordered))


def _evidence(text: str, one: ProposedMatch, index: ModelIndex) -> Iterator[dict[str, Any]]:
    item = index.items.get(one.key)
    if item is None or item.type is not NodeType.BUSINESS_OBJECT:
        return
    for need in one.needs:
        place = _place(text, need.words)
        if place is not None and (need.attribute is None or need.attribute in item.attributes):
            yield {
                "object": one.key,
                "needed": text[slice(*place)],
                "words": [list(place)],
                "attribute": need.attribute,
                "match": MATCH if need.attribute else None,
            }


def _place(text: str, words: str) -> Span | None:
    """Where the words stand in the text, whatever their case; None also for fewer than three characters."""
    wanted = words.strip()
    if not LEAST_CHARACTERS <= len(wanted) <= len(text):
        return None
    found = re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", text, re.IGNORECASE)
    return found.span() if found else None
