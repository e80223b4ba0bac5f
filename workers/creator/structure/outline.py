"""The headings above a passage: their texts, their units, and how deep they stand."""

from __future__ import annotations

from dataclasses import dataclass, field

from workers.creator.blocks import Block
from workers.creator.structure.marks import Mark, Style

_WORDS = {
    "part": 1,
    "teil": 1,
    "titel": 1,
    "title": 1,
    "kapitel": 2,
    "chapter": 2,
    "abschnitt": 3,
    "section": 3,
    "clause": 4,
    "ziffer": 4,
}
_UNIT_RANK = {Style.ARTICLE: 4, Style.SIGN: 4, Style.ANNEX: 1}
MINOR = 99
"""Rank of a heading that ends with the next numbered unit."""


@dataclass(frozen=True, slots=True)
class Heading:
    """One open heading. `unit` is what passages below it are cited by; "" if it has no number."""

    rank: int
    text: str
    unit: str


@dataclass(slots=True)
class Outline:
    """The stack of open headings."""

    open: list[Heading] = field(default_factory=list)

    def push(self, rank: int, text: str, unit: str) -> int:
        """Opens a heading, closes what it ends, and says its depth (1 is outermost)."""
        while self.open and self.open[-1].rank >= rank:
            self.open.pop()
        self.open.append(Heading(rank, text, unit))
        return len(self.open)

    def close_minor(self) -> None:
        """Ends a heading that opened only a few paragraphs."""
        while self.open and self.open[-1].rank == MINOR:
            self.open.pop()

    @property
    def section(self) -> str:
        return self.open[-1].text if self.open else ""

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(heading.text for heading in self.open)

    @property
    def unit(self) -> str:
        return next((heading.unit for heading in reversed(self.open) if heading.unit), "")


def rank_of(block: Block, mark: Mark | None) -> int:
    """How deep a heading stands compared with others; small is outer. Levels that the format gives come first."""
    if block.minor:
        return MINOR
    if block.level:
        return block.level + 4
    if mark is None:
        return 5
    if mark.style is Style.CHAPTER:
        return _WORDS[mark.word.lower()]
    if mark.style in _UNIT_RANK:
        return _UNIT_RANK[mark.style]
    return 5 + mark.value.count(".")
