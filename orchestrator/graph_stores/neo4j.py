"""The graph in Neo4j, for Cypher and for all that reads the graph; PostgreSQL's tables say what is true.

A write goes into the tables, within the caller's transaction and by their rules, and leaves an intent there. A worker
brings Neo4j up to date after the commit (`Following`), or later where Neo4j is away: no job waits for it. Verdicts are
never made from what may be late: `model`, `nodes` and `asserted` are read from the tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from orchestrator.config import Settings
from orchestrator.domain.graph import ENDS, Assertions, DomainModel, Edge, GraphFacts, Node, NodeType
from orchestrator.graph_stores import ledger
from orchestrator.graph_stores import neo4j_cypher as cypher
from orchestrator.graph_stores.bolt import Bolt, statements
from orchestrator.graph_stores.following import Following
from orchestrator.graph_stores.postgres import PostgresGraphStore
from orchestrator.graph_stores.records import Record, edge_record, node_record, shown
from orchestrator.storage import graph_intents
from orchestrator.storage.engine import SessionFactory
from orchestrator.storage.graph_intents import EdgeName

_ORDER = itemgetter("source", "destination", "type")


class Neo4jGraphStore:
    """`GraphStore` over Neo4j. What is read is what was committed and has arrived; `behind` tells what has not."""

    def __init__(self, settings: Settings, sessions: SessionFactory) -> None:
        self._tables = PostgresGraphStore()
        self._bolt = Bolt(settings)
        self._following = Following(sessions, self._bolt)

    def load_model(self, session: Session, model: DomainModel) -> None:
        """Upsert the objects, messages and relations of a domain model; other nodes stay untouched."""
        keys = [item.key for item in (*model.objects, *model.messages)]
        judged = ledger.fulfilment_of(session, keys)
        self._tables.load_model(session, model)
        void = judged - ledger.fulfilment_of(session, keys)
        graph_intents.add(session, None, keys, void | {_name(edge) for edge in model.relations})

    def model(self, session: Session) -> DomainModel:
        """The domain model as loaded, ordered by key; from the tables."""
        return self._tables.model(session)

    def integrate(self, session: Session, job_id: UUID, facts: GraphFacts) -> None:
        """Upsert nodes and edges and note that this job asserts them. Repeating it changes nothing.

        Raises:
            Invalid: an edge whose ends do not fit its type, or a node of a type that only `load_model` writes.
            Conflict: FULFILLED_BY and NOT_FULFILLED_BY between one pair.
        """
        self._tables.integrate(session, job_id, facts)
        ends = {
            end
            for edge in facts.edges
            for end, kind in zip((edge.source, edge.destination), ENDS[edge.type], strict=True)
            if kind is NodeType.REQUIREMENT
        }
        keys = ends | {node.key for node in facts.nodes}
        graph_intents.add(session, job_id, keys, {_name(edge) for edge in facts.edges})

    def retract(self, session: Session, job_id: UUID) -> int:
        """Remove what this job asserts and no other job does. Returns how many nodes and edges went."""
        keys, names = ledger.asserted_by(session, job_id)
        removed = self._tables.retract(session, job_id)
        graph_intents.add(session, job_id, keys, names)
        return removed

    def retract_requirements(self, session: Session, job_id: UUID, keys: Iterable[str]) -> int:
        """The same of these requirements alone: their nodes, and the edges that start or end at them."""
        only = sorted(set(keys))
        touched, names = ledger.asserted_by(session, job_id, only)
        removed = self._tables.retract_requirements(session, job_id, only)
        graph_intents.add(session, job_id, touched, names)
        return removed

    def nodes(self, session: Session, keys: Iterable[str]) -> Sequence[Node]:
        """The nodes with these keys, ordered by key; from the tables, as writers look before they write."""
        return self._tables.nodes(session, keys)

    def nodes_of_type(self, session: Session, kind: NodeType | None, *, after: str, limit: int) -> Sequence[Node]:
        """At most `limit` nodes (of one type, or all) with a key above `after`, ordered by key."""
        wanted = [cypher.NODES_OF_TYPE[kind]] if kind else cypher.NODES_OF_TYPE.values()
        return _shown(self._ask(wanted, after=after, limit=limit))[:limit]

    def edges(self, session: Session, *, after: Edge | None, limit: int) -> Sequence[Edge]:
        """At most `limit` edges behind `after`, ordered by source, destination and type."""
        rows = self._edges_behind(_name(after) if after else ("", "", ""), limit)
        return [_edge(row) for row in rows]

    def asserted(self, session: Session, job_id: UUID) -> Assertions:
        """What a job asserts, counted; from the tables, as `retract` would find it."""
        return self._tables.asserted(session, job_id)

    def neighbours(self, session: Session, key: str, *, limit: int = 100) -> Sequence[Edge]:
        """Edges that start or end at a node, ordered; at most `limit`."""
        rows = self._ask(cypher.NEIGHBOURS.values(), key=key, limit=limit)
        return [_edge(row) for row in sorted(rows, key=_ORDER)[:limit]]

    def counts(self, session: Session) -> dict[str, Any]:
        """`{"nodes": {type: n}, "edges": {type: n}}`, without the types that have none."""
        rows = self._ask((*cypher.COUNT_NODES.values(), *cypher.COUNT_EDGES.values()))
        found = {row["type"]: row["number"] for row in rows if row["number"]}
        return {
            "nodes": {kind: found[kind] for kind in sorted(cypher.COUNT_NODES) if kind in found},
            "edges": {kind: found[kind] for kind in sorted(cypher.COUNT_EDGES) if kind in found},
        }

    def catch_up(self) -> int:
        """Bring to Neo4j what committed transactions wrote. Returns how many of them.

        Raises:
            Unavailable: Neo4j does not answer; it gets everything later.
        """
        return self._following.catch_up()

    def behind(self, session: Session) -> int:
        """How many committed transactions Neo4j has not got yet."""
        return graph_intents.count(session)

    def close(self) -> None:
        """Close the connections to Neo4j."""
        self._bolt.close()

    def copy(self) -> None:
        """Make Neo4j hold exactly what the tables hold.

        Raises:
            Unavailable: Neo4j does not answer.
        """
        self._following.copy()

    def node_records(self, after: str, limit: int) -> list[Record]:
        """At most `limit` nodes with a key above `after` and all that Neo4j knows of them, ordered by key."""
        rows = self._ask(cypher.NODES_OF_TYPE.values(), after=after, limit=limit)
        return sorted(map(node_record, rows), key=lambda record: record.fact)[:limit]

    def edge_records(self, after: EdgeName, limit: int) -> list[Record]:
        """At most `limit` edges behind `after` and all that Neo4j knows of them, in order."""
        return [edge_record(row) for row in self._edges_behind(after, limit)]

    def _edges_behind(self, after: EdgeName, limit: int) -> list[dict[str, Any]]:
        """A page, looked for among the next sources alone: these have an index to come in order by, edges have none."""
        rows: list[dict[str, Any]] = []
        place: dict[str, str | None] = dict(zip(("source", "destination", "type"), after, strict=True))
        while len(rows) < limit:
            found = self._ask(cypher.SOURCES_BEHIND.values(), source=place["source"], limit=limit)
            keys = sorted(row["key"] for row in found)[:limit]
            last = keys[-1] if keys else place["source"]
            rows += sorted(self._ask(cypher.EDGES_OF.values(), **place, last=last, limit=limit), key=_ORDER)
            if len(keys) < limit:
                break
            place = {"source": last, "destination": None, "type": None}  # nothing is above null: the source is done
        return rows[:limit]

    def _ask(self, wanted: Iterable[str], **parameters: Any) -> list[dict[str, Any]]:
        return self._bolt.read(statements((statement, parameters) for statement in wanted))


def _shown(rows: Iterable[dict[str, Any]]) -> list[Node]:
    return sorted(shown(node_record(row)) for row in rows)


def _edge(row: dict[str, Any]) -> Edge:
    fact = edge_record(row).fact
    assert isinstance(fact, Edge)  # noqa: S101 - an edge's record holds an edge
    return fact


def _name(edge: Edge) -> EdgeName:
    return (edge.source, edge.destination, edge.type.value)
