"""/graph: the domain model and what requirements have to do with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from flask import Response, request

from api.arguments import Resource
from api.auth import requires
from api.context import job_id_of, services
from api.paging import shown
from api.schemas.graph import (
    AssertionsSchema,
    DomainModelSchema,
    EdgeSchema,
    ExportQuery,
    GatesSchema,
    GraphCountsSchema,
    LoadedSchema,
    NeighbourQuery,
    NeighboursSchema,
    NodePageSchema,
    NodeQuery,
    NodeSchema,
    PreviewSchema,
)
from orchestrator.domain import cypher
from orchestrator.domain.access import Role
from orchestrator.services.graph_checks import GraphChecks

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


@blp.get("/graph/verify")
@requires(Role.VIEWER, everybodys=True)
@blp.answers(200, GatesSchema)
def verify() -> Any:
    """Ask the quality gates of the graph; `passed` is false where one of severity error found something."""
    gates = services().graph_checks.verify()
    return {"passed": not any(gate.count for gate in gates if gate.severity == "error"), "gates": gates}


@blp.get("/graph/export")
@requires(Role.VIEWER, everybodys=True)
@blp.takes(ExportQuery, "query")
@blp.also(200, content_type="application/json", schema={"type": "object"})
@blp.also(200, content_type="text/plain", schema={"type": "string"})
def export(query: dict[str, Any]) -> Response:
    """Stream the whole graph as one JSON object {nodes, edges}, or as a Cypher script that is safe to run twice."""
    checks = services().graph_checks
    as_cypher = query["format"] == "cypher"
    lines = cypher.script(checks.nodes(), checks.edges()) if as_cypher else _as_json(checks)
    kind = "text/plain; charset=utf-8" if as_cypher else "application/json"
    answer = Response(lines if request.method == "GET" else None, content_type=kind)
    name = f"graph.{query['format']}"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def _as_json(checks: GraphChecks) -> Iterator[str]:
    for part, items, schema in (("nodes", checks.nodes(), NodeSchema()), ("edges", checks.edges(), EdgeSchema())):
        yield f'{{"{part}": [' if part == "nodes" else f'\n], "{part}": ['
        for number, item in enumerate(items):
            yield (",\n" if number else "\n") + json.dumps(schema.dump(item), ensure_ascii=False)
    yield "\n]}\n"


@blp.get("/jobs/<job_id>/graph")
@requires(Role.VIEWER)
@blp.answers(200, AssertionsSchema)
def asserted(job_id: str) -> Any:
    """Tell what a job has put into the graph, and what would go if it were taken out."""
    return services().graph_checks.asserted(job_id_of(job_id))


@blp.delete("/jobs/<job_id>/graph")
@requires(Role.OPERATOR)
@blp.answers(200, AssertionsSchema)
def retract(job_id: str) -> Any:
    """Take out of the graph what only this job asserts; what other jobs assert too stays. The job must have ended.

    Tells what it asserted until now.
    """
    return services().graph_checks.retract(job_id_of(job_id))


@blp.get("/jobs/<job_id>/graph/preview")
@requires(Role.VIEWER)
@blp.answers(200, PreviewSchema)
def preview(job_id: str) -> Any:
    """Tell what integrating a job that was submitted with `integrate: false` would do now. Nothing is written."""
    return services().held_integration.preview(job_id_of(job_id))


@blp.post("/jobs/<job_id>/graph")
@requires(Role.OPERATOR)
@blp.answers(200, PreviewSchema)
def integrate(job_id: str) -> Any:
    """Put into the graph what such a job says, as far as its requirements are still accepted. It must have ended."""
    return services().held_integration.integrate(job_id_of(job_id))


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
