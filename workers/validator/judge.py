"""The verdict on one requirement: integrated with its facts, or rejected with a reason. Pure: no database, no clock."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from orchestrator.domain.graph import Edge, EdgeType, GraphFacts, Node, NodeType
from orchestrator.domain.requirement import RequirementStatus
from workers.creator.criteria import register_at
from workers.validator import fulfilment, proposals, quality
from workers.validator.classification import Finding, classify
from workers.validator.fulfilment import Fulfilment, Result
from workers.validator.matching import Match, ModelIndex
from workers.validator.proposals import ProposedMatch
from workers.validator.rules import Kind

LONGEST_JUDGED = 4_000
"""Characters of a statement that are looked at: some patterns take time with the square of the length."""

ACCEPTED = Finding("review.accepted", None)
"""What a reviewer found."""

_ENDS_OF = {
    NodeType.BUSINESS_OBJECT: (
        EdgeType.RELATES_TO_OBJECT,
        EdgeType.IMPACTS_OBJECT,
        EdgeType.FULFILLED_BY_OBJECT,
        EdgeType.NOT_FULFILLED_BY_OBJECT,
    ),
    NodeType.MESSAGE: (
        EdgeType.RELATES_TO_MESSAGE,
        EdgeType.IMPACTS_MESSAGE,
        EdgeType.FULFILLED_BY_MESSAGE,
        EdgeType.NOT_FULFILLED_BY_MESSAGE,
    ),
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A requirement as the validator sees it.

    Attributes:
        rid: its id and graph key.
        name: the short name shown.
        text: `requirement_text`: the full statement, for a list item the lead-in and the item.
        quote: the words of the document.
        grounded: whether `quote` is what the document says at the place given.
        language: "de" or "en".
        register: as `workers.creator.register` names them; None if unknown, then the locator's form tells it.
        locator, section: where it stands; "" if unknown.
        modality, type, priority: as stored; they are carried to the graph and never believed in the judgement.
        source_document: file name, for the graph.
        numbered: whether a requirement's id names it.
        gobd, gdpr: whether it is relevant for these; None where nothing tells. For the graph as well.
    """

    rid: str
    name: str
    text: str
    quote: str
    grounded: bool
    language: str
    register: str | None = None
    locator: str = ""
    section: str = ""
    modality: str | None = None
    type: str | None = None
    priority: str | None = None
    source_document: str = ""
    numbered: bool = False
    gobd: bool | None = None
    gdpr: bool | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is stored with the requirement, under the names of its columns, and what goes to the graph.

    Attributes:
        status: integrated or rejected.
        rejection_reason: "<rule id>: <sentence>"; None if integrated.
        rule: id of the rule that decided either way.
        quality: per characteristic of ISO/IEC/IEEE 29148 findings or "not checked".
        objects, messages: what the text mentions, ordered by key.
        fulfilment, gap, evidence: None for a rejected one.
        facts: empty for a rejected one.
    """

    status: RequirementStatus
    rejection_reason: str | None
    rule: str
    quality: dict[str, Any]
    objects: tuple[Match, ...] = ()
    messages: tuple[Match, ...] = ()
    fulfilment: str | None = None
    gap: str | None = None
    evidence: tuple[dict[str, Any], ...] | None = None
    facts: GraphFacts = field(default_factory=GraphFacts)


def judge(
    candidate: Candidate, index: ModelIndex, *, accepted: bool = False, proposed: Sequence[ProposedMatch] = ()
) -> Verdict:
    """Reject what is no requirement or not grounded; else match it with the model and assess its fulfilment.

    Args:
        candidate: the requirement.
        index: the domain model.
        accepted: a reviewer says that it is one; it must be grounded all the same.
        proposed: by a language model; what the domain model does not bear out is dropped.
    """
    text, language = candidate.text[:LONGEST_JUDGED], candidate.language
    finding = _grounding(candidate) or (ACCEPTED if accepted else _class_of(candidate, text))
    words = quality.assess(text, language)
    if finding.kind is not None:
        return Verdict(RequirementStatus.REJECTED, finding.reason, finding.rule, words)
    matches = index.match(text, language)
    grounded = proposals.ground(text, matches, proposed, index)
    assessed = grounded.assess(fulfilment.assess(text, language, matches, index), index)
    matches = tuple(sorted((*matches, *grounded.matches), key=lambda match: match.key))
    return Verdict(
        status=RequirementStatus.INTEGRATED,
        rejection_reason=None,
        rule=finding.rule,
        quality=words,
        objects=tuple(match for match in matches if match.type is NodeType.BUSINESS_OBJECT),
        messages=tuple(match for match in matches if match.type is NodeType.MESSAGE),
        fulfilment=assessed.result,
        gap=assessed.gap,
        evidence=assessed.evidence,
        facts=GraphFacts((_node(candidate),), tuple(_edges(candidate, matches, assessed))),
    )


def _class_of(candidate: Candidate, text: str) -> Finding:
    register = register_at(candidate.register or "", candidate.section, numbered=candidate.numbered)
    return classify(text, candidate.language, register or None, candidate.locator)


def _grounding(candidate: Candidate) -> Finding | None:
    if candidate.grounded and candidate.quote.strip():
        return None
    return Finding("grounding.quote", Kind.GROUNDING)


def _node(candidate: Candidate) -> Node:
    known = {
        "name": candidate.name,
        "text": candidate.text,
        "modality": candidate.modality,
        "type": candidate.type,
        "priority": candidate.priority,
        "sourceDocument": candidate.source_document or None,
        "locator": candidate.locator or None,
        "section": candidate.section or None,
        "gobdRelevant": candidate.gobd,
        "gdprRelevant": candidate.gdpr,
    }
    properties = {name: value for name, value in known.items() if value is not None}
    return Node(candidate.rid, NodeType.REQUIREMENT, properties)


def _edges(candidate: Candidate, matches: tuple[Match, ...], assessed: Fulfilment) -> Iterator[Edge]:
    for match in matches:
        relates, impacts, fulfilled, not_fulfilled = _ENDS_OF[match.type]
        result = assessed.by_object.get(match.key)
        evidence: dict[str, Any] = match.to_json()
        yield Edge(candidate.rid, match.key, relates, evidence)
        if result is None:
            continue
        path = [entry for entry in assessed.evidence if entry["object"] == match.key]
        with_path = {**evidence, "path": path}
        if result is not Result.FULFILLED:  # the object must change to satisfy the requirement
            yield Edge(candidate.rid, match.key, impacts, with_path)
        if result is not Result.PARTIALLY_FULFILLED:
            kind = fulfilled if result is Result.FULFILLED else not_fulfilled
            yield Edge(candidate.rid, match.key, kind, with_path)
