"""The graph as Cypher statements that any Neo4j reads: one per line, safe to run twice."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from orchestrator.domain.graph import ENDS, Edge, Node, NodeType


def script(nodes: Iterable[Node], edges: Iterable[Edge]) -> Iterator[str]:
    """Constraints, then nodes, then edges; each line ends in a semicolon and a newline."""
    for kind in NodeType:
        yield f"CREATE CONSTRAINT {kind.lower()}_key IF NOT EXISTS FOR (n:{kind}) REQUIRE n.key IS UNIQUE;\n"
    for node in nodes:
        yield f"MERGE (n:{node.type} {{key: {literal(node.key)}}}) SET n += {literal(flat(node.properties))};\n"
    for edge in edges:
        start, end = ENDS[edge.type]
        yield (
            f"MATCH (a:{start} {{key: {literal(edge.source)}}}), (b:{end} {{key: {literal(edge.destination)}}}) "
            f"MERGE (a)-[e:{edge.type}]->(b) SET e += {literal(flat(edge.properties))};\n"
        )


def flat(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Properties as a property graph stores them: plain values and lists of one plain kind; the rest as JSON text."""
    return {name: _storable(value) for name, value in properties.items() if value is not None}


def literal(value: Any) -> str:
    """A value as Cypher writes it. Strings are escaped, so that no text can end its statement."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_name(name)}: {literal(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(literal, value)) + "]"
    return json.dumps(value)


def _storable(value: Any) -> Any:
    if isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, list | tuple) and len({type(item) for item in value}) <= 1 and _plain(value):
        return list(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _plain(values: Iterable[Any]) -> bool:
    return all(isinstance(value, str | bool | int | float) for value in values)


def _name(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"
