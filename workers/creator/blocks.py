"""Blocks: what a format reader hands to the structure stage, before the canonical text exists."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What the file format itself says a block is; `PARAGRAPH` where it says nothing."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    ITEM = "item"
    ROW = "row"
    CODE = "code"
    NOTE = "note"
    TOC = "toc"
    FRONT = "front"


@dataclass(slots=True)
class Block:
    """One paragraph-like piece of a document, with its marker ("(1)", "a)", "•") still at the head of `text`.

    Attributes:
        text: clean text (see `clean`), one line except for code.
        kind: what the format says.
        level: depth of a heading or list item as the format gives it, 1 is outermost; 0 if it does not tell.
        mark: length of the marker at the head, with the space after it; 0 if the reader does not know one.
        pages: (offset in `text`, 1-based page) for the first character and for every page begun inside.
        minor: a heading that only opens a few paragraphs and ends with the next numbered unit.
    """

    text: str
    kind: Kind = Kind.PARAGRAPH
    level: int = 0
    mark: int = 0
    pages: tuple[tuple[int, int], ...] = ()
    minor: bool = False


@dataclass(slots=True)
class Draft:
    """A document as its reader leaves it. `page_count` is 0 where the format has no pages."""

    blocks: list[Block] = field(default_factory=list)
    title: str | None = None
    page_count: int = 0


_INVISIBLE = dict.fromkeys([0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0xFFFE, 0xFFFF])
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_SPACE = re.compile(r"\s+")


def clean_lines(text: str) -> str:
    """Text in NFC with "\\n" line ends, without invisible, control and surrogate characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_INVISIBLE)
    return unicodedata.normalize("NFC", _CONTROL.sub("", text))


def clean(text: str) -> str:
    """One clean line: as `clean_lines`, every run of white space one space, none at the ends."""
    return _SPACE.sub(" ", clean_lines(text)).strip()
