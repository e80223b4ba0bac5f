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
_OTHER_IDS = re.compile(
    r"(?:AS|ASSUMPTION|DE|DEP|DEF|GLO|TERM|FIG|TAB|TC|TEST|UC|RISK|R(?:I|K)|ISSUE|BUG|CR|ADR|REF|DOC|NOTE|Q|OPEN|TODO|GOAL|Z|"
    r"VERSION|V|REV|KAP|APP|ANNEX|SEC(?:TION)?|STEP|ACTOR|STK)\b"
)
"""Ids of what is no requirement: assumptions, terms, figures, test cases, risks, questions, ..."""


def lists_criteria(section: str) -> bool:
    """Whether a heading announces acceptance criteria."""
    return _HEADING.search(section) is not None


def is_requirement_id(text: str) -> bool:
    """Whether a text, such as a locator, begins with a requirement's id: "REQ-12", "NFR-3"."""
    found = id_of(text)
    return found is not None and _OTHER_IDS.match(found.prefix.upper().rstrip("-_. ")) is None


def register_at(register: str, section: str, locator: str) -> str:
    """The register, or `CRITERIA` where the place makes a requirement of every plain statement."""
    return CRITERIA if lists_criteria(section) or is_requirement_id(locator) else register
