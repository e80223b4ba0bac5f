"""The graph as a whole: exported, checked by its gates, and what a job has put into it taken out again."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import update

from orchestrator.domain.graph import Assertions, Edge, Node
from orchestrator.domain.graph_gates import Gate, GateKeeper
from orchestrator.domain.job import TERMINAL, JobStatus
from orchestrator.errors import InvalidTransition
from orchestrator.graph_store import GraphStore
from orchestrator.services.job_view import no_job, require
from orchestrator.storage import events, jobs
from orchestrator.storage.engine import SessionFactory
from orchestrator.storage.models import Requirement

PAGE = 1000
"""Nodes or edges read at once."""


class GraphChecks:
    """Reads are pages of short transactions: what is written meanwhile may or may not be in them."""

    def __init__(self, sessions: SessionFactory, store: GraphStore) -> None:
        self._sessions = sessions
        self._store = store

    def nodes(self) -> Iterator[Node]:
        """All nodes in the order of their keys."""
        after = ""
        while True:
            with self._sessions() as session:
                page = self._store.nodes_of_type(session, None, after=after, limit=PAGE)
            yield from page
            if len(page) < PAGE:
                return
            after = page[-1].key

    def edges(self) -> Iterator[Edge]:
        """All edges in order."""
        last: Edge | None = None
        while True:
            with self._sessions() as session:
                page = self._store.edges(session, after=last, limit=PAGE)
            yield from page
            if len(page) < PAGE:
                return
            last = page[-1]

    def verify(self) -> tuple[Gate, ...]:
        """Ask all quality gates; those that found nothing are among them."""
        keeper = GateKeeper()
        for node in self.nodes():
            keeper.see_node(node)
        for edge in self.edges():
            keeper.see_edge(edge)
        return keeper.gates()

    def asserted(self, job_id: UUID) -> Assertions:
        """What a job has put into the graph, and how much of it would go with it.

        Raises:
            NotFound: no such job.
        """
        with self._sessions() as session:
            require(session, job_id)
            return self._store.asserted(session, job_id)

    def retract(self, job_id: UUID) -> Assertions:
        """Take out what only this job asserts; its requirements keep their verdict and lose their node. Commits.

        Returns:
            What it asserted until now.

        Raises:
            NotFound: no such job.
            InvalidTransition: it still runs and would put more in.
        """
        with self._sessions.begin() as session:
            job = jobs.lock(session, job_id)
            if job is None:
                raise no_job(job_id)
            if JobStatus(job.status) not in TERMINAL:
                raise InvalidTransition(
                    f"Job {job_id} is {job.status} and still writes to the graph. Cancel it, or wait for its end.",
                    details={"job_id": str(job_id), "status": job.status, "allowed": ["cancel"]},
                )
            before = self._store.asserted(session, job_id)
            session.execute(update(Requirement).where(Requirement.job_id == job_id).values(neo4j_id=None))
            self._store.retract(session, job_id)
            events.append(session, job_id, "graph.retracted", {"nodes": before.own_nodes, "edges": before.own_edges})
        return before
