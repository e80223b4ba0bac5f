"""What a reader makes of a document: canonical text, where its pages begin, and its passages.

Spans are offsets in code points into the canonical text, half open: `text[start:end]`. The text is written once
and pinned by each job, so a span never moves.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Span = tuple[int, int]


class Role(StrEnum):
    """What a passage is in its document."""

    HEADING = "heading"
    BODY = "body"
    LEAD_IN = "lead_in"
    """A paragraph that opens a list ("Der Verantwortliche muss:")."""
    ITEM = "item"
    RECITAL = "recital"
    DEFINITION = "definition"
    TABLE = "table"
    TOC = "toc"
    FOOTNOTE = "footnote"
    FRONT = "front"
    """Title block, addressee, preamble formula: text before the first heading or unit."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One paragraph-like unit of the canonical text.

    Attributes:
        start, end: the span, without the unit's own marker ("(1)", "a)", "58") at its head.
        role: what the passage is.
        page: 1-based page of `start`; None where the format has no pages.
        locator: the place as the field cites it ("Rz. 58", "Art. 6(1)(a)", "§ 5 Abs. 2 Nr. 1", "3.2"); "" if none.
        section: text of the nearest heading above; "" if none.
        path: headings from the outermost to `section`.
        level: depth of a heading (1 is the title) or of a list item (1 is outermost); 0 for plain text.
        lead_in: for an item, the span of the sentence that opens its list.
    """

    start: int
    end: int
    role: Role
    page: int | None = None
    locator: str = ""
    section: str = ""
    path: tuple[str, ...] = ()
    level: int = 0
    lead_in: Span | None = None

    def to_json(self) -> dict[str, Any]:
        """JSON-ready, without the attributes that have their default."""
        row: dict[str, Any] = {"start": self.start, "end": self.end, "role": self.role.value}
        for name in ("page", "locator", "section", "level", "lead_in"):
            if (value := getattr(self, name)) not in (None, "", 0):
                row[name] = value
        if self.path:
            row["path"] = list(self.path)
        return row

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Passage:
        """The inverse of `to_json`."""
        values = dict(row)
        values["role"] = Role(values["role"])
        values["path"] = tuple(values.get("path", ()))
        if values.get("lead_in"):
            values["lead_in"] = tuple(values["lead_in"])
        return cls(**values)


@dataclass(frozen=True, slots=True)
class DocumentText:
    """A document after reading: everything later stages need, and nothing of its file format.

    Attributes:
        text: canonical text: Unicode NFC, "\\n" line ends, page furniture removed, hyphenation joined.
        passages: in text order, not overlapping.
        page_starts: offset at which page 1, 2, ... begins; empty where the format has no pages.
        language: "de" or "en".
        title: the document's own title, if it has one.
    """

    text: str
    passages: tuple[Passage, ...]
    page_starts: tuple[int, ...] = ()
    language: str = "en"
    title: str | None = None

    def page_of(self, offset: int) -> int | None:
        """1-based page of an offset; None where the format has no pages."""
        return bisect_right(self.page_starts, offset) or None if self.page_starts else None
