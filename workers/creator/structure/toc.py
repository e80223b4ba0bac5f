"""Tables of contents in lines: entries that lead with dots, or end, to a page number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_TITLE: Final = re.compile(r"(?:\d\.?\s+)?(?:Inhalt(?:sverzeichnis|sübersicht)?|(?:Table of )?Contents)$", re.I)
_LEADER: Final = re.compile(r"(?:\.{4,}|(?:\. ){4,}|…{2,}|_{4,})\s*\d{1,4}$")
_ENTRY: Final = re.compile(r"\S.{2,160}\s\d{1,4}$")
_GAP: Final = 3
_LEAST: Final = 3


def is_toc_title(text: str) -> bool:
    """Whether a line or heading says that a table of contents follows."""
    return _TITLE.match(text) is not None


def toc_lines(texts: Sequence[str]) -> frozenset[int]:
    """Indices of the lines that make up tables of contents, their titles and wrapped entries included."""
    leaders = [index for index, text in enumerate(texts) if _LEADER.search(text)]
    found: set[int] = set()
    for index, before in zip(leaders, [-_GAP - 2, *leaders], strict=False):
        found.add(index)
        if index - before <= _GAP + 1:
            found.update(range(before + 1, index))
    for index, text in enumerate(texts):
        if is_toc_title(text):
            found.update(_from_title(texts, index, found))
    return frozenset(found)


def _from_title(texts: Sequence[str], title: int, known: set[int]) -> range:
    """The title and the lines after it up to the last entry, if there are enough entries."""
    end = title
    entries = last = 0
    for index in range(title + 1, len(texts)):
        match = _ENTRY.match(texts[index])
        page = int(texts[index].rsplit(" ", 1)[1].strip(".")) if match and texts[index][-1].isdigit() else 0
        is_entry = index in known or (page >= last and match is not None)
        if not is_entry and index - end > _GAP:
            break
        if is_entry:
            entries, end, last = entries + 1, index, max(page, last) if index not in known else last
    return range(title, end + 1) if entries >= _LEAST else range(0)
