"""Jobs that were judged without touching the graph: what they would do to it, and doing it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from orchestrator.domain.graph import ENDS, MODEL_TYPES, Edge, GraphFacts, NodeType
from orchestrator.domain.job import TERMINAL, JobStatus
from orchestrator.domain.requirement import RequirementStatus
from orchestrator.errors import Conflict, Invalid, InvalidTransition
from orchestrator.graph_store import GraphStore
from orchestrator.services.job_view import no_job
from orchestrator.services.reviews import described
from orchestrator.storage import audit, events, held_facts, jobs
from orchestrator.storage.engine import SessionFactory
from orchestrator.storage.models import Job, Requirement


@dataclass(frozen=True, slots=True)
class Preview:
    """What integrating a job would do: new nodes, nodes that are there, edges, and what of the model they touch.

    `conflict` says why it would be refused; None: it would not.
    """

    adds: int
    merges: int
    edges: int
    touches: int
    conflict: str | None


class HeldIntegration:
    """One transaction per method."""

    def __init__(self, sessions: SessionFactory, store: GraphStore) -> None:
        self._sessions = sessions
        self._store = store

    def preview(self, job_id: UUID) -> Preview:
        """What `integrate` would do now; it is tried and taken back, so that nothing is written.

        Raises:
            NotFound: no such job.
            Conflict: code `not_held`: the job goes, or went, to the graph as it was judged.
        """
        with self._sessions() as session:
            facts = self._facts(session, _require(session.get(Job, job_id), job_id))
            found = self._preview(session, facts)
            conflict = self._try(session, job_id, facts)
            session.rollback()
        return Preview(*found, conflict)

    def integrate(self, job_id: UUID) -> Preview:
        """Put what a job said into the graph, as far as its requirements are still accepted. Commits.

        Returns:
            What that did.

        Raises:
            NotFound: no such job.
            InvalidTransition: it still runs.
            Conflict: code `not_held`, see `preview`; code `contradiction`: the graph says otherwise by now.
        """
        with self._sessions.begin() as session:
            job = _require(jobs.lock(session, job_id), job_id)
            if JobStatus(job.status) not in TERMINAL:
                raise InvalidTransition(
                    f"Job {job_id} is {job.status}; what it says of the graph is complete when it has ended.",
                    details={"job_id": str(job_id), "status": job.status, "allowed": ["cancel"]},
                )
            facts = self._facts(session, job)
            done = Preview(*self._preview(session, facts), None)
            held_facts.release(session, job_id)
            audit.note(session, "job", job_id, {"integrate": False}, {"integrate": True})
            _name_nodes(session, job_id)
            self._store.integrate(session, job_id, facts)
            events.append(session, job_id, "graph.integrated", {"adds": done.adds, "merges": done.merges})
        return done

    def _facts(self, session: Session, job: Job) -> GraphFacts:
        """What is held of requirements that are accepted now, with the values that reviewers gave them."""
        if job.integrate:
            raise Conflict(
                f"Nothing of job {job.id} is held back from the graph. Submit it with `integrate: false` for that.",
                code="not_held",
            )
        accepted = select(Requirement).where(Requirement.job_id == job.id, Requirement.status == _INTEGRATED)
        rows = {row.rid: row for row in session.scalars(accepted)}
        held = held_facts.read(session, job.id)
        nodes = described([node for node in held.nodes if node.key in rows], rows)
        return GraphFacts(nodes, tuple(edge for edge in held.edges if _requirements(edge) <= rows.keys()))

    def _preview(self, session: Session, facts: GraphFacts) -> tuple[int, int, int, int]:
        there = len(self._store.nodes(session, [node.key for node in facts.nodes]))
        touched = {edge.destination for edge in facts.edges if ENDS[edge.type][1] in MODEL_TYPES}
        return len(facts.nodes) - there, there, len(facts.edges), len(touched)

    def _try(self, session: Session, job_id: UUID, facts: GraphFacts) -> str | None:
        try:
            self._store.integrate(session, job_id, facts)
        except (Conflict, Invalid) as error:
            return error.message
        return None


_INTEGRATED = RequirementStatus.INTEGRATED.value


def _require(job: Job | None, job_id: UUID) -> Job:
    if job is None:
        raise no_job(job_id)
    return job


def _name_nodes(session: Session, job_id: UUID) -> None:
    accepted = (Requirement.job_id == job_id, Requirement.status == _INTEGRATED)
    session.execute(update(Requirement).where(*accepted).values(neo4j_id=Requirement.rid, updated_at=func.now()))


def _requirements(edge: Edge) -> set[str]:
    ends = zip((edge.source, edge.destination), ENDS[edge.type], strict=True)
    return {end for end, kind in ends if kind is NodeType.REQUIREMENT}
