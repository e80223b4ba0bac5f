"""Whether the domain model already has what a requirement asks, told from the graph alone.

FULFILLED: the object and every attribute asked of it are there; PARTIALLY_FULFILLED: some are; NOT_FULFILLED: the
model declares the object but lacks all that is asked; UNCLEAR: the text asks nothing of the model that can be looked
up. The path that decided is kept.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from orchestrator.domain.document import Span
from orchestrator.domain.graph import ModelObject, NodeType
from workers.language import analyse, fold_word, singular, split_name
from workers.validator.matching import Match, ModelIndex
from workers.validator.needs import Need, needs

_ACT = re.compile(r"(?:ung|ungen|[Gg]abe|ing|ment|ance|ation|ations)$")
"""Endings of nouns that name an act; of those only known attribute names count."""
SURE = ("exact", "lemma", "alias")
"""Match levels that name the object itself; of what a compound only hints at nothing is asked."""


class Result(StrEnum):
    """As stored in `requirements.fulfilment`."""

    FULFILLED = "FULFILLED"
    PARTIALLY_FULFILLED = "PARTIALLY_FULFILLED"
    NOT_FULFILLED = "NOT_FULFILLED"
    UNCLEAR = "UNCLEAR"


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """Attributes:
    result: over all objects of which something is asked.
    gap: what the model lacks, in one sentence; None where nothing is known to be missing.
    evidence: one entry per attribute asked: object, needed, words, attribute (None if missing), match.
    by_object: the result for each object of which something is asked, by key.
    """

    result: Result
    gap: str | None
    evidence: tuple[dict[str, Any], ...]
    by_object: dict[str, Result]


def assess(text: str, language: str, matches: Sequence[Match], index: ModelIndex) -> Fulfilment:
    """Look up in the model what the text asks of the objects it mentions."""
    objects = [match for match in matches if match.type is NodeType.BUSINESS_OBJECT and match.match in SURE]
    if not objects:
        return Fulfilment(Result.UNCLEAR, "No business object of the model is named in the text.", (), {})
    asked = needs(text, language, objects)
    entries = ((need, _look_up(need, index.items[need.key], language)) for need in asked)
    evidence = tuple(found for need, found in entries if found["attribute"] or _is_data(need, index, language))
    evidence = _of_one_among_rivals(evidence, objects)
    if not evidence:
        named = ", ".join(match.name for match in objects)
        return Fulfilment(Result.UNCLEAR, f"The text names no attribute of {named} that could be looked up.", (), {})
    return of_evidence(evidence, index)


def of_evidence(evidence: tuple[dict[str, Any], ...], index: ModelIndex) -> Fulfilment:
    """What follows from what the model has and lacks; there is at least one entry."""
    return Fulfilment(_result(evidence), _gap(evidence, index), evidence, _by_object(evidence))


def _of_one_among_rivals(evidence: tuple[dict[str, Any], ...], objects: Sequence[Match]) -> tuple[dict[str, Any], ...]:
    """Of objects that the same words name, the one that is named best, then the one that has most of what is asked."""
    present = Counter(entry["object"] for entry in evidence if entry["attribute"])
    chosen: dict[tuple[Span, ...], Match] = {}
    for match in sorted(objects, key=lambda match: (-match.confidence, -present[match.key], match.key)):
        chosen.setdefault(match.words, match)
    kept = {match.key for match in chosen.values()}
    return tuple(entry for entry in evidence if entry["object"] in kept)


def _look_up(need: Need, item: ModelObject, language: str) -> dict[str, Any]:
    wanted = _forms(need.name, item.name, language)
    attribute = next((name for name in item.attributes if wanted & _attribute_forms(name, item.name)), None)
    return {
        "object": item.key,
        "needed": need.name,
        "words": [list(need.span)],
        "attribute": attribute,
        "match": _level(need.name, attribute),
    }


def _is_data(need: Need, index: ModelIndex, language: str) -> bool:
    """Whether a noun that the model lacks is an attribute at all, and neither an object nor an act ("Rückgabe")."""
    if any(match.match in SURE for match in index.match(need.name, language)):
        return False
    known = any(form[0] == "=" for form in _forms(need.name, index.items[need.key].name, language))
    return known or (need.kept and not _ACT.search(need.name))


def _level(needed: str, attribute: str | None) -> str | None:
    if attribute is None:
        return None
    return "exact" if fold_word(needed) == fold_word(attribute) else "lemma"


def _result(evidence: Sequence[dict[str, Any]]) -> Result:
    present = sum(entry["attribute"] is not None for entry in evidence)
    if present == len(evidence):
        return Result.FULFILLED
    return Result.PARTIALLY_FULFILLED if present else Result.NOT_FULFILLED


def _by_object(evidence: Sequence[dict[str, Any]]) -> dict[str, Result]:
    entries: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for entry in evidence:
        entries[entry["object"]].append(entry)
    return {key: _result(entries[key]) for key in sorted(entries)}


def _gap(evidence: Sequence[dict[str, Any]], index: ModelIndex) -> str | None:
    missing: dict[str, list[str]] = defaultdict(list)
    for entry in evidence:
        if entry["attribute"] is None:
            missing[index.items[entry["object"]].name].append(entry["needed"])
    parts = [f"{name} lacks {', '.join(attributes)}" for name, attributes in missing.items()]
    return "; ".join(parts) + "." if parts else None


def _attribute_forms(name: str, owner: str) -> frozenset[tuple[str, ...]]:
    return _forms(name, owner, "de") | _forms(name, owner, "en")


@cache
def _forms(name: str, owner: str, language: str) -> frozenset[tuple[str, ...]]:
    """All spellings under which an attribute is the same: stems, one word, without its owner's name, synonyms."""
    stems = tuple(_stem(word, language) for word in split_name(name) if word.lower() not in ("of", "the", "von", "der"))
    plain = tuple(fold_word(word) for word in split_name(name))
    owners = {fold_word("".join(split_name(owner))), *(_stem(word, language) for word in split_name(owner))}
    forms = {stems, ("".join(stems),), plain, ("".join(plain),)}
    parts = [part for word in split_name(name) for part in _parts(word, language)]
    forms |= {("~", *sorted(parts))} if len(parts) > 1 else set()  # "Bruttobetrag" is "betragBrutto"
    forms |= {(rest,) for form in list(forms) for rest in _without_owner("".join(form), owners)}
    return frozenset(forms | {("=", key) for form in forms if (key := _synonyms().get("".join(form))) is not None})


def _without_owner(joined: str, owners: set[str]) -> list[str]:
    rests = [joined.removeprefix(owner) for owner in owners if len(owner) > 2 and joined.startswith(owner)]
    return [variant for rest in rests for variant in (rest, rest.removeprefix("s")) if len(variant) > 2]


def _parts(word: str, language: str) -> tuple[str, ...]:
    return analyse(word[:1].upper() + word[1:], "de").parts if language == "de" else (singular(word),)


def _stem(word: str, language: str) -> str:
    return analyse(word[:1].upper() + word[1:], "de").stem if language == "de" else singular(word)


@cache
def _synonyms() -> dict[str, str]:
    """Joined spelling to the key of its row in `attribute_words.json`."""
    rows = json.loads(files(__package__).joinpath("attribute_words.json").read_text(encoding="utf-8"))["rows"]
    return {fold_word(spelling).replace(" ", ""): row[0] for row in rows for spelling in row}
