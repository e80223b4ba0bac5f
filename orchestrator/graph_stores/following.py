"""Makes Neo4j say what the graph's tables say: after each commit what was touched, at first and on request all of it.

One process at a time does this, under a lock in PostgreSQL. A process that lost the lock without knowing (it was
frozen, or its connection broke) cannot write either: each write raises the fence in Neo4j, and finds it as it was read
under the lock, or does nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeVar

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from orchestrator.domain.graph import EdgeType, Node, NodeType
from orchestrator.domain.step import StepKind
from orchestrator.errors import Unavailable
from orchestrator.graph_stores import ledger
from orchestrator.graph_stores import neo4j_cypher as cypher
from orchestrator.graph_stores.bolt import Bolt, Work, statements
from orchestrator.graph_stores.records import Record, edge_name, node_key, packed
from orchestrator.observability.failpoints import failpoint
from orchestrator.storage import graph_intents
from orchestrator.storage.engine import SessionFactory
from orchestrator.storage.graph_intents import EdgeName

INTENTS = 100
"""Taken off together, once Neo4j has all that they touched."""
FACTS = 10_000
"""They touch at most so many together, as all of these are held in memory; one intent may touch more."""
ROUNDS = 1000
PAGE = 1000
"""Facts copied in one transaction, and rows of one statement."""
STILL_HERE = text("SELECT 1")
"""Said between two pages: PostgreSQL ends a transaction that is silent for a minute."""
Row = TypeVar("Row")
Statement = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class _Touched:
    """Names of facts, and those of them that there are."""

    keys: frozenset[str]
    names: frozenset[EdgeName]
    nodes: Sequence[Record]
    edges: Sequence[Record]


class Following:
    """Neo4j's side of the tables."""

    def __init__(self, sessions: SessionFactory, bolt: Bolt) -> None:
        self._sessions = sessions
        self._bolt = bolt

    def catch_up(self) -> int:
        """Apply what is left of committed transactions; a Neo4j that has nothing yet gets all. Returns how many.

        Raises:
            Unavailable: Neo4j does not answer, or another process is at it; nothing is lost.
        """
        applied = 0
        for _ in range(ROUNDS):
            with self._sessions.begin() as session:
                fence = self._begin(session)
                if fence is None:
                    fence = self._copy(session)
                done, more = self._apply(session, fence)
            applied += done
            if not more:
                break
        return applied

    def copy(self) -> None:
        """Write every fact anew and remove what this store wrote and the tables do not say any more.

        Raises:
            Unavailable: see `catch_up`; what was copied stays, and the next `catch_up` goes on from the start.
        """
        with self._sessions.begin() as session:
            self._begin(session)
            self._copy(session)

    def _begin(self, session: Session) -> int | None:
        """The fence as it stands under the lock; None where Neo4j has not got all facts yet."""
        try:
            graph_intents.lock(session)
        except DBAPIError as error:
            if getattr(error.orig, "pgcode", None) != "55P03":
                raise
            raise Unavailable("Another process writes to Neo4j and has not ended yet. Try again.") from error
        found = self._bolt.read(statements([(cypher.READ_FENCE, {})]))
        return int(found[0]["fence"]) if found and found[0]["complete"] else None

    def _apply(self, session: Session, fence: int) -> tuple[int, bool]:
        """Returns how many intents were applied, and whether there may be more."""
        left = graph_intents.oldest(session, INTENTS)
        intents = _at_once(left)
        if not intents:
            return 0, False
        keys = frozenset(key for row in intents for key in row.nodes)
        names = frozenset((source, end, kind) for row in intents for source, end, kind in row.edges)
        failpoint("before_neo4j", StepKind.GRAPH_UPDATE)
        for statement in list(_alike(_touched(session, keys, names), fence + 1)):
            fence = self._write(fence, [statement])  # each page has the time of a call; all of it can be done again
            session.execute(STILL_HERE)
        failpoint("after_neo4j", StepKind.GRAPH_UPDATE)
        graph_intents.drop(session, [row.id for row in intents])
        return len(intents), len(intents) < len(left) or len(left) == INTENTS

    def _copy(self, session: Session) -> int:
        """Returns the fence after it."""
        for statement in cypher.CONSTRAINTS:
            self._bolt.run(statement)
        found = self._bolt.read(statements([(cypher.READ_FENCE, {})]))
        first = fence = int(found[0]["fence"]) if found else 0
        fence = self._write(fence, [(cypher.COMPLETE, {"complete": False})])
        for page in chain(_pages_of_nodes(session), _pages_of_edges(session)):
            fence = self._write(fence, _puts(page, fence + 1))
        for statement in (*cypher.OLD_EDGES.values(), *cypher.OLD_NODES.values()):
            fence = self._remove_old(statement, first + 1, fence)
        return self._write(fence, [(cypher.COMPLETE, {"complete": True})])

    def _remove_old(self, statement: str, before: int, fence: int) -> int:
        number = PAGE
        while number:
            done: list[int] = []
            fence = self._write(fence, [(statement, {"fence": before, "limit": PAGE})], done)
            number = done[-1]
        return fence

    def _write(self, seen: int, wanted: Iterable[Statement], numbers: list[int] | None = None) -> int:
        """Run statements in one transaction that raises the fence; returns the fence raised."""
        work = _fenced(seen, list(wanted))
        done = self._bolt.write(work)
        if done is None:
            raise Unavailable(
                "Another process has written to Neo4j since this one had the lock; it is left to that one. Should "
                "nothing be written any more, run `orchestrator graph migrate --to neo4j`."
            )
        if numbers is not None:
            numbers.extend(int(record["number"]) for record in done)
        return seen + 1


def _at_once(intents: Sequence[Any]) -> list[Any]:
    taken: list[Any] = []
    facts = 0
    for intent in intents:
        facts += len(intent.nodes) + len(intent.edges)
        if taken and facts > FACTS:
            break
        taken.append(intent)
    return taken


def _fenced(seen: int, wanted: Sequence[Statement]) -> Work[list[dict[str, Any]] | None]:
    """Work that does nothing and returns None where the fence is not as it was seen."""

    def work(transaction: Any) -> list[dict[str, Any]] | None:
        if not transaction.run(cypher.RAISE_FENCE, {"seen": seen}).data():
            transaction.rollback()
            return None
        return [record for text, values in wanted for record in transaction.run(text, dict(values)).data()]

    return work


def _touched(session: Session, keys: frozenset[str], names: frozenset[EdgeName]) -> _Touched:
    """The facts as they stand now; ends of edges are among the nodes, so that no edge is left hanging."""
    edges = ledger.edges(session, names)
    ends = {end for record in edges for end in edge_name(record)[:2]}
    return _Touched(keys, names, ledger.nodes(session, keys | ends), edges)


def _alike(touched: _Touched, fence: int) -> Iterator[Statement]:
    """Edges and nodes that are no more, then nodes and edges that are."""
    gone = touched.names - {edge_name(record) for record in touched.edges}
    for kind, rows in _by_type(gone).items():
        yield from ((cypher.DROP_EDGES[kind], {"rows": page}) for page in _paged(rows))
    for label in NodeType:
        kept = {node_key(record) for record in touched.nodes if record.fact.type is label}
        lost = sorted(touched.keys - kept)
        yield from ((cypher.DROP_NODES[label], {"keys": page}) for page in _paged(lost))
    yield from _puts(touched.nodes, fence)
    yield from _puts(touched.edges, fence)


def _puts(records: Iterable[Record], fence: int) -> Iterator[Statement]:
    rows: dict[NodeType | EdgeType, list[dict[str, Any]]] = defaultdict(list)
    for record in records:
        rows[record.fact.type].append(_row(record) | {"properties": packed(record, fence)})
    for kind, some in rows.items():
        statement = cypher.PUT_NODES[kind] if isinstance(kind, NodeType) else cypher.PUT_EDGES[kind]
        yield from ((statement, {"rows": page}) for page in _paged(some))


def _paged(rows: list[Row]) -> Iterator[list[Row]]:
    return (rows[start : start + PAGE] for start in range(0, len(rows), PAGE))


def _row(record: Record) -> dict[str, Any]:
    if isinstance(record.fact, Node):
        return {"key": record.fact.key}
    return {"source": record.fact.source, "destination": record.fact.destination}


def _by_type(names: Iterable[EdgeName]) -> dict[EdgeType, list[dict[str, str]]]:
    rows: dict[EdgeType, list[dict[str, str]]] = defaultdict(list)
    for source, destination, kind in sorted(names):
        rows[EdgeType(kind)].append({"source": source, "destination": destination})
    return rows


def _pages_of_nodes(session: Session) -> Iterator[list[Record]]:
    after = ""
    while page := ledger.nodes_after(session, after, PAGE):
        yield page
        after = node_key(page[-1])


def _pages_of_edges(session: Session) -> Iterator[list[Record]]:
    after: EdgeName = ("", "", "")
    while page := ledger.edges_after(session, after, PAGE):
        yield page
        after = edge_name(page[-1])
