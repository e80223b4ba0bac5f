"""Page furniture: running headers and footers, page numbers, the masthead lines of official journals."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final, TypeVar

_Line = TypeVar("_Line")

_PAGE: Final = r"(?:Seite|Page)\s*\d{1,4}(?:\s*(?:von|of|/)\s*\d{1,4})?"
_PAGE_LINE: Final = re.compile(rf"(?:{_PAGE}|[-–—]\s*\d{{1,4}}\s*[-–—]|\d{{1,4}}\s*(?:/|von|of)\s*\d{{1,4}})$", re.I)
_PAGE_HEAD: Final = re.compile(rf"{_PAGE}(?:\s+|$)", re.I)
_JOURNAL: Final = re.compile(
    r"(?=.{0,120}(?:Official Journal of the European (?:Union|Comm)|Amtsblatt der Europäischen (?:Union|Gemein)))"
    r"(?:\d{1,2}\.\d{1,2}\.\d{4}|[LC] ?\d{1,4}/\d{1,4}|EN|DE|\|)\s"
)
_NUMBER: Final = re.compile(r"^\d{1,4}(?= )|\b\d{1,4}$")
_SENTENCE: Final = re.compile(r"[^.][.;:!?]$")
_REACH: Final = 5
"""Lines at the top and at the bottom of a page that may be furniture."""


def is_masthead(line: str) -> bool:
    """Whether a clean line is a journal's masthead ("L 333/4 EN Official Journal of the European Union 27.12.2022")."""
    return len(line) < 120 and _JOURNAL.match(line) is not None


def is_page_number(line: str) -> bool:
    """Whether a clean line says only which page this is."""
    return _PAGE_LINE.match(line) is not None


def page_head(line: str) -> int:
    """Length of "Seite 12 " at the head of a line; 0 without it."""
    return match.end() if (match := _PAGE_HEAD.match(line)) else 0


def repeated(pages: Sequence[Sequence[str]]) -> frozenset[str]:
    """Folded lines that open or close at least three pages and a third of all, or both of two; sentences are none."""
    seen: Counter[str] = Counter()
    for lines in pages:
        seen.update(set(map(fold, edges(lines))))
    least = max(3, len(pages) // 3)
    often = {line for line, count in seen.items() if count >= least}
    return frozenset(line for line in often | _on_both(pages) if not _SENTENCE.search(line))


def _on_both(pages: Sequence[Sequence[str]]) -> set[str]:
    """The folded first or last line of a document of two pages, where both share it."""
    if len(pages) != 2 or not all(pages):
        return set()
    first, second = pages
    return {fold(first[at]) for at in (0, -1) if fold(first[at]) == fold(second[at])}


def edges(lines: Sequence[_Line]) -> list[_Line]:
    """The lines of one page that may be furniture."""
    return [*lines[:_REACH], *lines[_REACH:][-_REACH:]]


def fold(line: str) -> str:
    """A line as compared between pages: a number at its head or end may be the page's."""
    return _NUMBER.sub("#", line).strip().lower()
