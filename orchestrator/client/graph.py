"""The graph, and the domain model in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast
from urllib.parse import quote

from orchestrator.client.answers import Assertions, Gates, GraphCounts, Loaded, Neighbours, Node, Preview
from orchestrator.client.resource import PAGE, Resource, segment
from orchestrator.errors import Invalid


class Graph(Resource):
    """The calls of `/graph`."""

    def load_graph(self, model: Mapping[str, Any]) -> Loaded:
        """Load a domain model (business objects, messages, relations): what is there is updated, nothing deleted.

        Raises:
            Invalid: the model has faults; nothing was loaded.
        """
        return cast(Loaded, self._post("/graph/model", model))

    def graph(self) -> GraphCounts:
        """How many nodes and edges of which type there are."""
        return cast(GraphCounts, self._get("/graph"))

    def nodes(self, node_type: str | None = None, limit: int | None = None) -> Iterator[Node]:
        """Nodes of the graph in the order of their keys."""
        return self._items("/graph/nodes", {"type": node_type}, limit)

    def neighbours(self, key: str, limit: int = PAGE) -> Neighbours:
        """A node, at most `limit` of its edges, and the nodes at their other ends."""
        if key.strip(".") == "":
            raise Invalid(f"{key!r} is no key of a node.")
        return cast(Neighbours, self._get(f"/graph/nodes/{quote(key, safe='')}/neighbours", {"limit": limit}))

    def verify_graph(self) -> Gates:
        """What the quality gates of the graph found."""
        return cast(Gates, self._get("/graph/verify"))

    def export_graph(self, form: str = "json") -> Iterator[bytes]:
        """The whole graph as it comes, as "json" or "cypher"."""
        return self._transport.stream("/graph/export", {"format": form})

    def asserted(self, job_id: str) -> Assertions:
        """What a job has put into the graph, and how much of it no other job asserts."""
        return cast(Assertions, self._get(f"/jobs/{segment(job_id)}/graph"))

    def preview_integration(self, job_id: str) -> Preview:
        """What integrating a job that was submitted with `integrate=False` would do now."""
        return cast(Preview, self._get(f"/jobs/{segment(job_id)}/graph/preview"))

    def integrate(self, job_id: str) -> Preview:
        """Put into the graph what such a job says. Returns what that did.

        Raises:
            InvalidTransition: the job has not ended.
            Conflict: nothing of it is held, or the graph says otherwise by now.
        """
        return cast(Preview, self._post(f"/jobs/{segment(job_id)}/graph", {}))

    def retract(self, job_id: str) -> Assertions:
        """Take out of the graph what only this job asserts. Returns what it asserted until now.

        Raises:
            InvalidTransition: the job has not ended.
        """
        return cast(Assertions, self._transport.json(self._transport.delete(f"/jobs/{segment(job_id)}/graph")))
