"""Edges between requirements, and facts put together."""

from __future__ import annotations

import random
import time

from orchestrator.domain.graph import Edge, EdgeType, GraphFacts, Node, NodeType
from workers.validator.integration import MOST_TARGETS, Placed, link, merge


def placed(
    number: int, locator: str, text: str = "Das ist zu tun.", quote: str = "", start: int | None = None
) -> Placed:
    return Placed(f"R-{number}", text, quote or text, (locator,), number if start is None else start)


def pairs(requirements: list[Placed], kind: EdgeType) -> list[tuple[str, str]]:
    return [(edge.source, edge.destination) for edge in link(requirements).edges if edge.type is kind]


def test_an_item_refines_its_lead_in() -> None:
    lead = placed(1, "Rz. 7", "Folgende Fristen sind zu beachten:")
    item = placed(2, "Rz. 7", "Folgende Fristen sind zu beachten: die Frist für Belege;", "die Frist für Belege;")
    (edge,) = link([item, lead]).edges
    assert (edge.source, edge.destination, edge.type) == ("R-2", "R-1", EdgeType.REFINES)
    assert edge.properties == {"by": "lead_in", "words": "Folgende Fristen sind zu beachten:"}


def test_a_point_refines_what_stands_around_it() -> None:
    requirements = [placed(1, "§ 5 Abs. 2"), placed(2, "§ 5 Abs. 2 Nr. 1"), placed(3, "§ 5 Abs. 3 Nr. 1")]
    assert pairs(requirements, EdgeType.REFINES) == [("R-2", "R-1")]


def test_of_several_around_it_the_last_before_it_is_refined() -> None:
    requirements = [placed(1, "3"), placed(2, "3"), placed(3, "3.1"), placed(4, "3")]
    assert pairs(requirements, EdgeType.REFINES) == [("R-3", "R-2")]


def test_a_citation_is_a_dependency_with_its_words() -> None:
    requirements = [placed(1, "Rz. 58"), placed(2, "Rz. 59", "Veränderungen sind nach Rz. 58 zu protokollieren.")]
    (edge,) = link(requirements).edges
    assert (edge.source, edge.destination, edge.type) == ("R-2", "R-1", EdgeType.DEPENDS_ON)
    assert edge.properties == {"by": "citation", "words": [[24, 30]], "cited": "Rz. 58", "locator": "Rz. 58"}


def test_a_cited_place_without_requirement_gives_those_below_it() -> None:
    requirements = [placed(1, "Art. 5(1)"), placed(2, "Art. 5(2)"), placed(3, "Art. 9", "As Article 5 demands, ...")]
    assert pairs(requirements, EdgeType.DEPENDS_ON) == [("R-3", "R-1"), ("R-3", "R-2")]


def test_no_edge_without_evidence() -> None:
    requirements = [
        placed(1, "Rz. 1", "Nach Rz. 1 und § 146 AO ist zu verfahren."),
        placed(2, "", "Dies ist nach Rz. 999 zu tun."),
        placed(3, "Rz. 11"),
    ]
    assert link(requirements).edges == ()


def test_a_cited_chapter_is_no_dependency() -> None:
    many = [placed(number, f"Art. 5({number})") for number in range(1, MOST_TARGETS + 2)]
    assert pairs([*many, placed(99, "Art. 9", "As Article 5 demands.")], EdgeType.DEPENDS_ON) == []


def test_the_order_of_the_input_does_not_matter() -> None:
    requirements = [
        placed(number, f"{number // 9}.{number % 9}", f"Siehe Abschnitt {number // 5}.") for number in range(90)
    ]
    shuffled = random.Random(4).sample(requirements, len(requirements))  # noqa: S311 - chances of a test, no secret
    assert link(shuffled) == link(requirements)
    assert len(link(requirements).edges) > 50


def test_time_grows_with_the_number_of_requirements_not_its_square() -> None:
    def seconds(count: int) -> float:
        text = "Das ist nach Rz. 7 und Rzn. 3 bis 5 zu tun."
        requirements = [placed(number, f"Rz. {number // 2}", text) for number in range(count)]
        begin = time.process_time()
        link(requirements)
        return time.process_time() - begin

    seconds(200)
    assert seconds(5_000) < 40 * seconds(500) + 0.5


def test_merged_facts_are_unique_and_sorted() -> None:
    nodes = [Node(key, NodeType.REQUIREMENT) for key in ("R-2", "R-1")]
    edges = [Edge("R-2", "BO", EdgeType.RELATES_TO_OBJECT), Edge("R-1", "BO", EdgeType.RELATES_TO_OBJECT)]
    facts = merge([GraphFacts((nodes[0],), (edges[0],)), GraphFacts(tuple(nodes), tuple(edges))])
    assert facts == GraphFacts((nodes[1], nodes[0]), (edges[1], edges[0]))
