"""What a prompt asks for: places become the scope, kinds become modalities, the other words make relevance."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orchestrator.domain.requirement import Modality

from .places import Place, parse_scope, without_places
from .vocabulary import KIND_WORDS, answers, content_words, language_of, stems

__all__ = ["Brief", "Place", "parse_scope", "understand"]

_DUTIES = (Modality.OBLIGATION, Modality.PROHIBITION)
_KINDS: tuple[tuple[re.Pattern[str], tuple[Modality, ...]], ...] = (
    (re.compile(r"\b(?:duty|duties|Pflicht|Pflichten)\b", re.IGNORECASE), _DUTIES),
    (re.compile(r"\b(?:obligations?|Verpflichtung(?:en)?|Gebote?n?)\b", re.IGNORECASE), (Modality.OBLIGATION,)),
    (
        re.compile(
            r"\b(?:prohibitions?|bans?|Verbote?n?|forbidden|prohibited|not allowed|untersagt|unzulässig)\b",
            re.IGNORECASE,
        ),
        (Modality.PROHIBITION,),
    ),
    (
        re.compile(r"\b(?:recommendations?|recommended|Empfehlung(?:en)?|empfohlen|should)\b", re.IGNORECASE),
        (Modality.RECOMMENDATION,),
    ),
    (
        re.compile(
            r"\b(?:authority duties|duties of (?:the )?(?:\w+ )?authorit(?:y|ies)|Behördenpflichten"
            r"|Pflichten der (?:\w+ )?\w*[Bb]ehörden?)\b",
            re.IGNORECASE,
        ),
        (Modality.AUTHORITY_DUTY,),
    ),
)
_ALL_KINDS = re.compile(
    r"\b(?:requirements?|Anforderung(?:en)?|Vorgaben?|Regeln?|Regelung(?:en)?|rules?|Vorschrift(?:en)?)\b",
    re.IGNORECASE,
)
_ONLY = re.compile(r"\b(?:only|just|nur|ausschließlich|lediglich)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Brief:
    """A prompt as understood.

    Attributes:
        scope: places; empty means the whole document.
        kinds: modalities wanted; empty means all.
        topics: the other content words, lower case.
        language: "de" or "en", of the prompt.
    """

    scope: tuple[Place, ...] = ()
    kinds: tuple[Modality, ...] = ()
    topics: tuple[str, ...] = ()
    language: str = "en"

    def wants(self, modality: Modality) -> bool:
        """Whether requirements of this modality are asked for."""
        return not self.kinds or modality in self.kinds

    def covers(self, locator: str, path: tuple[str, ...] = ()) -> bool:
        """Whether a passage lies within the scope."""
        return not self.scope or any(place.covers(locator, path) for place in self.scope)

    def relevance(self, text: str, language: str) -> tuple[float | None, tuple[str, ...]]:
        """Share of the topic words that a text answers, and those words; None where the prompt has none."""
        if not self.topics:
            return None, ()
        found = frozenset(stems(text, language))
        hit = tuple(topic for topic in self.topics if answers(topic, found, language))
        return round(len(hit) / len(self.topics), 3), hit

    def words(self) -> str:
        """How the prompt was understood, for a person."""
        scope = ", ".join(map(str, self.scope)) if self.scope else "the whole document"
        kinds = (
            ", ".join(kind.value.replace("_", " ") + "s" for kind in self.kinds).replace("dutys", "duties")
            if self.kinds
            else "all kinds"
        )
        topics = (
            f"relevance by the words: {', '.join(self.topics)}" if self.topics else "no topic words, so no relevance"
        )
        return f"Searched: {scope}; reported: {kinds}; {topics}."

    def to_json(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "scope": [place.to_json() for place in self.scope],
            "kinds": [kind.value for kind in self.kinds],
            "topics": list(self.topics),
            "language": self.language,
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Brief:
        """The inverse of `to_json`."""
        return cls(
            scope=tuple(Place(**place) for place in row.get("scope", ())),
            kinds=tuple(Modality(kind) for kind in row.get("kinds", ())),
            topics=tuple(row.get("topics", ())),
            language=row.get("language", "en"),
        )


def understand(prompt: str, language: str) -> Brief:
    """Read a prompt; pure.

    "Duties" ("Pflichten") asks for obligations and prohibitions. A general word ("requirements", "Anforderungen")
    beside a kind asks for all kinds, unless "only" ("nur") narrows it: leaving something out must be asked for.

    Args:
        prompt: what the user wrote, German or English.
        language: the document's language, used where the prompt's own does not show.
    """
    own = language_of(prompt, language)
    rest = without_places(prompt)
    topics = tuple(word for word in content_words(rest, own) if word not in KIND_WORDS)
    return Brief(scope=parse_scope(prompt), kinds=_kinds(rest), topics=topics, language=own)


def _kinds(prompt: str) -> tuple[Modality, ...]:
    authority = _KINDS[-1][0].search(prompt)
    if authority:
        prompt = prompt.replace(authority[0], " ")
    wanted = {kind for pattern, kinds in _KINDS if pattern.search(prompt) for kind in kinds}
    wanted |= {Modality.AUTHORITY_DUTY} if authority else set()
    if _ALL_KINDS.search(prompt) and not _ONLY.search(prompt):
        return ()
    return tuple(kind for kind in Modality if kind in wanted)
