"""The graph."""

from __future__ import annotations

from typing import Any, TypedDict


class Node(TypedDict):
    """A node of the graph: a requirement by its rid, a business object by its boid, a message by its mid."""

    key: str
    type: str
    properties: dict[str, Any]


class Edge(TypedDict):
    """An edge of the graph; `properties` is its evidence."""

    source: str
    type: str
    destination: str
    properties: dict[str, Any]


class Neighbours(TypedDict):
    """A node, its edges, and the nodes at their other ends."""

    node: Node
    edges: list[Edge]
    nodes: list[Node]


class GraphCounts(TypedDict):
    """Nodes and edges by type; a type that has none is left out."""

    nodes: dict[str, int]
    edges: dict[str, int]
    behind: int
    """Writes that have not reached Neo4j yet; 0 without Neo4j."""


class Loaded(TypedDict):
    """What a domain-model file holds."""

    business_objects: int
    messages: int
    relations: int


class Gate(TypedDict):
    """What one quality gate found; `severity` is error, warning or info."""

    name: str
    severity: str
    meaning: str
    count: int
    examples: list[str]


class Gates(TypedDict):
    """All quality gates; `passed` unless one of severity error found something."""

    passed: bool
    gates: list[Gate]


class Preview(TypedDict):
    """What integrating a job does; `conflict` says why it would be refused."""

    adds: int
    merges: int
    edges: int
    touches: int
    conflict: str | None


class Assertions(TypedDict):
    """What a job asserts: all, and what no other job does; `touched` are objects and messages."""

    nodes: int
    own_nodes: int
    edges: int
    own_edges: int
    touched: int
