"""/graph: the domain model and what requirements have to do with it."""

from __future__ import annotations

from typing import Any

from api.arguments import Resource
from api.auth import requires
from api.context import services
from api.paging import shown
from api.schemas.graph import (
    DomainModelSchema,
    GraphCountsSchema,
    LoadedSchema,
    NeighbourQuery,
    NeighboursSchema,
    NodePageSchema,
    NodeQuery,
)
from orchestrator.domain.access import Role

blp = Resource("graph", __name__, description="Requirements, business objects and messages, and their relations.")


@blp.post("/graph/model")
@requires(Role.ADMIN)
@blp.takes(DomainModelSchema, "json")
@blp.answers(200, LoadedSchema)
def load(model: dict[str, Any]) -> Any:
    """Load a domain model: what is there already is updated, nothing is deleted.

    A model with faults is refused as a whole, with every fault in one answer.
    """
    return services().graph.load(model)


@blp.get("/graph")
@requires(Role.VIEWER)
@blp.answers(200, GraphCountsSchema)
def show() -> Any:
    """Count nodes and edges by type."""
    return services().graph.show()


@blp.get("/graph/nodes")
@requires(Role.VIEWER, everybodys=True)
@blp.takes(NodeQuery, "query")
@blp.answers(200, NodePageSchema)
def nodes(query: dict[str, Any]) -> Any:
    """List nodes in the order of their keys."""
    return shown(services().graph.nodes(query["type"], query["paging"]))


@blp.get("/graph/nodes/<key>/neighbours")
@requires(Role.VIEWER, everybodys=True)
@blp.takes(NeighbourQuery, "query")
@blp.answers(200, NeighboursSchema)
def neighbours(query: dict[str, Any], key: str) -> Any:
    """Show a node with its edges and the nodes at their other ends."""
    node, edges, others = services().graph.neighbours(key, limit=query["limit"])
    return {"node": node, "edges": edges, "nodes": others}
