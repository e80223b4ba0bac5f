"""What each quality gate lets through and what it holds up."""

from __future__ import annotations

from typing import Any

from orchestrator.domain.graph import Edge, EdgeType, Node, NodeType
from orchestrator.domain.graph_gates import GATES, MOST_EXAMPLES, GateKeeper

RID = "R-AAAAAAAAAA"
OBJECT, MESSAGE = "BO-Kunde", "MSG-Anfrage"


def found(nodes: list[Node], edges: list[Edge]) -> dict[str, Any]:
    keeper = GateKeeper()
    for node in nodes:
        keeper.see_node(node)
    for edge in edges:
        keeper.see_edge(edge)
    gates = keeper.gates()
    assert [gate.name for gate in gates] == list(GATES)
    return {gate.name: gate.examples for gate in gates if gate.count}


def requirement(key: str = RID, **properties: Any) -> Node:
    return Node(key, NodeType.REQUIREMENT, {"name": "Kunde erfassen", **properties})


MODEL = [
    Node(OBJECT, NodeType.BUSINESS_OBJECT, {"name": "Kunde"}),
    Node(MESSAGE, NodeType.MESSAGE, {"name": "Anfrage"}),
]
USES = Edge(MESSAGE, OBJECT, EdgeType.USES_OBJECT)
RELATES = Edge(RID, OBJECT, EdgeType.RELATES_TO_OBJECT)


def test_a_sound_graph_passes_all() -> None:
    impacts = Edge(RID, OBJECT, EdgeType.IMPACTS_OBJECT)
    assert found([*MODEL, requirement(gobdRelevant=True)], [USES, RELATES, impacts]) == {}


def test_what_has_nothing_to_do_with_anything_is_named() -> None:
    assert found([*MODEL, requirement(gobdRelevant=True)], []) == {
        "requirements_without_model": (RID,),
        "messages_without_object": (MESSAGE,),
        "gobd_without_impact": (RID,),
        "objects_without_requirement": (OBJECT,),
    }


def test_a_message_that_a_requirement_names_still_needs_its_object() -> None:
    assert found([*MODEL, requirement()], [RELATES, Edge(RID, MESSAGE, EdgeType.RELATES_TO_MESSAGE)]) == {
        "messages_without_object": (MESSAGE,)
    }


def test_unfulfilled_and_contradicting_pairs_are_named() -> None:
    both = [
        Edge(RID, OBJECT, EdgeType.FULFILLED_BY_OBJECT),
        Edge(RID, OBJECT, EdgeType.NOT_FULFILLED_BY_OBJECT),
    ]
    assert found([*MODEL, requirement()], [USES, RELATES, *both]) == {
        "contradictions": (f"{RID} {OBJECT}",),
        "unfulfilled": (RID,),
    }


def test_edges_that_do_not_fit_and_missing_ids_break_the_metamodel() -> None:
    wrong = Edge(RID, MESSAGE, EdgeType.RELATES_TO_OBJECT)
    broken = found([*MODEL, requirement(), requirement("R-1"), Node("BO-Leer", NodeType.BUSINESS_OBJECT, {})], [wrong])
    assert broken["relation_types"] == (f"{RID} RELATES_TO_OBJECT {MESSAGE}",)
    assert broken["mandatory_ids"] == ("BO-Leer", "R-1")


def test_examples_are_few_and_the_count_is_whole() -> None:
    keeper = GateKeeper()
    for number in range(50):
        keeper.see_node(requirement(f"R-{number:010d}".translate(str.maketrans("0189", "ABCD"))))
    gate = next(gate for gate in keeper.gates() if gate.name == "requirements_without_model")
    assert (gate.count, len(gate.examples)) == (50, MOST_EXAMPLES)
