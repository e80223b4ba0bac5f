"""Tables that tell of the document itself: a change history speaks of requirements and states none."""

from __future__ import annotations

import re
from collections.abc import Sequence

from orchestrator.domain.document import Passage, Role

_VERSION = re.compile(r"\b(?:Version|Rev(?:ision|\.)?|Release|Fassung|Stand|Ausgabe)\b", re.IGNORECASE)
_CHANGE = re.compile(
    r"\b(?:Changes?|Description|Comments?|Änderung(?:en)?|Beschreibung|Anlass|Bemerkung)\b", re.IGNORECASE
)
_DATE = re.compile(r"\b(?:Date|Author|Datum|Autor(?:in)?|Verfasser(?:in)?|Bearbeiter(?:in)?)\b", re.IGNORECASE)


def history_rows(text: str, passages: Sequence[Passage]) -> frozenset[int]:
    """Starts of the rows of tables whose first row names a version and either a change or a date."""
    found: set[int] = set()
    previous, inside = Role.BODY, False
    for passage in passages:
        if passage.role is Role.TABLE:
            if previous is not Role.TABLE:
                inside = _is_history(text[passage.start : passage.end])
            if inside:
                found.add(passage.start)
        previous = passage.role
    return frozenset(found)


def _is_history(header: str) -> bool:
    return bool(_VERSION.search(header)) and bool(_CHANGE.search(header) or _DATE.search(header)) and len(header) < 120
