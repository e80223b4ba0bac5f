"""The contract of a graph store. Its implementations live in `graph_stores/`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from orchestrator.domain.graph import Assertions, DomainModel, Edge, GraphFacts, Node, NodeType


class GraphStore(Protocol):
    """Writes run inside the caller's transaction; nothing here commits."""

    def load_model(self, session: Session, model: DomainModel) -> None:
        """Upsert the objects, messages and relations of a domain model; other nodes stay untouched."""

    def model(self, session: Session) -> DomainModel:
        """The domain model as loaded, ordered by key."""

    def integrate(self, session: Session, job_id: UUID, facts: GraphFacts) -> None:
        """Upsert nodes and edges in (key) order and note that this job asserts them. Repeating it changes nothing.

        Raises:
            Invalid: an edge whose ends do not fit its type, or a node of a type that only `load_model` writes.
            Conflict: FULFILLED_BY and NOT_FULFILLED_BY between one pair.
        """

    def retract(self, session: Session, job_id: UUID) -> int:
        """Remove what this job asserts and no other job does. Returns how many nodes and edges went."""

    def retract_requirements(self, session: Session, job_id: UUID, keys: Iterable[str]) -> int:
        """The same of these requirements alone: their nodes, and the edges that start or end at them."""

    def nodes(self, session: Session, keys: Iterable[str]) -> Sequence[Node]:
        """The nodes with these keys, ordered by key."""

    def nodes_of_type(self, session: Session, kind: NodeType | None, *, after: str, limit: int) -> Sequence[Node]:
        """At most `limit` nodes (of one type, or all) with a key above `after`, ordered by key."""

    def edges(self, session: Session, *, after: Edge | None, limit: int) -> Sequence[Edge]:
        """At most `limit` edges behind `after`, ordered by source, destination and type."""

    def asserted(self, session: Session, job_id: UUID) -> Assertions:
        """What a job asserts, counted."""

    def neighbours(self, session: Session, key: str, *, limit: int = 100) -> Sequence[Edge]:
        """Edges that start or end at a node, ordered; at most `limit`."""

    def counts(self, session: Session) -> dict[str, Any]:
        """Nodes and edges by type."""

    def catch_up(self) -> int:
        """Bring what was committed to where it is read, if that is another server. Returns how many transactions.

        Raises:
            Unavailable: that server does not answer; it gets everything later.
        """

    def behind(self, session: Session) -> int:
        """How many committed transactions reading does not show yet."""

    def close(self) -> None:
        """Close the store's own connections, if it has any."""
