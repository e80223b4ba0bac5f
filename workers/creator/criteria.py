"""Where every plain statement is a requirement: under acceptance criteria, and behind a requirement's id."""

from __future__ import annotations

import re

from .structure.ids import id_of

CRITERIA = "criteria"
"""The name under which the rules and weights know such a place; a part of a document, so no register."""

_HEADING = re.compile(
    r"\b(?:acceptance (?:criteria|tests?)|definition of done|conditions of satisfaction"
    r"|(?:Akzeptanz|Abnahme)kriterien)\b",
    re.IGNORECASE,
)
_BULLET = re.compile(r"[•·▪–—*-]\s+")
_CELL = " | "
_OTHER_IDS = re.compile(
    r"(?:AS|ASSUMPTION|DE|DEP|DEF|GLO|TERM|FIG|TAB|TC|TEST|UC|RISK|R(?:I|K)|ISSUE|BUG|CR|ADR|REF|DOC|NOTE|Q|OPEN|TODO|GOAL|Z|"
    r"VERSION|V|REV|KAP|APP|ANNEX|SEC(?:TION)?|STEP|ACTOR|STK)\b"
)
"""Ids of what is no requirement: assumptions, terms, figures, test cases, risks, questions, ..."""


def lists_criteria(section: str) -> bool:
    """Whether a heading announces acceptance criteria."""
    return _HEADING.search(section) is not None


def is_numbered(text: str, start: int, end: int) -> bool:
    """Whether a requirement's id names this sentence: "REQ-12" just before it, or at the head of its table row.

    Of a row it is a whole sentence, or the longest cell.

    Args:
        text: canonical text.
        start, end: the sentence's span.
    """
    begin = text.rfind("\n", 0, start) + 1
    begin += len(mark[0]) if (mark := _BULLET.match(text, begin, start)) else 0
    found = id_of(text[begin : max(start, begin)])
    if found is None or _OTHER_IDS.match(found.prefix.upper().rstrip("-_. ")):
        return False
    between = text[begin + found.length : start]
    if _CELL not in text[begin:start]:
        return not between.strip()
    row = text[begin : text.find("\n", end) if "\n" in text[end:] else len(text)]
    return text[end - 1] == "." or text[start:end] == max(row.split(_CELL), key=len).strip()


def register_at(register: str, section: str, *, numbered: bool) -> str:
    """The register, or `CRITERIA` where the place makes a requirement of every plain statement."""
    return CRITERIA if numbered or lists_criteria(section) else register
