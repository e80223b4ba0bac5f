"""The graph's metamodel: which nodes and edges exist and which of them exclude each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class NodeType(StrEnum):
    """The key of a node is its rid, boid or mid."""

    REQUIREMENT = "Requirement"
    BUSINESS_OBJECT = "BusinessObject"
    MESSAGE = "Message"


class EdgeType(StrEnum):
    REFINES = "REFINES"
    DEPENDS_ON = "DEPENDS_ON"
    TRACES_TO = "TRACES_TO"
    SUPERSEDES = "SUPERSEDES"
    RELATES_TO_OBJECT = "RELATES_TO_OBJECT"
    IMPACTS_OBJECT = "IMPACTS_OBJECT"
    FULFILLED_BY_OBJECT = "FULFILLED_BY_OBJECT"
    NOT_FULFILLED_BY_OBJECT = "NOT_FULFILLED_BY_OBJECT"
    RELATES_TO_MESSAGE = "RELATES_TO_MESSAGE"
    IMPACTS_MESSAGE = "IMPACTS_MESSAGE"
    FULFILLED_BY_MESSAGE = "FULFILLED_BY_MESSAGE"
    NOT_FULFILLED_BY_MESSAGE = "NOT_FULFILLED_BY_MESSAGE"
    USES_OBJECT = "USES_OBJECT"
    PRODUCES_OBJECT = "PRODUCES_OBJECT"


_R, _B, _M = NodeType.REQUIREMENT, NodeType.BUSINESS_OBJECT, NodeType.MESSAGE

ENDS: dict[EdgeType, tuple[NodeType, NodeType]] = {
    EdgeType.REFINES: (_R, _R),
    EdgeType.DEPENDS_ON: (_R, _R),
    EdgeType.TRACES_TO: (_R, _R),
    EdgeType.SUPERSEDES: (_R, _R),
    EdgeType.RELATES_TO_OBJECT: (_R, _B),
    EdgeType.IMPACTS_OBJECT: (_R, _B),
    EdgeType.FULFILLED_BY_OBJECT: (_R, _B),
    EdgeType.NOT_FULFILLED_BY_OBJECT: (_R, _B),
    EdgeType.RELATES_TO_MESSAGE: (_R, _M),
    EdgeType.IMPACTS_MESSAGE: (_R, _M),
    EdgeType.FULFILLED_BY_MESSAGE: (_R, _M),
    EdgeType.NOT_FULFILLED_BY_MESSAGE: (_R, _M),
    EdgeType.USES_OBJECT: (_M, _B),
    EdgeType.PRODUCES_OBJECT: (_M, _B),
}
"""Node types at the source and the destination of each edge type."""

CONTRADICTING = (
    EdgeType.FULFILLED_BY_OBJECT,
    EdgeType.NOT_FULFILLED_BY_OBJECT,
    EdgeType.FULFILLED_BY_MESSAGE,
    EdgeType.NOT_FULFILLED_BY_MESSAGE,
)
"""At most one of these may stand between one pair of nodes."""

MODEL_TYPES = frozenset({NodeType.BUSINESS_OBJECT, NodeType.MESSAGE})
"""Written by `graph load` only; no agent creates or changes them."""


@dataclass(frozen=True, slots=True, order=True)
class Node:
    """A node and what an agent knows of it. Ordered by (key, type) so that writers lock in one order."""

    key: str
    type: NodeType
    properties: Mapping[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True, order=True)
class Edge:
    """A typed edge. `properties` carries the evidence path (`match`, `words`, `confidence`, ...)."""

    source: str
    destination: str
    type: EdgeType
    properties: Mapping[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class GraphFacts:
    """What one step asserts about the graph on behalf of one job."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()


@dataclass(frozen=True, slots=True)
class Assertions:
    """How many nodes and edges a job asserts, how many of each no other job does, and what of the model they touch."""

    nodes: int
    own_nodes: int
    edges: int
    own_edges: int
    touched: int
    """Business objects and messages at an end of its edges."""


@dataclass(frozen=True, slots=True)
class ModelObject:
    """A business object or message of the domain model."""

    key: str
    type: NodeType
    name: str
    description: str = ""
    attributes: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DomainModel:
    """What `graph load` put in: the objects, the messages and the relations between them."""

    objects: tuple[ModelObject, ...] = ()
    messages: tuple[ModelObject, ...] = ()
    relations: tuple[Edge, ...] = ()
