"""Gives an empty installation something to look at: a domain model and a finished sample job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from orchestrator import seed
from orchestrator.domain import model_file
from orchestrator.domain.graph import Edge, EdgeType, GraphFacts, Node, NodeType
from orchestrator.graph_store import GraphStore
from orchestrator.services.reporter import Reporter
from orchestrator.storage import recorded_jobs
from orchestrator.storage.engine import SessionFactory


@dataclass(frozen=True, slots=True)
class Seeded:
    """What was put in. `sample_job` is None where only a model was asked for; `new` tells whether it came now."""

    business_objects: int
    messages: int
    relations: int
    sample_job: UUID | None
    new: bool


class Seeding:
    """One transaction per call."""

    def __init__(self, sessions: SessionFactory, store: GraphStore, reporter: Reporter) -> None:
        self._sessions = sessions
        self._store = store
        self._reporter = reporter

    def seed(self, model: str | None = None) -> Seeded:
        """Load the shipped domain model and the sample job, or only the model given. Twice changes nothing. Commits.

        Args:
            model: the content of a domain-model file to load instead.

        Raises:
            Invalid: every fault of the model at once; nothing was stored.
        """
        content = model_file.parse(seed.domain_model() if model is None else model)
        sample = seed.sample_job() if model is None else None
        with self._sessions.begin() as session:
            self._store.load_model(session, content)
            new = bool(sample) and recorded_jobs.put(session, sample or {}, seed.sample_document())
            if sample and new:
                job_id = UUID(sample["job"]["id"])
                self._store.integrate(session, job_id, facts_of(sample["graph"]))
                self._reporter.generate(session, job_id)
        counts = (len(content.objects), len(content.messages), len(content.relations))
        return Seeded(*counts, UUID(sample["job"]["id"]) if sample else None, new)


def facts_of(graph: Mapping[str, Any]) -> GraphFacts:
    """Facts from their JSON: `{nodes: [[key, type, properties]], edges: [[source, destination, type, properties]]}`."""
    nodes = (Node(key, NodeType(kind), properties) for key, kind, properties in graph["nodes"])
    edges = (Edge(source, end, EdgeType(kind), properties) for source, end, kind, properties in graph["edges"])
    return GraphFacts(tuple(nodes), tuple(edges))
