"""Places in a document as people name them ("Rz. 58-67", "Art. 5-11", "§ 26 Abs. 2"), and what they cover."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_KINDS = (
    ("Rz.", r"(?:Rzn?\.?|Rdn?r?\.?|Rn\.?|Randziffern?|Randnummern?|margin numbers?|marginal numbers?|mn\.?)"),
    ("Art.", r"(?:Art(?:s?\.|ikeln?|icles?)?)"),
    ("§", r"(?:§§?|Paragra(?:ph|f)(?:en)?)"),
    ("section", r"(?:Abschnitte?n?|Kapiteln?|Ziffern?|Ziff\.|Sections?|Sec\.|Chapters?|Kap\.)"),
)
_NUMBER = r"\d+(?:\.\d+)*[a-z]?"
_SUB = r"(?:\s*\(\d+[a-z]?\)(?:\s*\([a-z]{1,2}\))?|\s*(?:Abs\.|Absatz|paragraph|para\.?)\s*\d+[a-z]?)?"
_RANGE = r"(?:\s*(?:-|–|—|bis|to|through)\s*"
_PLACE = {
    kind: re.compile(
        rf"(?<![\w§]){word}\s*(?P<list>{_NUMBER}{_SUB}{_RANGE}{_NUMBER})?(?:\s*(?:,|und|and|&|sowie)\s*{_NUMBER}{_SUB}{_RANGE}{_NUMBER})?)*)(?![\w])",
        re.IGNORECASE,
    )
    for kind, word in _KINDS
}
_ENTRY = re.compile(rf"(?P<first>{_NUMBER})(?P<sub>{_SUB}){_RANGE}(?P<last>{_NUMBER}))?", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
_LOCATOR = re.compile(rf"^(?P<kind>Rz\.|Art\.|§)?\s*(?P<number>{_NUMBER})(?P<rest>.*)$")
_SUB_NUMBER = re.compile(r"(?:\(|Abs\.\s*)(\d+[a-z]?)")
_POINT = re.compile(r"\(([a-z]{1,2})\)")

Key = tuple[tuple[int, str], ...]


def _key(number: str) -> Key:
    """ "3.2" -> ((3, ""), (2, "")), "30b" -> ((30, "b"),): sorts as people count."""
    return tuple((int(_DIGITS.match(part).group()), _DIGITS.sub("", part, count=1)) for part in number.split("."))  # type: ignore[union-attr]


@dataclass(frozen=True, slots=True)
class Place:
    """A unit, or a range of units, of a document.

    Attributes:
        kind: "Rz.", "Art.", "§" or "section".
        first, last: numbers as written; equal for one unit.
        paragraph: the Absatz within one unit; "" for all of it.
        point: the letter within the Absatz; "" for all of it.
    """

    kind: str
    first: str
    last: str
    paragraph: str = ""
    point: str = ""

    def covers(self, locator: str, path: Sequence[str] = ()) -> bool:
        """Whether the place holds what a locator names; a section also covers what stands under its heading."""
        found = _LOCATOR.match(locator)
        if found and (found["kind"] or "section") == self.kind:
            return self._holds(found["number"]) and self._holds_rest(found["rest"])
        if self.kind != "section":
            return False
        numbers = (
            re.match(rf"\s*(?:§|Abschnitt|Kapitel|Section|Chapter)?\s*({_NUMBER})\b", heading) for heading in path
        )
        return any(number and self._holds(number[1]) for number in numbers)

    def _holds(self, number: str) -> bool:
        first, last, key = _key(self.first), _key(self.last), _key(number)
        return first <= key and key[: len(last)] <= last

    def _holds_rest(self, rest: str) -> bool:
        if not self.paragraph:
            return True
        numbers = _SUB_NUMBER.findall(rest)
        if not numbers or numbers[0] != self.paragraph:
            return False
        return not self.point or self.point in _POINT.findall(rest)

    def __str__(self) -> str:
        name = "Section" if self.kind == "section" else self.kind
        sub = f"({self.paragraph})" if self.paragraph else ""
        point = f"({self.point})" if self.point else ""
        return f"{name} {self.first}{sub}{point}" + (f"-{self.last}" if self.last != self.first else "")

    def to_json(self) -> dict[str, Any]:
        """JSON-ready; `Place(**row)` is the inverse."""
        return {
            "kind": self.kind,
            "first": self.first,
            "last": self.last,
            "paragraph": self.paragraph,
            "point": self.point,
        }


def parse_scope(text: str) -> tuple[Place, ...]:
    """The places that a text names, in order of their kinds; empty where it names none."""
    return tuple(place for kind, match in _matches(text) for place in _entries(kind, match["list"]))


def without_places(text: str) -> str:
    """The text with the words and numbers of its places removed."""
    for pattern in _PLACE.values():
        text = pattern.sub(lambda match: " " if match["list"] else match[0], text)
    return text


def _matches(text: str) -> list[tuple[str, re.Match[str]]]:
    return [(kind, match) for kind, pattern in _PLACE.items() for match in pattern.finditer(text) if match["list"]]


def _entries(kind: str, listed: str) -> list[Place]:
    places = []
    for entry in _ENTRY.finditer(listed):
        first, last = entry["first"], entry["last"] or entry["first"]
        numbers = re.findall(r"\d+[a-z]?", entry["sub"] or "")
        points = _POINT.findall(entry["sub"] or "")
        if _key(last) < _key(first):
            first, last = last, first
        single = first == last
        places.append(
            Place(kind, first, last, numbers[0] if numbers and single else "", points[0] if points and single else "")
        )
    return places
