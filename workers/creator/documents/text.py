"""Plain text and Markdown, by lines.

Known are headings (`#` and underlined), numbered units and lists by their markers (see `structure.marks`), pipe
tables, fenced code (kept as it is), quotes, front matter and comments (dropped). In Markdown the lines of a
paragraph are joined as its rules say; in plain text a line that ends early ends its paragraph.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from typing import Final

from orchestrator.errors import DocumentError
from workers.creator.blocks import Block, Draft, Kind, clean, clean_lines
from workers.creator.documents.furniture import is_masthead
from workers.creator.documents.lines import (
    Layout,
    Line,
    block_of,
    hyphenated_words,
    layout_of,
    nest,
    paragraphs,
)
from workers.creator.documents.markup import front_matter, without_comments, without_markup

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HEADING: Final = re.compile(r"(#{1,6})[ \t]+(.*?)[ \t#]*$")
_UNDERLINE: Final = re.compile(r"(={3,}|-{3,})$")
_RULE: Final = re.compile(r"([-*_=] ?){3,}$")
_SEPARATOR: Final = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t:-]*)+$")
_FENCE: Final = re.compile(r"(`{3,}|~{3,})")
_NARROWEST: Final = 60
"""Columns that wrapped text has at least: where all lines are shorter, each is a paragraph."""
_CELL: Final = re.compile(r"(?<!\\)\|")
_LONE_ITEM: Final = re.compile(r"[-*+][ \t]+(?=\((?:\d{1,3}|[a-z]{1,4})\)|\d{1,3}[.)][ \t]|[a-z]\)[ \t])")


def decode(data: bytes) -> str:
    """Text of a UTF-8, UTF-16 (with its mark) or else Windows-1252 file.

    Raises:
        DocumentError: `corrupt` if there are NUL characters in it, as in a program or an image.
    """
    encoding = next((name for mark, name in _BOMS if data.startswith(mark)), None)
    if encoding:
        text = data.decode(encoding, errors="replace")
    else:
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            text = data.decode("cp1252", errors="replace")
    if "\x00" in text:
        raise DocumentError("The document is no text file: it holds NUL characters. Submit it as what it is.")
    return text


def read_markdown(data: bytes) -> Draft:
    """The blocks of a Markdown file."""
    title, text = front_matter(clean_lines(decode(data)))
    blocks = _Reader(without_markup, joined=True).read(without_comments(text))
    return Draft(blocks, title or _first_heading(blocks))


def read_plain(data: bytes) -> Draft:
    """The blocks of a plain text file."""
    blocks = _Reader(str, joined=False).read(clean_lines(decode(data)))
    return Draft(blocks, _first_heading(blocks))


def _first_heading(blocks: list[Block]) -> str | None:
    return next((block.text for block in blocks if block.kind is Kind.HEADING and block.level == 1), None)


class _Reader:
    """Turns lines into blocks; `pending` are the lines of paragraphs not yet grouped."""

    def __init__(self, inline: Callable[[str], str], *, joined: bool) -> None:
        self._inline = inline
        self._joined = joined
        self._blocks: list[Block] = []
        self._pending: list[Line] = []
        self._blank = 0

    def read(self, text: str) -> list[Block]:
        rows = text.replace("\f", "\n\n").expandtabs(4).split("\n")
        self._layout = self._measure(rows)
        index = 0
        while index < len(rows):
            index = self._line(rows, index)
        self._flush()
        return [block for block in self._blocks if block.text]

    def _measure(self, rows: list[str]) -> Layout:
        if self._joined:
            return Layout(0.0, 0.0, 0.0)
        lines = [Line(row, 0, len(row.rstrip())) for row in rows if row.strip()]
        return Layout(max(layout_of(lines).right, _NARROWEST), 0.0, 0.0)

    def _line(self, rows: list[str], index: int) -> int:
        """Takes the line at `index` and says which comes next."""
        row = rows[index].rstrip()
        bare = row.strip()
        if not bare:
            self._blank += 1
            return index + 1
        if fence := _FENCE.match(bare):
            return self._code(rows, index, fence[1])
        if heading := _HEADING.match(bare):
            self._add(Block(self._plain(heading[2]), Kind.HEADING, len(heading[1])))
            return index + 1
        if self._underlines(bare):
            return index + 1
        if bare.startswith("|") or (
            index + 1 < len(rows) and "|" in bare and _SEPARATOR.match(rows[index + 1].strip())
        ):
            return self._table(rows, index)
        if not _RULE.match(bare) and not is_masthead(bare):
            self._text(row)
        return index + 1

    def _text(self, row: str) -> None:
        while row.lstrip().startswith(">"):
            row = row.replace(">", "", 1)
        bare = _LONE_ITEM.sub("", row.strip())
        if self._joined and bare.startswith(": "):
            bare = bare[2:].strip()
        indent = len(row) - len(row.lstrip())
        if bare:
            self._pending.append(Line(bare, indent, indent + len(bare), gap=float(self._blank)))
        self._blank = 0

    def _underlines(self, bare: str) -> bool:
        """Makes a heading of the line above if `bare` underlines it."""
        if not self._pending or self._blank or not (match := _UNDERLINE.match(bare)):
            return False
        title = self._pending.pop()
        if len(title.text) > 200:
            self._pending.append(title)
            return False
        self._add(Block(self._plain(title.text), Kind.HEADING, 1 if match[1][0] == "=" else 2))
        return True

    def _code(self, rows: list[str], index: int, fence: str) -> int:
        end = index + 1
        while end < len(rows) and not rows[end].strip().startswith(fence):
            end += 1
        self._add(Block("\n".join(row.rstrip() for row in rows[index + 1 : end]).strip(), Kind.CODE))
        return end + 1

    def _table(self, rows: list[str], index: int) -> int:
        self._flush()
        while index < len(rows) and "|" in rows[index]:
            bare = rows[index].strip()
            if not _SEPARATOR.match(bare):
                cells = [self._plain(cell.replace("\\|", "|")) for cell in _CELL.split(bare)]
                self._add(Block(" | ".join(cell for cell in cells if cell), Kind.ROW))
            index += 1
        return index

    def _plain(self, text: str) -> str:
        return clean(self._inline(text))

    def _add(self, block: Block) -> None:
        self._flush()
        self._blocks.append(block)
        self._blank = 0

    def _flush(self) -> None:
        known = hyphenated_words(self._pending)
        groups = paragraphs(self._pending, self._layout)
        for group, level in zip(groups, nest(groups), strict=True):
            block = block_of(group, known)
            block.text, block.level = self._plain(block.text), level
            self._blocks.append(block)
        self._pending = []
