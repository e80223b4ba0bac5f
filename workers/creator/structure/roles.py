"""What tells definitions, list lead-ins, titles and the parts of an EU act by their words."""

from __future__ import annotations

import re
from typing import Final

_TERM: Final = r"[\"'„“”‚‘’»«][^\"'„“”‚‘’»«]{1,120}[\"'„“”‚‘’»«]"
_DEFINES: Final = re.compile(
    r"(?:In (?:this|diesem|dieser) \w+,?\s+)?"
    r"(?:(?:The terms?|Der Begriff|Die Begriffe|Als|An?|The|Eine?|Der|Die|Das)\s+)?"
    rf"{_TERM}(?:\s*\([^)]{{1,80}}\))?\s+"
    r"(?:(?:also\s+)?means?\b|shall mean\b|refers? to\b|is defined as\b|denotes?\b|are\b|is\b"
    r"|ist\b|sind\b|bezeichnet\b|bezeichnen\b|bedeutet\b|meint\b|umfasst\b|gilt\b|gelten\b|der Ausdruck\b)"
    r"|[„“\"].{1,120}[”“\"](?:\s*\([^)]{1,80}\))?\s*[:–—-]\s"
    r"|(?:Im Sinne (?:dieses|dieser|des|der)|For the purposes? of this)\b.{1,160}?"
    r"\b(?:ist|sind|bezeichnet|bezeichnen|bedeutet|means?|shall mean)\b",
)
_DEFINITIONS: Final = re.compile(
    r"\b(?:Begriffsbestimmung(?:en)?|Begriffsdefinition(?:en)?|Definition(?:en|s)?|Begriffe|Glossary?|Abkürzung(?:en|sverzeichnis)"
    r"|Terms and (?:definitions|abbreviations)|Defined terms|Abbreviations|Terminolog(?:y|ie))\b",
    re.I,
)
_DUTY: Final = re.compile(
    r"\b(?:muss|müssen|darf|dürfen|soll|sollen|sollte|sollten|verpflichtet|zu gewährleisten"
    r"|shall(?! mean| have the meaning| apply)|must|should|required to|may not)\b"
)
_OPEN_END: Final = re.compile(r"[:,;–—-]$")
_FOLLOWING: Final = re.compile(r"\b(?:following|folgend\w*|nachstehend\w*|nachfolgend\w*)\b", re.I)
_CAPTION: Final = re.compile(r"(?:Tab(?:elle|le|\.)|Abb(?:ildung|\.)|Figure|Fig\.) ?\d", re.I)
_TITLE_STOP: Final = re.compile(r"[.;:,!?]$")

WHEREAS: Final = re.compile(
    r"(?:Whereas(?: Clauses)?|Recitals|in Erwägung nachstehender Gründe|Erwägungsgründe)[:,]?$", re.I
)
ADOPTED: Final = re.compile(r"HA(?:VE|S) ADOPTED THIS|HA(?:BEN|T) FOLGENDE[NS]?\b.*\bERLASSEN", re.I)
JOURNAL: Final = re.compile(r"\b(?:OJ|ABl\.)\s?(?:[LC]\s?\d|EU\b)")


def is_definition(text: str, heading: str) -> bool:
    """Whether a paragraph defines a term, by its own words or because its section does nothing else."""
    if _DEFINES.match(text):
        return True
    return bool(_DEFINITIONS.search(heading)) and not _DUTY.search(text)


def defines(text: str) -> bool:
    """Whether a paragraph opens with a defined term."""
    return _DEFINES.match(text) is not None


def opens_list(text: str) -> bool:
    """Whether a paragraph before an item opens the list: it ends open, or speaks of what follows."""
    if _OPEN_END.search(text) or not text.endswith((".", "!", "?")):
        return True
    return _FOLLOWING.search(text[-160:]) is not None


def is_title(text: str, longest: int = 160) -> bool:
    """Whether a paragraph reads as a heading: short, no stop at its end, no duty in it, no table's caption."""
    if _CAPTION.match(text) or not text or len(text) > longest or not any(map(str.isalpha, text)) or text[0].islower():
        return False
    if _TITLE_STOP.search(text) and not re.search(r"(?:[Nn]r|Abs|etc|[A-Z])\.$", text):
        return False
    return len(text.split()) < 6 or not _DUTY.search(text)


def states_duty(text: str) -> bool:
    """Whether a duty word stands in it."""
    return _DUTY.search(text) is not None
