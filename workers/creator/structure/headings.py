"""Which blocks are headings: those the format says are, numbered titles in sequence, and units of statutes and acts."""

from __future__ import annotations

from collections.abc import Sequence

from workers.creator.blocks import Block, Kind
from workers.creator.structure.marks import Mark, Style, number_of
from workers.creator.structure.profile import UNITS, Profile, is_unit_heading
from workers.creator.structure.roles import is_title, states_duty

NUMBERED = frozenset({*UNITS, Style.DECIMAL, Style.NUMBER, Style.BARE})
"""Markers that number a heading; other markers at its head are part of its text."""

_JUMP = 3


class HeadingRules:
    """Decides block by block; remembers the last number so that the next one must follow it."""

    def __init__(self, profile: Profile, blocks: Sequence[Block]) -> None:
        self._profile = profile
        self._blocks = blocks
        self._last: tuple[int, ...] = ()

    def is_heading(self, index: int, *, listed: bool) -> bool:
        """Whether the block is a heading; `listed` if a list is open or led in before it."""
        block, mark = self._blocks[index], self._profile.marks[index]
        if block.kind is Kind.HEADING:
            return not self._is_statement(block, mark) and not _is_bare_marker(block, mark)
        if block.kind is not Kind.PARAGRAPH or mark is None:
            return False
        if mark.style in UNITS:
            return is_unit_heading(block, mark)
        if mark.style not in NUMBERED or not is_title(block.text[mark.length :]) or not self.follows(mark):
            return False
        if mark.style is Style.BARE and self._profile.margins:
            return False
        return mark.style is Style.DECIMAL or not (listed or self._in_row(index, mark))

    def is_run_in(self, index: int) -> bool:
        """Whether a margin number's paragraph is only a title for the paragraph after it."""
        mark = self._profile.marks[index]
        after = self._blocks[index + 1] if index + 1 < len(self._blocks) else None
        if mark is None or after is None or after.kind is not Kind.PARAGRAPH or index + 1 in self._profile.margins:
            return False
        return self._profile.marks[index + 1] is None and is_title(self._blocks[index].text[mark.length :], 80)

    def follows(self, mark: Mark) -> bool:
        """Whether a heading or clause number can come next: first child, next sibling, or next above."""
        new = _numbers(mark)
        last = self._last
        if not last:
            return all(part <= _JUMP for part in new)
        if new[: len(last)] == last and len(new) == len(last) + 1:
            return new[-1] <= _JUMP
        depth = len(new)
        if depth > len(last):
            return new[0] > last[0] and new[0] <= last[0] + _JUMP and all(part <= _JUMP for part in new[1:])
        same = new[: depth - 1] == last[: depth - 1]
        return same and last[depth - 1] < new[depth - 1] <= last[depth - 1] + _JUMP

    def note(self, mark: Mark | None) -> None:
        """Takes the number of a heading or clause as the last one."""
        if mark and mark.style in (Style.DECIMAL, Style.NUMBER, Style.BARE):
            self._last = _numbers(mark)
        elif mark and mark.style is Style.ANNEX:
            self._last = ()

    def _is_statement(self, block: Block, mark: Mark | None) -> bool:
        """Whether a "heading" is a requirement in a heading's style."""
        text = block.text[mark.length :] if mark else block.text
        return text.endswith(".") and states_duty(text) and len(text.split()) > 5

    def _in_row(self, index: int, mark: Mark) -> bool:
        """Whether the next block continues the count at once: then this is a list, not a heading."""
        after = self._profile.marks[index + 1] if index + 1 < len(self._blocks) else None
        if after is None or after.style is not mark.style or self._blocks[index + 1].kind is Kind.HEADING:
            return False
        return number_of(after.style, after.value) == number_of(mark.style, mark.value) + 1


def _is_bare_marker(block: Block, mark: Mark | None) -> bool:
    """Whether a "heading" is only a list marker whose text begins with another one: "(1)" before "(a) ..."."""
    return mark is not None and mark.style not in NUMBERED and mark.length >= len(block.text)


def _numbers(mark: Mark) -> tuple[int, ...]:
    return tuple(int("".join(filter(str.isdigit, part)) or 0) for part in mark.value.split("."))
