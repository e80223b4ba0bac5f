"""What a job says of the graph that is not to go there yet."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from orchestrator.domain.graph import Edge, EdgeType, GraphFacts, Node, NodeType
from orchestrator.storage.models import HeldFacts, Job


def are_held(session: Session, job_id: UUID) -> bool:
    """Whether the job leaves the graph alone."""
    return session.scalar(select(Job.integrate).where(Job.id == job_id)) is False


def add(session: Session, job_id: UUID, facts: GraphFacts) -> None:
    """Keep what one step found out."""
    nodes = [[node.key, node.type, dict(node.properties)] for node in facts.nodes]
    edges = [[edge.source, edge.destination, edge.type, dict(edge.properties)] for edge in facts.edges]
    session.add(HeldFacts(job_id=job_id, facts={"nodes": nodes, "edges": edges}))


def read(session: Session, job_id: UUID) -> GraphFacts:
    """All that is kept of a job; of a fact that was found twice the later one."""
    nodes: dict[str, Node] = {}
    edges: dict[tuple[str, str, str], Edge] = {}
    for facts in session.scalars(select(HeldFacts.facts).where(HeldFacts.job_id == job_id).order_by(HeldFacts.id)):
        nodes.update((key, Node(key, NodeType(kind), values)) for key, kind, values in facts["nodes"])
        edges.update((_edge_of(row)) for row in facts["edges"])
    return GraphFacts(tuple(nodes.values()), tuple(edges.values()))


def release(session: Session, job_id: UUID) -> None:
    """From now on, what the job says goes to the graph; what was kept is forgotten."""
    session.execute(delete(HeldFacts).where(HeldFacts.job_id == job_id))
    session.execute(update(Job).where(Job.id == job_id).values(integrate=True))


def _edge_of(row: Any) -> tuple[tuple[str, str, str], Edge]:
    source, destination, kind, properties = row
    return (source, destination, kind), Edge(source, destination, EdgeType(kind), properties)
