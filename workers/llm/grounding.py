"""Finds a model's quote in the sentences that it cites. What stands in the document wins, to the letter."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from orchestrator.domain.document import Span
from orchestrator.domain.requirement import fold

LEAST_WORDS = 3
"""Fewer words stand in many places and prove nothing."""
_DROPPED = frozenset("\u00ad\"'„“”‚‘’«»")
_ENDS = " .…;,:"


@dataclass(frozen=True, slots=True)
class Grounded:
    """A quote's place: `text[start:end]`. `match` is "exact", or "repaired" where the model wrote it otherwise."""

    span: Span
    match: str


def ground(text: str, spans: Sequence[Span], quote: str) -> Grounded | None:
    """The place of a quote in the cited sentences, or None.

    Args:
        text: canonical text of the document.
        spans: of the cited sentences.
        quote: the model's; compared to the letter, then folded (see `domain.requirement.fold`).
    """
    if len(quote.split()) < LEAST_WORDS:
        return None
    start, end = min(span[0] for span in spans), max(span[1] for span in spans)
    source = text[start:end]
    wanted = quote.strip()
    place = source.find(wanted)
    if place >= 0:
        return Grounded((start + place, start + place + len(wanted)), "exact")
    found = _folded(source, wanted)
    return Grounded((start + found[0], start + found[1]), "repaired") if found else None


def _folded(source: str, wanted: str) -> Span | None:
    """Where the folded quote stands in the folded source, as a span of the source."""
    letters, places = _fold_with_places(source)
    needle = fold(wanted).strip(_ENDS)
    at = letters.find(needle) if needle else -1
    if at < 0:
        return None
    first, last = places[at], places[at + len(needle) - 1]
    end = last + 1
    while end < len(source) and (source[end] in _ENDS.strip() or unicodedata.combining(source[end])):
        end += 1
    return first, end


def _fold_with_places(source: str) -> tuple[str, list[int]]:
    """The source as `fold` has it, and for each of its letters the place it comes from."""
    letters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(source):
        if character in _DROPPED:
            continue
        plain = unicodedata.normalize("NFKC", character).casefold()
        for one in " " if plain.isspace() else plain:
            if one == " " and (not letters or letters[-1] == " "):
                continue
            letters.append(one)
            places.append(place)
    return "".join(letters), places
