"""The graph's tables as the source of another store: facts with their assertions, and what a write touches."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from orchestrator.domain.graph import CONTRADICTING, Edge, EdgeType, Node, NodeType
from orchestrator.graph_stores.records import Record, edge_name, node_key
from orchestrator.storage.graph_intents import EdgeName

_NODE = """
SELECT n.key, n.type, n.name, n.properties, CAST(n.source_job_id AS text) AS made_by,
       ARRAY(SELECT CAST(a.job_id AS text) FROM graph_assertions a WHERE a.node_key = n.key ORDER BY 1) AS asserted_by
FROM graph_nodes n"""
_EDGE = """
SELECT e.source, e.destination, e.type, e.properties, CAST(e.source_job_id AS text) AS made_by,
       ARRAY(SELECT CAST(a.job_id AS text) FROM graph_assertions a WHERE a.edge_id = e.id ORDER BY 1) AS asserted_by
FROM graph_edges e"""
_NODES = text(f'{_NODE} WHERE n.key = ANY(:keys) ORDER BY n.key COLLATE "C"')
_NODES_AFTER = text(f'{_NODE} WHERE n.key COLLATE "C" > :after ORDER BY n.key COLLATE "C" LIMIT :limit')
_EDGES = text(
    f"{_EDGE} JOIN jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(source text, destination text, type text) "
    'USING (source, destination, type) ORDER BY e.source COLLATE "C", e.destination COLLATE "C", e.type COLLATE "C"'
)
_EDGES_AFTER = text(f"""{_EDGE}
WHERE (e.source COLLATE "C", e.destination COLLATE "C", e.type COLLATE "C") > (:source, :destination, :type)
ORDER BY e.source COLLATE "C", e.destination COLLATE "C", e.type COLLATE "C" LIMIT :limit""")
_PUT_NODES = text("""
INSERT INTO graph_nodes AS n (key, type, name, properties, source_job_id)
SELECT r.key, r.type, r.name, r.properties, r.made_by FROM jsonb_to_recordset(CAST(:rows AS jsonb))
AS r(key text, type text, name text, properties jsonb, made_by uuid) ORDER BY r.key COLLATE "C"
ON CONFLICT (key) DO UPDATE SET type = excluded.type, name = excluded.name, properties = excluded.properties,
    source_job_id = excluded.source_job_id, updated_at = now()
""")
_PUT_EDGES = text("""
INSERT INTO graph_edges AS e (source, destination, type, properties, source_job_id)
SELECT r.source, r.destination, r.type, r.properties, r.made_by FROM jsonb_to_recordset(CAST(:rows AS jsonb))
AS r(source text, destination text, type text, properties jsonb, made_by uuid)
ORDER BY r.source COLLATE "C", r.destination COLLATE "C", r.type COLLATE "C"
ON CONFLICT (source, destination, type) DO UPDATE SET properties = excluded.properties,
    source_job_id = excluded.source_job_id, updated_at = now()
""")
_PUT_NODE_ASSERTIONS = text("""
INSERT INTO graph_assertions (job_id, node_key)
SELECT CAST(job AS uuid), r.key FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(key text, asserted_by jsonb),
    jsonb_array_elements_text(r.asserted_by) AS job
ON CONFLICT DO NOTHING
""")
_PUT_EDGE_ASSERTIONS = text("""
INSERT INTO graph_assertions (job_id, edge_id)
SELECT CAST(job AS uuid), e.id FROM jsonb_to_recordset(CAST(:rows AS jsonb))
    AS r(source text, destination text, type text, asserted_by jsonb)
    JOIN graph_edges e USING (source, destination, type), jsonb_array_elements_text(r.asserted_by) AS job
ON CONFLICT DO NOTHING
""")
_ASSERTED_NODES = text("""
SELECT node_key FROM graph_assertions WHERE job_id = :job AND node_key IS NOT NULL
AND (CAST(:only AS text[]) IS NULL OR node_key = ANY(CAST(:only AS text[])))""")
_ASSERTED_EDGES = text("""
SELECT e.source, e.destination, e.type FROM graph_edges e JOIN graph_assertions a ON a.edge_id = e.id
WHERE a.job_id = :job AND (CAST(:only AS text[]) IS NULL OR ARRAY[e.source, e.destination] && CAST(:only AS text[]))
""")
_FULFILMENT = text("""
SELECT source, destination, type FROM graph_edges
WHERE destination = ANY(:keys) AND type = ANY(:contradicting)""")


def nodes(session: Session, keys: Iterable[str]) -> list[Record]:
    """The nodes with these keys that there are, ordered by key."""
    return [_node(row) for row in session.execute(_NODES, {"keys": sorted(set(keys))})]


def nodes_after(session: Session, after: str, limit: int) -> list[Record]:
    """At most `limit` nodes with a key above `after`, ordered by key."""
    return [_node(row) for row in session.execute(_NODES_AFTER, {"after": after, "limit": limit})]


def edges(session: Session, names: Iterable[EdgeName]) -> list[Record]:
    """The edges of these names that there are, in order."""
    rows = [_place(name) for name in sorted(set(names))]
    return [_edge(row) for row in session.execute(_EDGES, {"rows": json.dumps(rows)})]


def edges_after(session: Session, after: EdgeName, limit: int) -> list[Record]:
    """At most `limit` edges behind `after`, in order."""
    return [_edge(row) for row in session.execute(_EDGES_AFTER, _place(after) | {"limit": limit})]


def put_nodes(session: Session, records: Iterable[Record]) -> None:
    """Upsert nodes with who made and who asserts them."""
    rows = json.dumps([{"key": node_key(record), **_named(record), **_origin(record)} for record in records])
    session.execute(_PUT_NODES, {"rows": rows})
    session.execute(_PUT_NODE_ASSERTIONS, {"rows": rows})


def put_edges(session: Session, records: Iterable[Record]) -> None:
    """Upsert edges with who made and who asserts them; their ends must be there."""
    rows = json.dumps(
        [
            {**_place(edge_name(record)), "properties": dict(record.fact.properties), **_origin(record)}
            for record in records
        ]
    )
    session.execute(_PUT_EDGES, {"rows": rows})
    session.execute(_PUT_EDGE_ASSERTIONS, {"rows": rows})


def asserted_by(session: Session, job_id: UUID, only: Sequence[str] | None = None) -> tuple[list[str], list[EdgeName]]:
    """Keys of nodes and names of edges that a job asserts; with `only`, those of these requirements."""
    values = {"job": str(job_id), "only": None if only is None else list(only)}
    found = list(session.scalars(_ASSERTED_NODES, values))
    return found, [_name(row) for row in session.execute(_ASSERTED_EDGES, values)]


def fulfilment_of(session: Session, keys: Iterable[str]) -> set[EdgeName]:
    """Edges that say whether these objects and messages fulfil something."""
    values = {"keys": sorted(set(keys)), "contradicting": list(CONTRADICTING)}
    return {_name(row) for row in session.execute(_FULFILMENT, values)}


def _named(record: Record) -> dict[str, Any]:
    properties = dict(record.fact.properties)
    return {"type": record.fact.type, "name": properties.pop("name", node_key(record)), "properties": properties}


def _origin(record: Record) -> dict[str, Any]:
    return {"made_by": record.made_by, "asserted_by": list(record.asserted_by)}


def _place(name: EdgeName) -> dict[str, str]:
    return dict(zip(("source", "destination", "type"), name, strict=True))


def _node(row: Row[Any]) -> Record:
    node = Node(row.key, NodeType(row.type), {"name": row.name, **row.properties})
    return Record(node, row.made_by, tuple(row.asserted_by))


def _edge(row: Row[Any]) -> Record:
    edge = Edge(row.source, row.destination, EdgeType(row.type), row.properties)
    return Record(edge, row.made_by, tuple(row.asserted_by))


def _name(row: Row[Any]) -> EdgeName:
    return (row.source, row.destination, row.type)
