"""What kind of document this is, as far as its outline is concerned: facts that need a look at the whole of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from workers.creator.blocks import Block, Kind
from workers.creator.structure.ids import prefixes
from workers.creator.structure.margins import margin_numbers
from workers.creator.structure.marks import Mark, Style, mark_of
from workers.creator.structure.roles import ADOPTED, WHEREAS, is_title

UNITS = (Style.ARTICLE, Style.SIGN, Style.CHAPTER, Style.ANNEX)
_REFERENCE = re.compile(r"(?:Abs\b|Absatz|Satz|Nr\b|Nummer|Unterabsatz|paragraph|point|and\b|und\b|bis\b|to\b|of\b|\()")


@dataclass(slots=True)
class Profile:
    """Facts about all blocks.

    Attributes:
        marks: each block's marker.
        margins: block index -> margin number.
        ids: prefixes of the requirement ids in use.
        whereas: index of the block that opens the recitals; None if there are none.
        enacting: index of the first block after the recitals.
    """

    marks: list[Mark | None]
    margins: dict[int, int] = field(default_factory=dict)
    ids: frozenset[str] = frozenset()
    whereas: int | None = None
    enacting: int = 0


def profile_of(blocks: Sequence[Block]) -> Profile:
    """Looks over all blocks once."""
    flow = [block.text if block.kind in (Kind.PARAGRAPH, Kind.ITEM) else "" for block in blocks]
    marks = [mark_of(block.text) for block in blocks]
    profile = Profile(marks, margin_numbers(flow), _ids(blocks, marks))
    articles = [
        index
        for index, block in enumerate(blocks)
        if (mark := marks[index]) and mark.style is Style.ARTICLE and is_unit_heading(block, mark)
    ]
    opening = next((i for i, block in enumerate(blocks) if len(block.text) < 60 and WHEREAS.match(block.text)), None)
    if opening is not None and len(articles) >= 2 and opening < articles[-1]:
        profile.whereas = opening
        profile.enacting = _enacting(blocks, marks, opening)
    return profile


def _ids(blocks: Sequence[Block], marks: Sequence[Mark | None]) -> frozenset[str]:
    """Prefixes of requirement ids, at the head of a paragraph or after its bullet."""
    return prefixes(
        block.text[mark.length if mark and mark.style is Style.BULLET else 0 :]
        for block, mark in zip(blocks, marks, strict=True)
    )


def _enacting(blocks: Sequence[Block], marks: Sequence[Mark | None], opening: int) -> int:
    """Index of the first article, chapter or enacting formula after the recitals open."""
    for index in range(opening + 1, len(blocks)):
        mark = marks[index]
        if ADOPTED.search(blocks[index].text[:200]):
            return index
        if mark and mark.style in UNITS and is_unit_heading(blocks[index], mark):
            return index
    return len(blocks)


def is_unit_heading(block: Block, mark: Mark) -> bool:
    """Whether a block that begins with "Article 6", "§ 26" or "Chapter II" is that unit's heading."""
    if block.kind is Kind.HEADING:
        return True
    rest = block.text[mark.length :]
    if block.kind is not Kind.PARAGRAPH or _REFERENCE.match(rest):
        return False
    return not rest or is_title(rest)
