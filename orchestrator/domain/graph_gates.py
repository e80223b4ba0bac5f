"""Quality gates of the graph: what must hold, and what a reviewer should look at. Pure; fed node by node.

A gate of severity `error` says that the graph breaks its metamodel; `warning` that somebody should look; `info` only
tells.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field

from orchestrator.domain.graph import CONTRADICTING, ENDS, Edge, EdgeType, Node, NodeType

MOST_EXAMPLES = 20
RID = re.compile(r"R-[A-Z2-7]{10}")
IMPACTS = frozenset({EdgeType.IMPACTS_OBJECT, EdgeType.IMPACTS_MESSAGE})
UNFULFILLED = frozenset({EdgeType.NOT_FULFILLED_BY_OBJECT, EdgeType.NOT_FULFILLED_BY_MESSAGE})
_TO_MODEL = frozenset(
    kind for kind, (start, end) in ENDS.items() if start is NodeType.REQUIREMENT and end is not NodeType.REQUIREMENT
)

GATES: dict[str, tuple[str, str]] = {
    "mandatory_ids": ("error", "nodes without a name, and requirements whose key is no rid"),
    "relation_types": ("error", "edges whose ends do not fit their type"),
    "contradictions": ("error", "pairs that are said to be fulfilled and not fulfilled"),
    "requirements_without_model": ("warning", "requirements that no object or message has to do with"),
    "messages_without_object": ("warning", "messages that neither use nor produce an object"),
    "gobd_without_impact": ("warning", "GoBD-relevant requirements that impact no object or message"),
    "unfulfilled": ("warning", "requirements that the model does not fulfil"),
    "objects_without_requirement": ("info", "objects that no requirement has to do with"),
}
"""Severity and meaning by name, in the order shown."""


@dataclass(frozen=True, slots=True)
class Gate:
    """What one gate found; `examples` are at most 20 keys or "SOURCE TYPE DESTINATION", in order."""

    name: str
    severity: str
    meaning: str
    count: int
    examples: tuple[str, ...]


@dataclass(slots=True)
class GateKeeper:
    """Give it all nodes, then all edges, then ask for the gates. Holds one entry per node, not the properties."""

    _types: dict[str, NodeType] = field(default_factory=dict)
    _gobd: set[str] = field(default_factory=set)
    _linked: dict[NodeType, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Requirements with an object or message, messages with an object, objects with a requirement."""
    _impacting: set[str] = field(default_factory=set)
    _unfulfilled: set[str] = field(default_factory=set)
    _said: dict[tuple[str, str], set[EdgeType]] = field(default_factory=lambda: defaultdict(set))
    _broken: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def see_node(self, node: Node) -> None:
        """Take a node in."""
        self._types[node.key] = node.type
        if node.properties.get("gobdRelevant") is True:
            self._gobd.add(node.key)
        if not str(node.properties.get("name", "")).strip() or (
            node.type is NodeType.REQUIREMENT and not RID.fullmatch(node.key)
        ):
            self._broken["mandatory_ids"].append(node.key)

    def see_edge(self, edge: Edge) -> None:
        """Take an edge in; its nodes have been seen."""
        if (self._types.get(edge.source), self._types.get(edge.destination)) != ENDS[edge.type]:
            self._broken["relation_types"].append(f"{edge.source} {edge.type} {edge.destination}")
        start, end = ENDS[edge.type]
        if edge.type in _TO_MODEL:
            self._linked[end].update({edge.destination} if end is NodeType.BUSINESS_OBJECT else ())
        if edge.type in _TO_MODEL or start is NodeType.MESSAGE:
            self._linked[start].add(edge.source)
        if edge.type in IMPACTS:
            self._impacting.add(edge.source)
        if edge.type in UNFULFILLED:
            self._unfulfilled.add(edge.source)
        if edge.type in CONTRADICTING:
            self._said[edge.source, edge.destination].add(edge.type)

    def gates(self) -> tuple[Gate, ...]:
        """All gates, also those that found nothing."""
        found = dict(self._broken) | {
            "contradictions": [f"{source} {end}" for (source, end), kinds in self._said.items() if len(kinds) > 1],
            "requirements_without_model": self._unlinked(NodeType.REQUIREMENT),
            "messages_without_object": self._unlinked(NodeType.MESSAGE),
            "gobd_without_impact": list(self._gobd - self._impacting),
            "unfulfilled": list(self._unfulfilled),
            "objects_without_requirement": self._unlinked(NodeType.BUSINESS_OBJECT),
        }
        return tuple(
            Gate(name, severity, meaning, len(found.get(name, ())), tuple(sorted(found.get(name, ()))[:MOST_EXAMPLES]))
            for name, (severity, meaning) in GATES.items()
        )

    def _unlinked(self, kind: NodeType) -> list[str]:
        return [key for key, own in self._types.items() if own is kind and key not in self._linked[kind]]
