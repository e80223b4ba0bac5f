"""Properties survive the way to Neo4j and back."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from orchestrator.domain.graph import Edge, EdgeType, Node, NodeType
from orchestrator.graph_stores.records import OWN, Record, edge_record, node_record, packed

PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
JSON = st.recursive(PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3))
PROPERTIES = st.dictionaries(st.text() | st.sampled_from(sorted(OWN)), JSON, max_size=5)
JOBS = st.lists(st.uuids().map(str), max_size=3, unique=True).map(sorted).map(tuple)


def kept(record: Record) -> tuple[Any, ...]:
    return (record.fact, dict(record.fact.properties), record.made_by, record.asserted_by)


@settings(max_examples=150)
@given(PROPERTIES, JOBS)
def test_nothing_is_lost_on_the_way(properties: dict[str, Any], jobs: tuple[str, ...]) -> None:
    made_by = jobs[0] if jobs else None
    node = Record(Node("R-1", NodeType.REQUIREMENT, properties), made_by, jobs)
    edge = Record(Edge("R-1", "BO-1", EdgeType.IMPACTS_OBJECT, properties), made_by, jobs)
    place = {"source": "R-1", "destination": "BO-1", "type": "IMPACTS_OBJECT"}
    assert kept(node_record({"key": "R-1", "type": "Requirement", "properties": packed(node, 7)})) == kept(node)
    assert kept(edge_record({**place, "properties": packed(edge, 7)})) == kept(edge)


@given(PROPERTIES)
def test_a_property_of_neo4j_is_plain_or_a_list_of_one_kind(properties: dict[str, Any]) -> None:
    stored = packed(Record(Node("R-1", NodeType.REQUIREMENT, properties), None, ()), 7)
    assert (stored["key"], stored["fence"]) == ("R-1", 7)
    for value in stored.values():
        items = value if isinstance(value, list) else [value]
        assert len({type(item) for item in items}) <= 1
        assert all(isinstance(item, str | bool | int | float) for item in items)
        assert all(abs(item) <= 2**63 for item in items if isinstance(item, int))
