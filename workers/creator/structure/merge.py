"""Joins blocks that belong together: "Article 6" + "Lawfulness", "(1)" + its text, "Example 3:" + its text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from workers.creator.blocks import Block, Kind
from workers.creator.structure.marks import Style, mark_of
from workers.creator.structure.roles import is_title

_UNITS = (Style.ARTICLE, Style.SIGN, Style.CHAPTER, Style.ANNEX)
_LISTED = (Style.PAREN, Style.NUMBER, Style.LETTER, Style.ROMAN, Style.DOUBLE, Style.DECIMAL)
_FREE = (Kind.PARAGRAPH, Kind.HEADING)

_EXAMPLE = re.compile(r"(?:\d{1,3} )?(?:Beispiele?|Examples?)(?: \d{1,3})?(?: (?:zu|to|for) .{1,60})?:$")


def merged(blocks: Sequence[Block]) -> list[Block]:
    """The blocks with split units joined, and blocks without text dropped."""
    result: list[Block] = []
    index = 0
    blocks = [block for block in blocks if block.text]
    while index < len(blocks):
        block, taken = _unit(blocks, index)
        result.append(block)
        index += taken
    return result


def _unit(blocks: Sequence[Block], index: int) -> tuple[Block, int]:
    """The block at `index` with what belongs to it, and how many blocks that took."""
    block = blocks[index]
    if len(block.text) <= 100 and _EXAMPLE.match(block.text) and _goes_on(blocks, index + 1):
        return joined(block, blocks[index + 1]), 2
    after = blocks[index + 1] if index + 1 < len(blocks) else None
    mark = mark_of(block.text) if len(block.text) <= 40 and block.kind in (*_FREE, Kind.ITEM) else None
    if after is None or mark is None or mark.length < len(block.text) or after.kind not in _FREE:
        return block, 1
    if mark_of(after.text) is not None:
        return block, 1
    if mark.style in _UNITS and is_title(after.text, 400):
        return replace(joined(block, after), kind=Kind.HEADING), 2
    if mark.style not in _LISTED:
        return block, 1
    if (
        mark.style in (Style.DECIMAL, Style.NUMBER)
        and Kind.HEADING in (block.kind, after.kind)
        and is_title(after.text)
    ):
        return replace(joined(block, after), kind=Kind.HEADING), 2
    unit = joined(block, after)
    if block.kind is Kind.HEADING:
        unit = replace(unit, kind=Kind.PARAGRAPH, level=0)
    unit.mark = len(block.text) + 1
    tail = blocks[index + 2] if index + 2 < len(blocks) else None
    if after.kind is Kind.HEADING and tail is not None and tail.kind is Kind.PARAGRAPH and tail.text[0].islower():
        return joined(unit, tail), 3
    return unit, 2


def _goes_on(blocks: Sequence[Block], index: int) -> bool:
    """Whether there is a plain paragraph at `index`."""
    if index >= len(blocks) or blocks[index].kind is not Kind.PARAGRAPH:
        return False
    return mark_of(blocks[index].text) is None


def joined(first: Block, second: Block) -> Block:
    """Both texts with a space between them, with the pages of both."""
    shift = len(first.text) + 1
    pages = list(first.pages)
    for offset, page in second.pages:
        if not pages or pages[-1][1] != page:
            pages.append((offset + shift, page))
    return replace(first, text=f"{first.text} {second.text}", pages=tuple(pages), level=first.level or second.level)
