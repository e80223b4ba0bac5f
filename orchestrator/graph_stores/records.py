"""A fact with all that is known of it, as it travels between stores; and how Neo4j keeps its properties."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orchestrator.domain.graph import Edge, EdgeType, Node, NodeType

OWN = frozenset({"key", "fence", "assertedBy", "sourceJobId", "restJson"})
"""Properties in Neo4j that are the store's: which write it was, which jobs assert the fact, who came first."""
LARGEST = 2**63


@dataclass(frozen=True, slots=True)
class Record:
    """A node or an edge, the job that made it (None: the domain model), and the jobs that assert it, in order."""

    fact: Node | Edge
    made_by: str | None
    asserted_by: tuple[str, ...]


def node_key(record: Record) -> str:
    """A node's key."""
    assert isinstance(record.fact, Node)  # noqa: S101 - callers pass nodes
    return record.fact.key


def edge_name(record: Record) -> tuple[str, str, str]:
    """An edge's source, destination and type."""
    assert isinstance(record.fact, Edge)  # noqa: S101 - callers pass edges
    return (record.fact.source, record.fact.destination, record.fact.type.value)


def packed(record: Record, fence: int) -> dict[str, Any]:
    """What Neo4j stores: plain values and lists of one plain kind as they are, the rest as one JSON text, lossless."""
    properties = record.fact.properties
    plain = {name: value for name, value in properties.items() if name not in OWN and _storable(value)}
    rest = {name: value for name, value in properties.items() if name not in plain}
    packed: dict[str, Any] = plain | {"fence": fence, "assertedBy": list(record.asserted_by)}
    if isinstance(record.fact, Node):
        packed["key"] = record.fact.key
    if record.made_by is not None:
        packed["sourceJobId"] = record.made_by
    if rest:
        packed["restJson"] = json.dumps(rest, ensure_ascii=False, sort_keys=True)
    return packed


def node_record(row: Mapping[str, Any]) -> Record:
    """A record from `{key, type, properties}` as Neo4j has it."""
    node = Node(row["key"], NodeType(row["type"]), _unpacked(row["properties"]))
    return _record(node, row["properties"])


def edge_record(row: Mapping[str, Any]) -> Record:
    """A record from `{source, destination, type, properties}` as Neo4j has it."""
    edge = Edge(row["source"], row["destination"], EdgeType(row["type"]), _unpacked(row["properties"]))
    return _record(edge, row["properties"])


def shown(record: Record) -> Node:
    """A node as the contract shows it: with `sourceJobId`."""
    source = {"sourceJobId": record.made_by} if record.made_by else {}
    assert isinstance(record.fact, Node)  # noqa: S101 - callers pass nodes
    return Node(record.fact.key, record.fact.type, {**record.fact.properties, **source})


def _record(fact: Node | Edge, properties: Mapping[str, Any]) -> Record:
    return Record(fact, properties.get("sourceJobId"), tuple(properties.get("assertedBy", ())))


def _unpacked(properties: Mapping[str, Any]) -> dict[str, Any]:
    plain = {name: value for name, value in properties.items() if name not in OWN}
    rest: dict[str, Any] = json.loads(properties.get("restJson", "{}"))
    return plain | rest


def _storable(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return len({type(item) for item in value}) <= 1 and all(map(_plain, value))
    return _plain(value)


def _plain(value: Any) -> bool:
    if isinstance(value, int):
        return -LARGEST <= value < LARGEST
    return isinstance(value, str | float)
