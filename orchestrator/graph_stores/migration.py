"""Moves a graph between PostgreSQL's tables and Neo4j, with its properties and who asserts what, and compares both."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from orchestrator.domain.graph import Node
from orchestrator.errors import Conflict
from orchestrator.graph_stores import ledger
from orchestrator.graph_stores.neo4j import Neo4jGraphStore
from orchestrator.graph_stores.records import Record, edge_name, node_key
from orchestrator.storage.engine import SessionFactory

PAGE = 1000
Digests = dict[tuple[str, ...], bytes]


@dataclass(frozen=True, slots=True)
class Compared:
    """Facts of the tables, and how those of Neo4j differ: not there, there alone, or with another content."""

    nodes: int
    edges: int
    assertions: int
    missing: int
    extra: int
    different: int

    @property
    def alike(self) -> bool:
        """Whether both hold the same graph."""
        return not (self.missing or self.extra or self.different)


class Migration:
    """Writers should rest meanwhile: what they write during a comparison shows as a difference."""

    def __init__(self, sessions: SessionFactory, store: Neo4jGraphStore) -> None:
        self._sessions = sessions
        self._store = store

    def to_neo4j(self) -> Compared:
        """Make Neo4j hold exactly what the tables hold, then compare. Commits.

        Raises:
            Unavailable: Neo4j does not answer.
        """
        self._store.copy()
        return self.compare()

    def to_postgres(self) -> Compared:
        """Add to the tables what Neo4j holds; a fact that is there gets Neo4j's content. Then compare. Commits.

        Raises:
            Unavailable: Neo4j does not answer; nothing is written.
            Conflict: code `contradiction`: the tables say the opposite of an edge; nothing is written.
        """
        with self._sessions.begin() as session:
            try:
                for page in _pages(self._store.node_records, "", node_key):
                    ledger.put_nodes(session, page)
                for page in _pages(self._store.edge_records, ("", "", ""), edge_name):
                    ledger.put_edges(session, page)
            except IntegrityError as error:
                raise Conflict(
                    f"The tables and Neo4j cannot be brought together: {error.orig}. Retract one of them first.",
                    code="contradiction",
                ) from error
        return self.compare()

    def compare(self) -> Compared:
        """Read both and tell how they differ.

        Raises:
            Unavailable: Neo4j does not answer.
        """
        found: Digests = {}
        numbers = {"nodes": 0, "edges": 0, "assertions": 0}
        with self._sessions() as session:
            for record in _all_of(session):
                numbers["nodes" if isinstance(record.fact, Node) else "edges"] += 1
                numbers["assertions"] += len(record.asserted_by)
                found[_name(record)] = _digest(record)
        return Compared(**numbers, **self._differences(found))

    def _differences(self, found: Digests) -> dict[str, int]:
        extra = different = 0
        nodes = _pages(self._store.node_records, "", node_key)
        edges = _pages(self._store.edge_records, ("", "", ""), edge_name)
        for pages in (nodes, edges):
            for record in (record for page in pages for record in page):
                digest = found.pop(_name(record), None)
                extra += digest is None
                different += digest not in (None, _digest(record))
        return {"missing": len(found), "extra": extra, "different": different}


def _all_of(session: Session) -> Iterator[Record]:
    def nodes(after: str, limit: int) -> list[Record]:
        return ledger.nodes_after(session, after, limit)

    def edges(after: Any, limit: int) -> list[Record]:
        return ledger.edges_after(session, after, limit)

    for page in _pages(nodes, "", node_key):
        yield from page
    for page in _pages(edges, ("", "", ""), edge_name):
        yield from page


def _pages(
    read: Callable[[Any, int], list[Record]], after: Any, place_of: Callable[[Record], Any]
) -> Iterator[list[Record]]:
    while page := read(after, PAGE):
        yield page
        after = place_of(page[-1])


def _name(record: Record) -> tuple[str, ...]:
    return (node_key(record),) if isinstance(record.fact, Node) else edge_name(record)


def _digest(record: Record) -> bytes:
    content = [record.fact.type, dict(record.fact.properties), record.made_by, record.asserted_by]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).digest()
