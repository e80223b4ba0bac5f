"""The graph in PostgreSQL tables: written in the same transaction as the step that found the facts.

Every write is one statement over a sorted set, nodes before edges: two writers that share facts then lock them in
the same order. Unsorted upserts deadlock.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from orchestrator.domain.graph import (
    CONTRADICTING,
    ENDS,
    MODEL_TYPES,
    Assertions,
    DomainModel,
    Edge,
    EdgeType,
    GraphFacts,
    ModelObject,
    Node,
    NodeType,
)
from orchestrator.errors import Conflict, Invalid
from orchestrator.graph_stores import postgres_sql as sql

MODEL_EDGES = tuple(kind for kind, ends in ENDS.items() if ends[0] in MODEL_TYPES)
"""Edge types between objects and messages: written by `load_model` only."""
AGENT_EDGES = tuple(kind for kind in EdgeType if kind not in MODEL_EDGES)


class PostgresGraphStore:
    """`GraphStore` over graph_nodes, graph_edges and graph_assertions. READ COMMITTED is assumed."""

    def load_model(self, session: Session, model: DomainModel) -> None:
        """Upsert the objects, messages and relations of a domain model; other nodes stay untouched.

        Fulfilment that was judged by an older definition of a changed object or message is void: those edges go, so
        that the next job can say otherwise.
        """
        items = {item.key: item for item in (*model.objects, *model.messages)}
        changed = _upsert_nodes(session, [_model_row(items[key]) for key in sorted(items)], None)
        session.execute(sql.VOID_FULFILMENT, {"changed": changed, "contradicting": list(CONTRADICTING)})
        edges = _unique_edges(model.relations)
        _check_edges(session, edges, MODEL_EDGES)
        session.execute(sql.UPSERT_EDGES, {"rows": _edge_json(edges), "job": None})

    def model(self, session: Session) -> DomainModel:
        """The domain model as loaded, ordered by key."""
        rows = session.execute(sql.MODEL_NODES, {"types": sorted(MODEL_TYPES)}).all()
        items = [_model_object(*row) for row in rows]
        edges = session.execute(sql.MODEL_EDGES, {"types": list(MODEL_EDGES)}).all()
        return DomainModel(
            objects=tuple(item for item in items if item.type is NodeType.BUSINESS_OBJECT),
            messages=tuple(item for item in items if item.type is NodeType.MESSAGE),
            relations=tuple(_edge(row) for row in edges),
        )

    def integrate(self, session: Session, job_id: UUID, facts: GraphFacts) -> None:
        """Upsert nodes and edges in key order and note that this job asserts them. Repeating it changes nothing.

        Call it once per transaction with all facts (`workers.validator.integration.merge`): the order that keeps
        writers from deadlock holds within one call.

        Raises:
            Invalid: an edge whose ends do not fit its type or do not exist, or a node that only `load_model` writes.
            Conflict: FULFILLED_BY and NOT_FULFILLED_BY between one pair.
        """
        nodes = {node.key: node for node in facts.nodes}
        edges = _unique_edges(facts.edges)
        _check_nodes(facts.nodes)
        _check_contradictions(edges)
        job = str(job_id)
        _upsert_nodes(session, [_node_row(nodes[key]) for key in sorted(nodes)], job)
        _check_edges(session, edges, AGENT_EDGES)
        session.execute(sql.ASSERT_NODES, {"job": job, "keys": sorted(nodes.keys() | _requirements_of(edges))})
        rows = _edge_json(edges)
        _check_stored_contradictions(session, rows)
        try:
            session.execute(sql.UPSERT_EDGES, {"rows": rows, "job": job})
        except IntegrityError as error:
            raise _as_conflict(error) from error
        session.execute(sql.ASSERT_EDGES, {"rows": rows, "job": job})

    def retract(self, session: Session, job_id: UUID) -> int:
        """Remove what this job asserts and no other job does. Returns how many nodes and edges went."""
        return self._retract(session, job_id, None)

    def retract_requirements(self, session: Session, job_id: UUID, keys: Iterable[str]) -> int:
        """The same of these requirements alone: their nodes, and the edges that start or end at them."""
        return self._retract(session, job_id, sorted(set(keys)))

    def _retract(self, session: Session, job_id: UUID, only: list[str] | None) -> int:
        job = str(job_id)
        keys = list(session.scalars(sql.LOCK_NODES, {"job": job, "only": only}))
        ids = list(session.scalars(sql.LOCK_EDGES, {"job": job, "only": only}))
        session.execute(sql.DROP_ASSERTIONS, {"job": job, "keys": keys, "ids": ids})
        edges = _affected(session, sql.DROP_EDGES, {"ids": ids})
        nodes = _affected(session, sql.DROP_NODES, {"keys": keys})
        session.execute(sql.HAND_OVER_NODES, {"job": job, "keys": keys})
        session.execute(sql.HAND_OVER_EDGES, {"job": job, "ids": ids})
        return edges + nodes

    def nodes(self, session: Session, keys: Iterable[str]) -> Sequence[Node]:
        """The nodes with these keys, ordered by key."""
        return [_node(row) for row in session.execute(sql.NODES, {"keys": sorted(set(keys))})]

    def nodes_of_type(self, session: Session, kind: NodeType | None, *, after: str, limit: int) -> Sequence[Node]:
        """At most `limit` nodes (of one type, or all) with a key above `after`, ordered by key."""
        rows = session.execute(sql.NODES_OF_TYPE, {"type": kind, "after": after, "limit": limit})
        return [_node(row) for row in rows]

    def edges(self, session: Session, *, after: Edge | None, limit: int) -> Sequence[Edge]:
        """At most `limit` edges behind `after`, ordered by source, destination and type."""
        behind = (after.source, after.destination, after.type.value) if after else ("", "", "")
        place = dict(zip(("source", "destination", "type"), behind, strict=True))
        return [_edge(row) for row in session.execute(sql.EDGES, place | {"limit": limit})]

    def asserted(self, session: Session, job_id: UUID) -> Assertions:
        """What a job asserts, counted."""
        row = session.execute(sql.ASSERTED, {"job": str(job_id), "types": sorted(MODEL_TYPES)}).one()
        return Assertions(**row._mapping)

    def neighbours(self, session: Session, key: str, *, limit: int = 100) -> Sequence[Edge]:
        """Edges that start or end at a node, ordered; at most `limit`."""
        return [_edge(row) for row in session.execute(sql.NEIGHBOURS, {"key": key, "limit": limit})]

    def counts(self, session: Session) -> dict[str, Any]:
        """`{"nodes": {type: n}, "edges": {type: n}}`, without the types that have none."""
        counted: dict[str, Any] = {"nodes": {}, "edges": {}}
        for what, kind, number in session.execute(sql.COUNTS):
            counted[what][kind] = number
        return counted

    def catch_up(self) -> int:
        """Nothing to do: what is committed is read."""
        return 0

    def behind(self, session: Session) -> int:
        """0: what is committed is read."""
        return 0

    def close(self) -> None:
        """Nothing to close."""


def _upsert_nodes(session: Session, rows: list[dict[str, Any]], job: str | None) -> list[str]:
    """Returns the keys of what is new or changed."""
    changed = list(session.scalars(sql.UPSERT_NODES, {"rows": json.dumps(rows), "job": job}))
    stored = _stored_types(session, {row["key"] for row in rows})
    for row in rows:
        if stored[row["key"]] != row["type"]:
            raise Invalid(
                f"{row['key']} is a {stored[row['key']]} in the graph and cannot become a {row['type']}; "
                "give it another key."
            )
    return changed


def _stored_types(session: Session, keys: Iterable[str]) -> dict[str, str]:
    return {row.key: row.type for row in session.execute(sql.TYPES, {"keys": sorted(keys)})}


def _check_nodes(nodes: Iterable[Node]) -> None:
    for node in nodes:
        if node.type in MODEL_TYPES:
            raise Invalid(f"{node.key} is a {node.type}: only `orchestrator graph load` writes those.")


def _check_edges(session: Session, edges: Sequence[Edge], allowed: tuple[EdgeType, ...]) -> None:
    types = _stored_types(session, {end for edge in edges for end in (edge.source, edge.destination)})
    for edge in edges:
        if edge.type not in allowed:
            raise Invalid(f"{edge.type} from {edge.source} to {edge.destination} may not be written here.")
        for end, wanted in zip((edge.source, edge.destination), ENDS[edge.type], strict=True):
            if types.get(end) != wanted:
                found = f"a {types[end]}" if end in types else "not in the graph"
                raise Invalid(
                    f"{edge.type} from {edge.source} to {edge.destination}: {end} must be a {wanted} but is {found}."
                )


def _check_contradictions(edges: Iterable[Edge]) -> None:
    seen: dict[tuple[str, str], EdgeType] = {}
    for edge in edges:
        if edge.type in CONTRADICTING and seen.setdefault((edge.source, edge.destination), edge.type) != edge.type:
            raise _contradiction(edge.source, edge.type, edge.destination, seen[edge.source, edge.destination])


def _check_stored_contradictions(session: Session, rows: str) -> None:
    parameters = {"rows": rows, "contradicting": list(CONTRADICTING)}
    if (found := session.execute(sql.CONTRADICTION, parameters).first()) is not None:
        raise _contradiction(*found)


def _contradiction(source: str, kind: str, destination: str, other: str) -> Conflict:
    return Conflict(
        f"{source} cannot be {kind} {destination}: the graph says {other}. "
        "Retract the job that says so, or judge anew.",
        code="contradiction",
        details={"source": source, "destination": destination, "type": kind, "stored": other},
    )


def _as_conflict(error: IntegrityError) -> Conflict | IntegrityError:
    diagnostics = getattr(error.orig, "diag", None)
    if getattr(diagnostics, "constraint_name", None) != "uq_graph_edges_contradiction":
        return error
    return Conflict(
        "Another writer has just asserted the opposite between the same requirement and object or message. Judge anew.",
        code="contradiction",
        details={"detail": getattr(diagnostics, "message_detail", None)},
    )


def _unique_edges(edges: Iterable[Edge]) -> list[Edge]:
    return sorted({(edge.source, edge.destination, edge.type): edge for edge in edges}.values())


def _requirements_of(edges: Sequence[Edge]) -> set[str]:
    ends = ((edge.source, edge.destination) for edge in edges)
    kinds = (ENDS[edge.type] for edge in edges)
    pairs = (pair for two, both in zip(ends, kinds, strict=True) for pair in zip(two, both, strict=True))
    return {end for end, kind in pairs if kind is NodeType.REQUIREMENT}


def _edge_json(edges: Iterable[Edge]) -> str:
    return json.dumps(
        [
            {"source": e.source, "destination": e.destination, "type": e.type, "properties": dict(e.properties)}
            for e in edges
        ]
    )


def _node_row(node: Node) -> dict[str, Any]:
    properties = {name: value for name, value in node.properties.items() if name != "sourceJobId"}
    return {"key": node.key, "type": node.type, "name": properties.pop("name", node.key), "properties": properties}


def _model_row(item: ModelObject) -> dict[str, Any]:
    properties = {
        "description": item.description,
        "attributes": list(item.attributes),
        "aliases": list(item.aliases),
    }
    return {"key": item.key, "type": item.type, "name": item.name, "properties": properties}


def _model_object(key: str, kind: str, name: str, properties: dict[str, Any]) -> ModelObject:
    return ModelObject(
        key=key,
        type=NodeType(kind),
        name=name,
        description=properties.get("description", ""),
        attributes=tuple(properties.get("attributes", ())),
        aliases=tuple(properties.get("aliases", ())),
    )


def _node(row: Any) -> Node:
    source = {"sourceJobId": str(row.source_job_id)} if row.source_job_id else {}
    return Node(row.key, NodeType(row.type), {"name": row.name, **row.properties, **source})


def _edge(row: Any) -> Edge:
    return Edge(row.source, row.destination, EdgeType(row.type), row.properties)


def _affected(session: Session, statement: Any, parameters: dict[str, Any]) -> int:
    return int(getattr(session.execute(statement, parameters), "rowcount", 0))
