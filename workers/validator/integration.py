"""What requirements have to do with one another, told from their places and citations alone; and facts put together."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from orchestrator.domain.graph import Edge, EdgeType, GraphFacts
from orchestrator.domain.requirement import fold
from workers.validator.locators import Citation, Place, citations, parse

MOST_TARGETS = 20
"""Requirements linked for one citation: "Artikel 5" may have many, and a chapter cited is no dependency."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An integrated requirement and where it stands.

    Attributes:
        rid: its key.
        text: `requirement_text`.
        quote: the words of its first citation.
        locators: of all its citations, the first one first.
        start: offset of its first citation.
    """

    rid: str
    text: str
    quote: str
    locators: tuple[str, ...]
    start: int = 0


@dataclass(frozen=True, slots=True)
class _Register:
    """Requirements by place, and all places in order."""

    by_place: dict[Place, list[Placed]] = field(default_factory=lambda: defaultdict(list))
    ordered: list[Place] = field(default_factory=list)

    @classmethod
    def of(cls, requirements: Iterable[Placed]) -> _Register:
        register = cls()
        for requirement in requirements:
            for place in _places(requirement):
                register.by_place[place].append(requirement)
        register.ordered.extend(sorted(register.by_place))
        return register

    def within(self, place: Place) -> Iterator[Placed]:
        """The requirements at a place or, if it has none itself, below it."""
        if place in self.by_place:
            yield from self.by_place[place]
            return
        number = bisect_left(self.ordered, place)
        while number < len(self.ordered) and self.ordered[number][: len(place)] == place:
            yield from self.by_place[self.ordered[number]]
            number += 1


def link(requirements: Sequence[Placed]) -> GraphFacts:
    """REFINES and DEPENDS_ON edges between the requirements of one document, each with its evidence.

    REFINES: a list item refines the lead-in that is a requirement itself; what stands at "§ 5 Abs. 2 Nr. 1"
    refines what stands at the nearest place around it. DEPENDS_ON: a text cites the place of another requirement.
    Equal input gives equal output; the time grows with the number of requirements and citations.
    """
    ordered = sorted(requirements, key=lambda item: (item.start, item.rid))
    register = _Register.of(ordered)
    leads = {fold(item.quote).rstrip(" :"): item for item in reversed(ordered) if item.quote.rstrip().endswith(":")}
    found: dict[tuple[str, str, EdgeType], Edge] = {}
    for item in ordered:
        for edge in (*_refines(item, leads, register), *_depends(item, register)):
            found.setdefault((edge.source, edge.destination, edge.type), edge)
    return GraphFacts((), tuple(sorted(found.values())))


def merge(facts: Iterable[GraphFacts]) -> GraphFacts:
    """Facts of many requirements as one sorted set, as `GraphStore.integrate` wants them once per transaction."""
    nodes: dict[str, Any] = {}
    edges: dict[tuple[str, str, str], Edge] = {}
    for some in facts:
        nodes.update((node.key, node) for node in some.nodes)
        edges.update(((edge.source, edge.destination, edge.type), edge) for edge in some.edges)
    return GraphFacts(tuple(nodes[key] for key in sorted(nodes)), tuple(edges[key] for key in sorted(edges)))


def _refines(item: Placed, leads: dict[str, Placed], register: _Register) -> Iterator[Edge]:
    if (lead := _lead_in(item, leads)) is not None:
        yield Edge(item.rid, lead.rid, EdgeType.REFINES, {"by": "lead_in", "words": lead.quote})
        return
    for place in _places(item)[:1]:
        if (parent := _around(item, place, register)) is not None:
            evidence = {"by": "locator", "locator": item.locators[0], "parent": parent.locators[0]}
            yield Edge(item.rid, parent.rid, EdgeType.REFINES, evidence)


def _lead_in(item: Placed, leads: dict[str, Placed]) -> Placed | None:
    """The requirement whose words open the item's text: lead-in and item are joined in `text`."""
    head = fold(item.text).removesuffix(fold(item.quote)).rstrip(" :")
    lead = leads.get(head) if head else None
    return lead if lead is not None and lead.rid != item.rid else None


def _around(item: Placed, place: Place, register: _Register) -> Placed | None:
    """The last requirement before the item at the nearest place that contains it."""
    for length in range(len(place) - 1, 1, -1):
        there: list[Placed] = register.by_place.get(place[:length], [])
        number = bisect_right(there, item.start, key=lambda other: other.start)
        for other in (*there[max(0, number - 2) : number][::-1], *there[:2]):
            if other.rid != item.rid:
                return other
    return None


def _depends(item: Placed, register: _Register) -> Iterator[Edge]:
    own = set(_places(item))
    for citation in citations(item.text):
        if citation.place in own:
            continue
        targets = {other.rid: other for other in register.within(citation.place) if other.rid != item.rid}
        if len(targets) <= MOST_TARGETS:
            yield from (_dependency(item, other, citation) for other in targets.values())


def _dependency(item: Placed, other: Placed, citation: Citation) -> Edge:
    start, end = citation.span
    evidence = {"by": "citation", "words": [[start, end]], "cited": item.text[start:end], "locator": other.locators[0]}
    return Edge(item.rid, other.rid, EdgeType.DEPENDS_ON, evidence)


def _places(item: Placed) -> list[Place]:
    return [place for locator in item.locators if (place := parse(locator)) is not None]
