"""From a PDF page's characters to lines with their place, size and weight, by PDFium's text page.

PDFium breaks lines itself, but runs a header into the line below and hides a line break at a hyphen behind U+FFFE.
So each word's base line is looked at, and a jump begins a new line.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final

import pypdfium2.raw as pdfium

from workers.creator.blocks import clean
from workers.creator.documents.furniture import page_head
from workers.creator.documents.lines import SOFT_BREAK, Line

_HYPHEN: Final = "\x02"
_BOLD: Final = 600
_FORCE_BOLD: Final = 1 << 18
_JUMP: Final = 0.6
"""Share of the type size by which a word's base line may differ within a line (sub- and superscripts)."""

_COLUMN: Final = 1.7
"""White space between columns, in sizes of type."""
_LEVEL: Final = 0.2
"""Share of the type size by which base lines side by side may differ."""
_MARKER: Final = 8
"""Longest marker ("3.2.1", "REQ-12:")."""


@dataclass(slots=True)
class _Glyph:
    """Where a character stands: its origin, right edge, and height of type."""

    x: float
    y: float
    right: float
    size: float


def lines_of(page: Any, number: int) -> list[Line]:
    """The lines of one page in the order of its content.

    Args:
        page: a pypdfium2 page; it is closed.
        number: the page's number, from 1.
    """
    text_page = page.get_textpage()
    try:
        reader = _Page(text_page.raw, number)
        return reader.lines()
    finally:
        text_page.close()
        page.close()


class _Page:
    def __init__(self, raw: Any, number: int) -> None:
        self._raw = raw
        self._number = number
        self._x, self._y = ctypes.c_double(), ctypes.c_double()
        self._rect = pdfium.FS_RECTF()
        self._flags = ctypes.c_int()
        self._name = ctypes.create_string_buffer(128)
        count = max(pdfium.FPDFText_CountChars(raw), 0)
        self._chars = "".join(self._char(index) for index in range(count))

    def _char(self, index: int) -> str:
        code = pdfium.FPDFText_GetUnicode(self._raw, index)
        return chr(code) if 0 < code <= 0x10FFFF else " "

    def lines(self) -> list[Line]:
        """All lines that hold text, each with the gap to the one before."""
        found: list[Line] = []
        above: float | None = None
        for start, end in self._without_head(self._spans()):
            first, last = self._glyph(start), self._glyph(end - 1)
            text = clean(self._chars[start:end].replace(_HYPHEN, SOFT_BREAK).replace(SOFT_BREAK, _HELD))
            size = self._glyph(self._middle(start, end)).size
            line = Line(text.replace(_HELD, SOFT_BREAK), first.x, last.right, self._number, size)
            line.bold = self._is_bold(start) and self._is_bold(end - 1)
            if above is not None and size:
                line.gap = max((above - first.y) / size, 0.0)
                line.beside = abs(above - first.y) < _LEVEL * size and bool(found) and first.x > found[-1].right
            above = last.y
            if text:
                found.append(line)
        return found

    def _spans(self) -> list[tuple[int, int]]:
        """Start and end of each line: at PDFium's breaks and where the base line jumps between words."""
        spans: list[tuple[int, int]] = []
        start: int | None = None
        end = 0
        base = 0.0
        words = self._words()
        for (begin, stop, breaks), after in zip_longest(words, words[1:]):
            glyph = self._glyph(begin)
            jumps = abs(glyph.y - base) > _JUMP * max(glyph.size, 1.0)
            ends_line = after is None or after[2]
            if start is not None and (breaks or jumps or self._is_column((start, end), (begin, stop), ends_line)):
                spans.append((start, end))
                start = None
            start = begin if start is None else start
            end = stop
            base = self._glyph(stop - 1).y if _HYPHEN in self._chars[begin:stop] else glyph.y
        if start is not None:
            spans.append((start, end))
        return spans

    def _middle(self, start: int, end: int) -> int:
        """A character in the middle of the line: at its ends stand markers and raised signs."""
        middle = (start + end) // 2
        return middle + 1 if self._chars[middle].isspace() and middle + 1 < end else middle

    def _without_head(self, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """The lines, the first split after a page number that it begins with."""
        if not spans:
            return spans
        (start, end), *rest = spans
        length = page_head(self._chars[start:end])
        return [(start, start + length), (start + length, end), *rest] if 0 < length < end - start else spans

    def _is_column(self, line: tuple[int, int], word: tuple[int, int], ends_line: bool) -> bool:
        """Whether the word stands in another column than the line before it.

        A marker may stand far from its text, and a page number far from its entry in a table of contents.
        """
        text = self._chars[slice(*line)]
        if (" " not in text and len(text) <= _MARKER) or (ends_line and self._chars[slice(*word)].isdigit()):
            return False
        last, first = self._glyph(line[1] - 1), self._glyph(word[0])
        return first.x - last.right > _COLUMN * max(first.size, 1.0)

    def _words(self) -> list[tuple[int, int, bool]]:
        """Start and end of each word, and whether a line break stands before it."""
        words: list[tuple[int, int, bool]] = []
        start: int | None = None
        breaks = False
        for index, char in enumerate(self._chars + " "):
            if not char.isspace():
                start = index if start is None else start
                continue
            if start is not None:
                words.append((start, index, breaks))
                start, breaks = None, False
            breaks = breaks or char in "\r\n"
        return words

    def _glyph(self, index: int) -> _Glyph:
        raw = self._raw
        pdfium.FPDFText_GetCharOrigin(raw, index, self._x, self._y)
        pdfium.FPDFText_GetLooseCharBox(raw, index, self._rect)
        height = abs(self._rect.top - self._rect.bottom)
        return _Glyph(self._x.value, self._y.value, self._rect.right, round(height, 1))

    def _is_bold(self, index: int) -> bool:
        if pdfium.FPDFText_GetFontWeight(self._raw, index) >= _BOLD:
            return True
        length = pdfium.FPDFText_GetFontInfo(self._raw, index, self._name, len(self._name), self._flags)
        name = self._name.value.lower() if 0 < length <= len(self._name) else b""
        return b"bold" in name or b"black" in name or bool(self._flags.value & _FORCE_BOLD)


_HELD: Final = "\ue000"
"""Holds the place of `SOFT_BREAK` while the text is cleaned of invisible characters."""
