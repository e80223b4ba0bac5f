"""Finds a model's quote in the sentences that it cites. What stands in the document wins, to the letter."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from orchestrator.domain.document import Span

LEAST_WORDS = 3
"""Fewer words stand in many places and prove nothing."""
_DROPPED = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff\"'„“”‚‘’«»")
_DASHES = frozenset("-\u2010\u2011\u2012\u2013\u2014\u2015\u2212")
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
        quote: the model's; compared to the letter, then folded.
    """
    if len(quote.split()) < LEAST_WORDS:
        return None
    start, end = min(span[0] for span in spans), max(span[1] for span in spans)
    source = text[start:end]
    wanted = unicodedata.normalize("NFC", quote.strip())
    place = _words_at(source, wanted)
    if place >= 0:
        return Grounded((start + place, start + place + len(wanted)), "exact")
    found = _folded(source, wanted)
    return Grounded((start + found[0], start + found[1]), "repaired") if found else None


def _folded(source: str, wanted: str) -> Span | None:
    """Where the folded quote stands in the folded source, as a span of the source."""
    letters, places = _fold_with_places(source)
    needle = _fold_with_places(wanted)[0].strip(_ENDS)
    at = _words_at(letters, needle) if needle else -1
    if at < 0:
        return None
    first, last = places[at], places[at + len(needle) - 1]
    end = last + 1
    while end < len(source) and (source[end] in _ENDS.strip() or unicodedata.combining(source[end])):
        end += 1
    return first, end


def _words_at(text: str, words: str) -> int:
    """Where these words stand, whole: "ein Recht" does not stand in "kein Recht"; -1: nowhere."""
    at = text.find(words)
    while at >= 0 and (_within_word(text, at) or _within_word(text, at + len(words))):
        at = text.find(words, at + 1)
    return at


def _within_word(text: str, place: int) -> bool:
    return 0 < place < len(text) and text[place - 1].isalnum() and text[place].isalnum()


@lru_cache(maxsize=16)
def _fold_with_places(source: str) -> tuple[str, Sequence[int]]:
    """The source as `fold` has it, dashes alike and words joined over line ends, and each letter's place."""
    letters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(source):
        for one in _plain(character):
            if one == " " and (not letters or letters[-1] == " "):
                continue
            if one == " " and letters[-1] == "-" and len(letters) > 1 and letters[-2].isalpha():
                letters.pop()
                places.pop()
                continue
            letters.append(one)
            places.append(place)
    return "".join(letters), places


def _plain(character: str) -> str:
    if character in _DROPPED:
        return ""
    if character in _DASHES:
        return "-"
    plain = unicodedata.normalize("NFKC", character).casefold()
    return " " if plain.isspace() else plain
