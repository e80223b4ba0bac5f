"""Places as documents number them, made comparable, and the places that a text cites."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from orchestrator.domain.document import Span

Place = tuple[str, ...]
"""("rz", "58"), ("art", "6", "1", "a"), ("§", "5", "2", "1"), ("sec", "3", "2"). What it begins lies within."""

LONGEST_RANGE = 30
"""Places of "Rz. 3 bis 5"; a longer range cites a chapter, not a requirement."""

_KIND = re.compile(
    r"(?P<rz>\b(?:Rzn?\.|Rand(?:nummern?|ziffern?)|[Mm]argin(?:al)? numbers?))"
    r"|(?P<art>\bArt(?:ikeln?|icles?|\.))"
    r"|(?P<norm>§§?)"
    r"|(?P<sec>\b(?:[Aa]bschnitt(?:en|s)?|[Kk]apiteln?|[Ss]ections?|[Cc]hapters?|[Cc]lauses?|[Zz]iff(?:ern?|\.)))"
)
_KIND_NAMES = {"rz": "rz", "art": "art", "norm": "§", "sec": "sec"}
_LEVEL = (
    r"(?:\s*\(\s*(?:\d{1,3}|[a-z]{1,4})\s*\)"
    r"|\s*,?\s*(?:Abs(?:atz|\.)|paragraph|UAbs\.|Satz|Nr\.|Nummer|point|Buchst(?:abe|\.)|lit\.)"
    r"\s*\(?(?:\d{1,3}|[a-z]{1,2})\b\)?)"
)
_PLACE = re.compile(rf"\s*(?:§\s*)?(\d{{1,4}}(?:[a-z]\b)?(?:\.\d{{1,3}})*{_LEVEL}*)")
_JOIN = re.compile(r"\s*(,|und|and|or|oder|sowie|bis|to|–|-)(?=\s*(?:§\s*)?\d)")
_RANGE = ("bis", "to", "–", "-")
_PART = re.compile(r"\d+(?:[a-z]\b)?|\b[a-z]{1,4}\b")
_LEVEL_WORDS = frozenset({"abs", "satz", "nr", "lit"})
_OTHER_NORM = re.compile(
    r"\s*,?\s*(?:(?:i\. V\. m\.|ff?\.)\s*)?(?:(?:des|der|dem|of|of the|to the|zum|zur)\s+)?"
    r"(?:[A-ZÄÖÜ][A-Za-zÄÖÜäöü]*[A-ZÄÖÜ]\w*|Directive|Regulation \(|Richtlinie|Verordnung \(|Treaty|Annex|Anhang"
    r"|[A-ZÄÖÜ]\w*(?:gesetz|gesetzes|gesetzbuchs?|ordnung)\b)"
)
_WHOLE = re.compile(r"\d{1,3}(?:\.\d{1,3})*[a-z]?(?:\s*\([a-z\d]{1,3}\)|\s+[a-z]\))*")


@dataclass(frozen=True, slots=True)
class Citation:
    """A place that a text cites; `span` covers the whole citation ("Rzn. 3 bis 5")."""

    place: Place
    span: Span


def parse(locator: str) -> Place | None:
    """The place that a locator names; None where it is not numbered.

    Reads "Rz. 58", "Art. 6(1)(a)", "§ 5 Abs. 2 Nr. 1" and "3.2".
    """
    text = locator.strip()
    if (kind := _KIND.match(text)) is not None and kind.lastgroup:
        parts = _parts(text[kind.end() :])
        return (_KIND_NAMES[kind.lastgroup], *parts) if parts else None
    return ("sec", *_parts(text)) if _WHOLE.fullmatch(text) else None


def citations(text: str) -> Iterator[Citation]:
    """The places of the same document that a text cites; those of another norm ("§ 146 AO") are left out."""
    for kind in _KIND.finditer(text):
        places, end = _places(_KIND_NAMES[kind.lastgroup or "sec"], text, kind.end())
        if not _OTHER_NORM.match(text, end):
            yield from (Citation(place, (kind.start(), end)) for place in places)


def _places(kind: str, text: str, end: int) -> tuple[list[Place], int]:
    """The places that follow a word like "Rzn.", and where they end."""
    found: list[Place] = []
    join: re.Match[str] | None = None
    while (match := _PLACE.match(text, join.end() if join else end)) is not None:
        place = (kind, *_parts(match.group(1)))
        if join is not None and join.group(1) in _RANGE:
            found.extend(_between(found[-1], place))
        found.append(place)
        end = match.end()
        join = _JOIN.match(text, end)
        if join is None:
            break
    return found, end


def _between(first: Place, last: Place) -> Iterator[Place]:
    """The whole numbers between two places of one level."""
    if len(first) == len(last) == 2 and first[1].isdigit() and last[1].isdigit():
        low, high = int(first[1]), int(last[1])
        if 1 < high - low <= LONGEST_RANGE:
            yield from ((first[0], str(number)) for number in range(low + 1, high))


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part for part in _PART.findall(text) if part not in _LEVEL_WORDS)
