"""Cypher that any text survives."""

from __future__ import annotations

import json
import re

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain import cypher
from orchestrator.domain.graph import Edge, EdgeType, Node, NodeType


@given(st.text())
def test_no_text_ends_its_literal(text: str) -> None:
    written = cypher.literal(text)
    assert re.fullmatch(r'"(?:[^"\\\n]|\\.)*"', written)
    assert json.loads(written) == text


def test_properties_are_what_a_property_graph_can_store() -> None:
    properties = {
        "name": "Kunde",
        "words": [[0, 5]],
        "aliases": ["Mieter"],
        "none": None,
        "mixed": [1, "a"],
    }
    assert cypher.flat(properties) == {
        "name": "Kunde",
        "words": "[[0, 5]]",
        "aliases": ["Mieter"],
        "mixed": '[1, "a"]',
    }


def test_a_script_has_constraints_then_nodes_then_edges() -> None:
    nodes = [Node("BO-Kunde", NodeType.BUSINESS_OBJECT, {"name": 'Der "Kunde"'})]
    edges = [Edge("MSG-Anfrage", "BO-Kunde", EdgeType.USES_OBJECT)]
    lines = list(cypher.script(nodes, edges))
    assert all(line.endswith(";\n") for line in lines)
    assert [line.split()[0] for line in lines] == ["CREATE"] * 3 + ["MERGE", "MATCH"]
    assert lines[3] == 'MERGE (n:BusinessObject {key: "BO-Kunde"}) SET n += {`name`: "Der \\"Kunde\\""};\n'
