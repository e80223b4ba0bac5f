# ruff: noqa: E501  (a pattern is read on one line)
"""The sentences that open lists: whether their items carry their duty, or only list its conditions."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from orchestrator.domain.document import Passage, Role, Span
from orchestrator.domain.requirement import Modality, SentenceClass

from .judgement import Judgement
from .rules.german_words import ZU

_ALTERNATIVES = re.compile(
    r"\b(?:einer|eine|eines|mindestens eine[rs]?|wenigstens eine[rs]?|einem|einen) der (?:folgend|nachstehend|nachfolgend)\w*|\b(?:one|any|either) of the (?:following|below)\b"
    r"|\b(?:folgende[nr]?|nachstehende[nr]?) (?:\w+ )?(?:Fälle?n?|Gründe?n?)\b|\bfollowing (?:\w+ )?(?:cases|grounds|circumstances|reasons)\b"
    r"|\b(?:wenn|sofern|soweit|falls|if|when|where|unless|provided that|es sei denn|insofar as|to the extent that)\s*[,:]?\s*$",
    re.IGNORECASE,
)
_CONDITIONS = re.compile(
    r"\b(?:folgende[nr]?|nachstehende[nr]?|following) (?:\w+ )?(?:Voraussetzung(?:en)?|Bedingung(?:en)?|conditions|prerequisites)\b",
    re.IGNORECASE,
)
_TO_MEET = re.compile(
    r"\b(?:zu (?:beachten|erfüllen|schaffen)|einzuhalten|müssen|muss|shall|must|meet|fulfil|comply|satisfy)\b",
    re.IGNORECASE,
)
_MEETS_IF = re.compile(r"\b(?:if|wenn|sofern|nur|only|unter)\b", re.IGNORECASE)
_OPEN_VERB = re.compile(
    r"\b(?:hat|haben|ist|sind)\b[^,;:]{0,80}:\s*$|\b(?:has|have|is|are)(?: \w+){0,3}:\s*$", re.IGNORECASE
)
_OPEN_MODAL = re.compile(
    r"\b(?:must|shall|should|will|may|may not|cannot|can|(?:has|have|needs?) to|(?:required|obliged|obligated|expected|advised|agrees|undertakes) to)(?: (?:not|only|also|always|never))?\s*[:…—–-]*\s*$",
    re.IGNORECASE,
)
_INFINITIVE = re.compile(rf"^to \w+|{ZU}(?:[ ,;.]*(?:und|oder|sowie)?)[ ,;.]*$")
_EXCLUDING = frozenset({SentenceClass.RELIEF, SentenceClass.DEFINITION, SentenceClass.SCOPE, SentenceClass.PERMISSION})
_RULING = (*Modality, SentenceClass.RELIEF, SentenceClass.PERMISSION, SentenceClass.AUTHORITY_RIGHT)
_DEPTH = 4


@dataclass(frozen=True, slots=True)
class Lead:
    """What stands over an item.

    Attributes:
        spans: the sentences that open the list, outermost first.
        judgement: the verdict on the outermost that is a requirement, else on the innermost.
        shared: the items carry its duty.
        rules_verbs: it has a modal or another rule of its own, so that an infinitive below belongs to it.
        excludes: it is a relief, a definition or the like: an item needs a plain duty of its own.
    """

    spans: tuple[Span, ...]
    judgement: Judgement
    shared: bool
    excludes: bool
    rules_verbs: bool


def completed(lead: str, item: str) -> str | None:
    """One sentence of a lead-in that lacks its infinitive and an item that brings it; None where that is not so.

    "Nach einem Unfall hat der Mitarbeiter:" and "den Schaden zu melden;" state a duty only together, and so do
    "The porter must:" and "lock the gate;".
    """
    if not (_OPEN_MODAL.search(lead) or (_OPEN_VERB.search(lead) and _INFINITIVE.search(item))):
        return None
    return f"{lead.rstrip().rstrip(':')} {item}"


class Leads:
    """The lead-ins of one part, judged once each."""

    def __init__(self, text: str, passages: Sequence[Passage], judge: Callable[[Span], Judgement]) -> None:
        self._text = text
        self._judge_span = judge
        self._passages = passages
        self._items = {passage.lead_in for passage in passages if passage.role is Role.ITEM and passage.lead_in}
        self._judged: dict[Span, Judgement] = {}

    def home(self, span: Span) -> Passage | None:
        """The passage in which a lead-in stands, where it is in this part."""
        return next((p for p in self._passages if p.start <= span[0] < p.end), None)

    def carries(self, span: Span) -> bool:
        """Whether this sentence opens a list whose items carry its duty, so that it is no requirement of its own."""
        lead_in = next((lead for lead in self._items if lead[0] < span[1] and span[0] < lead[1]), None)
        if lead_in is None:
            return False
        judgement = self._judge(lead_in)
        return judgement.is_requirement and self._is_shared(lead_in)

    def over(self, passage: Passage) -> Lead | None:
        """What stands over an item; None for anything else."""
        if passage.role is not Role.ITEM or passage.lead_in is None:
            return None
        chain = self._chain(passage)
        judged = [self._judge(span) for span in chain]
        duty = next((judgement for judgement in judged if judgement.is_requirement), None)
        shared = duty is not None and all(self._is_shared(span) for span in chain)
        deciding = duty or judged[-1]
        excludes = duty is None and any(judgement.sentence_class in _EXCLUDING for judgement in judged)
        return Lead(chain, deciding, shared, excludes, any(judgement.hits.of(*_RULING) for judgement in judged))

    def _chain(self, passage: Passage) -> tuple[Span, ...]:
        spans: list[Span] = []
        current: Passage | None = passage
        while current is not None and current.lead_in is not None and len(spans) < _DEPTH:
            spans.insert(0, current.lead_in)
            above = self.home(current.lead_in)
            current = above if above is not current and above is not None and above.role is Role.ITEM else None
        return tuple(spans)

    def _judge(self, span: Span) -> Judgement:
        if span not in self._judged:
            self._judged[span] = self._judge_span(span)
        return self._judged[span]

    def _is_shared(self, span: Span) -> bool:
        """Items of alternatives and conditions do not carry the duty: "lawful only if one of the following applies"."""
        lead = " ".join(self._text[span[0] : span[1]].split())
        if _ALTERNATIVES.search(lead):
            return False
        return not _CONDITIONS.search(lead) or (bool(_TO_MEET.search(lead)) and not _MEETS_IF.search(lead))
