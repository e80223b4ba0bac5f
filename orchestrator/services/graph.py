"""The knowledge graph as people see it: loading the domain model, counting, looking around."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from orchestrator.domain import model_file
from orchestrator.domain.graph import DomainModel, Edge, Node, NodeType
from orchestrator.errors import Invalid, NotFound
from orchestrator.graph_store import GraphStore
from orchestrator.storage.engine import SessionFactory
from orchestrator.storage.paging import Page, Paging

MOST_NEIGHBOURS = 500


class Graph:
    """One transaction per method."""

    def __init__(self, sessions: SessionFactory, store: GraphStore) -> None:
        self._sessions = sessions
        self._store = store

    def load(self, content: str | bytes | Mapping[str, Any]) -> dict[str, int]:
        """Load a domain-model file; what is there already is updated, nothing is deleted. Commits.

        Returns:
            How many business_objects, messages and relations the file has.

        Raises:
            Invalid: every fault of the file at once; nothing is loaded.
        """
        model = model_file.parse(content)
        with self._sessions.begin() as session:
            self._store.load_model(session, model)
        return {
            "business_objects": len(model.objects),
            "messages": len(model.messages),
            "relations": len(model.relations),
        }

    def catch_up(self) -> int:
        """Bring what was committed to where it is read, if that is another server. Returns how many transactions.

        Raises:
            Unavailable: that server does not answer; it gets everything later.
        """
        return self._store.catch_up()

    def close(self) -> None:
        """Close the connections of the store."""
        self._store.close()

    def show(self) -> dict[str, Any]:
        """`{"nodes": {type: n}, "edges": {type: n}, "behind": n}`: `behind` are committed writes not yet in these."""
        with self._sessions() as session:
            return {"behind": self._store.behind(session), **self._store.counts(session)}

    def model(self) -> DomainModel:
        """The domain model as loaded, ordered by key."""
        with self._sessions() as session:
            return self._store.model(session)

    def nodes(self, kind: NodeType | None, paging: Paging) -> Page:
        """A page of nodes of one type, or of all, ordered by key.

        Raises:
            Invalid: code `cursor`: it is none of ours.
        """
        after = _key_of(paging.cursor) if paging.cursor else ""
        with self._sessions() as session:
            found = self._store.nodes_of_type(session, kind, after=after, limit=paging.limit + 1)
        items = list(found[: paging.limit])
        return Page(items, _cursor_of(items[-1].key) if len(found) > paging.limit else None)

    def neighbours(self, key: str, *, limit: int = MOST_NEIGHBOURS) -> tuple[Node, Sequence[Edge], Sequence[Node]]:
        """A node, its edges in order, and the nodes at their other ends.

        Raises:
            NotFound: no node has this key.
        """
        with self._sessions() as session:
            found = self._store.nodes(session, [key])
            if not found:
                raise NotFound(f"The graph has no node {key!r}. GET /graph/nodes lists the keys.")
            edges = self._store.neighbours(session, key, limit=limit)
            others = {end for edge in edges for end in (edge.source, edge.destination)} - {key}
            return found[0], edges, self._store.nodes(session, others)


def _cursor_of(key: str) -> str:
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def _key_of(cursor: str) -> str:
    try:
        return base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except ValueError as error:
        raise Invalid(
            "The cursor does not belong to this list. Start again without `cursor`.",
            code="cursor",
            details={"parameter": "cursor"},
        ) from error
