"""Word's automatic numbers, computed as Word shows them: they stand in no text of the file.

A paragraph names a list (`numId`) and a level; the list refers to an abstract list whose levels say format and text
("%1.%2"). Counters belong to the abstract list; a number ends all deeper ones (ECMA-376 part 1, 17.9).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final

from docx.oxml.ns import qn

from workers.creator.documents.numerals import numeral

_LEVELS: Final = 9
_PLACE: Final = re.compile(r"%([1-9])")


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list."""

    start: int
    style: str
    text: str
    paragraph_style: str | None


@dataclass(slots=True)
class Numbering:
    """All lists of a document, and how far each has counted."""

    abstract_of: dict[str, str] = field(default_factory=dict)
    levels: dict[str, dict[int, Level]] = field(default_factory=dict)
    restarts: dict[tuple[str, int], int] = field(default_factory=dict)
    _counts: dict[str, list[int | None]] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)

    def label(self, number_id: str, level: int) -> str | None:
        """The next number on this level with its punctuation, "•" for a bullet; None if the list is unknown."""
        abstract = self.abstract_of.get(number_id, "")
        shape = self.levels.get(abstract, {}).get(level)
        if shape is None:
            return None
        counts = self._counts.setdefault(abstract, [None] * _LEVELS)
        if number_id not in self._seen:
            self._seen.add(number_id)
            self._restart(number_id, counts)
        before = counts[level]
        counts[level] = shape.start if before is None else before + 1
        counts[level + 1 :] = [None] * (_LEVELS - level - 1)
        if shape.style == "bullet":
            return "•"
        return "" if shape.style == "none" else self._written(abstract, counts, shape)

    def level_of_style(self, number_id: str, style_id: str) -> int:
        """The level that a paragraph style is bound to; 0 if none is."""
        shapes = self.levels.get(self.abstract_of.get(number_id, ""), {})
        return next((index for index, shape in shapes.items() if shape.paragraph_style == style_id), 0)

    def _restart(self, number_id: str, counts: list[int | None]) -> None:
        for level in range(_LEVELS):
            if (start := self.restarts.get((number_id, level))) is not None:
                counts[level] = start - 1

    def _written(self, abstract: str, counts: list[int | None], shape: Level) -> str:
        shapes = self.levels[abstract]

        def place(match: re.Match[str]) -> str:
            index = int(match[1]) - 1
            other = shapes.get(index)
            if other is None:
                return ""
            count = counts[index]
            return numeral(other.start if count is None else count, other.style)

        return _PLACE.sub(place, shape.text).strip()


def numbering_of(document: Any) -> Numbering:
    """Reads numbering.xml of a python-docx document; empty where the document has none."""
    result = Numbering()
    try:
        root = document.part.numbering_part.element
    except (NotImplementedError, KeyError, AttributeError):
        return result
    for abstract in root.findall(qn("w:abstractNum")):
        result.levels[abstract.get(qn("w:abstractNumId"), "")] = dict(
            map(_level, abstract.findall(qn("w:lvl"))[:_LEVELS])
        )
    for number in root.findall(qn("w:num")):
        number_id = number.get(qn("w:numId"), "")
        result.abstract_of[number_id] = _value(number, "w:abstractNumId") or ""
        for override in number.findall(qn("w:lvlOverride"))[:_LEVELS]:
            if start := _value(override, "w:startOverride"):
                result.restarts[number_id, _integer(override.get(qn("w:ilvl")), 0)] = _integer(start, 1)
    return result


def _level(element: Any) -> tuple[int, Level]:
    return min(_integer(element.get(qn("w:ilvl")), 0), _LEVELS - 1), Level(
        start=_integer(_value(element, "w:start"), 1),
        style=_value(element, "w:numFmt") or "decimal",
        text=_value(element, "w:lvlText") or "",
        paragraph_style=_value(element, "w:pStyle"),
    )


def _value(element: Any, tag: str) -> str | None:
    child = element.find(qn(tag))
    value: str | None = None if child is None else child.get(qn("w:val"))
    return value


def _integer(text: str | None, default: int) -> int:
    return int(text) if text and re.fullmatch(r"\d{1,6}", text) else default
