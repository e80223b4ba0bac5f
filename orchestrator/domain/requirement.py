"""The requirement: its words, its id, and its life."""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum


class Modality(StrEnum):
    """The strength of a requirement, in the words of RFC 2119 and DIN 820-2."""

    OBLIGATION = "obligation"
    PROHIBITION = "prohibition"
    RECOMMENDATION = "recommendation"
    AUTHORITY_DUTY = "authority_duty"
    """A duty of a state body (supervisory authority, Commission, Finanzamt), not of the regulated party."""


class SentenceClass(StrEnum):
    """Classified and counted, never emitted as a requirement."""

    PERMISSION = "permission"
    RELIEF = "relief"
    CONDITION = "condition"
    DEFINITION = "definition"
    SCOPE = "scope"
    AUTHORITY_RIGHT = "authority_right"
    INFORMATION = "information"


class RequirementType(StrEnum):
    """What kind of thing the requirement asks for."""

    FUNCTIONAL = "functional"
    QUALITY = "quality"
    CONSTRAINT = "constraint"
    LEGAL = "legal"
    PROCESS = "process"


class RequirementStatus(StrEnum):
    """As stored. `validating` is shown while the validate step of a pending row runs; it is never stored."""

    PENDING = "pending"
    INTEGRATED = "integrated"
    REJECTED = "rejected"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Citation:
    """Words of the document, to the letter: `quote == text[start:end]`.

    `match` is "exact", or "repaired" where a model's quote was replaced by the source's own words.
    """

    quote: str
    start: int
    end: int
    page: int | None
    locator: str
    match: str = "exact"


@dataclass(frozen=True, slots=True)
class ExtractedRequirement:
    """What the creator knows of one requirement. What cannot be known is None or empty, never a constant.

    The names are those of the `requirements` table.

    Attributes:
        requirement_text: the full statement; for a list item, the lead-in and the item joined with a space.
        requirement_name: a short name (at most 80 characters) made from the statement's own words.
        priority: "high", "medium", "low", or None where the text does not tell.
        section: heading above the first citation.
        is_gobd_relevant, is_gdpr_relevant: None where neither document, norm nor glossary tells.
        research_notes: sentences with locators: matched norms, definitions used, related requirements; "" if none.
        citations: at least one; the first is where the requirement stands.
        confidence_score: calibrated probability in [0, 1] that this is a requirement.
        reasons: ids of the rules that decided.
        relevance: share in [0, 1] of the prompt's topic words that the requirement answers; None without such words.
        relevance_words: the words that made it.
        needs_review: true where the score lies between .5 and .7.
    """

    requirement_text: str
    requirement_name: str
    modality: Modality
    requirement_type: RequirementType | None
    priority: str | None
    section: str
    citations: tuple[Citation, ...]
    confidence_score: float
    reasons: tuple[str, ...]
    addressee: str | None = None
    is_gobd_relevant: bool | None = None
    is_gdpr_relevant: bool | None = None
    research_notes: str = ""
    mentioned_objects: tuple[str, ...] = ()
    mentioned_messages: tuple[str, ...] = ()
    relevance: float | None = None
    relevance_words: tuple[str, ...] = field(default=())
    needs_review: bool = False


_SPACE = re.compile(r"\s+")


def fold(text: str) -> str:
    """Text as compared: NFKC, case folded, soft hyphens and quotation marks removed, white space single."""
    text = unicodedata.normalize("NFKC", text).replace("\u00ad", "")
    text = re.sub("[\"'„“”‚‘’«»]", "", text)
    return _SPACE.sub(" ", text).strip().casefold()


def rid(document_sha256: str, locator: str, quote: str) -> str:
    """The requirement's id: `R-` and 10 base32 characters, equal over runs and revisions of one document."""
    digest = hashlib.sha256("\x1f".join((document_sha256, locator, fold(quote))).encode()).digest()
    return "R-" + base64.b32encode(digest)[:10].decode()
