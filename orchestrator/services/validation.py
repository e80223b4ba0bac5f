"""What the validator reads from and writes to the database. `save_` functions run inside a finishing transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from orchestrator.config import Settings
from orchestrator.domain.graph import GraphFacts
from orchestrator.domain.review import Decision, ReviewState
from orchestrator.domain.step import ClaimedStep, StepKind
from orchestrator.errors import NotFound
from orchestrator.graph_store import GraphStore
from orchestrator.services.batches import repeat_batch
from orchestrator.storage import held_facts
from orchestrator.storage.engine import SessionFactory
from orchestrator.storage.models import DocumentText, Job, Requirement, RequirementReview, Step

INTEGRATED = "Judged anew, as a reviewer accepted it."
"""What the history says when the validator has followed."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Requirements to judge, and the text they cite.

    `sole` is true for a job's only batch: it links too.
    """

    job_id: UUID
    language: str
    register: str | None
    text: str
    requirements: Sequence[Requirement]
    sole: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of one requirement: the columns to set, and what it says of the graph (integrated only)."""

    id: int
    columns: Mapping[str, Any]
    facts: GraphFacts = field(default_factory=GraphFacts)


@dataclass(frozen=True, slots=True)
class Failed:
    """A requirement whose judgement met an error."""

    id: int
    error: str


class Validation:
    """The validator's way to its data. Methods that take a session leave the commit to `Execution.finish`."""

    def __init__(self, settings: Settings, sessions: SessionFactory, graph_store: GraphStore) -> None:
        self._settings = settings
        self._sessions = sessions
        self._graph_store = graph_store

    def batch(self, step: ClaimedStep) -> Batch:
        """The pending requirements of a validate step, in the order shown."""
        job_id = _job_of(step)
        batches = select(func.count()).where(Step.job_id == job_id, Step.kind == StepKind.VALIDATE.value)
        with self._sessions() as session:
            language, text, brief = session.execute(_text_of(job_id)).one()
            rows = session.scalars(
                select(Requirement)
                .where(
                    Requirement.job_id == job_id,
                    Requirement.validate_part == step.part,
                    Requirement.status == "pending",
                )
                .order_by(Requirement.seq)
            ).all()
            sole = session.scalars(batches).one() == 1
        return Batch(job_id, language, (brief or {}).get("register"), text, rows, sole)

    def accepted(self, step: ClaimedStep) -> Batch:
        """The requirement of an integrate step, where its acceptance still holds; else none."""
        job_id = _job_of(step)
        with self._sessions() as session:
            language, text, brief = session.execute(_text_of(job_id)).one()
            rows = session.scalars(_accepted(job_id, step)).all()
        return Batch(job_id, language, (brief or {}).get("register"), text, rows, sole=False)

    def save_accepted(self, session: Session, step: ClaimedStep, judged: Judged) -> bool:
        """Store the verdict on an accepted requirement with its facts; False where that was decided otherwise."""
        row = session.scalars(_accepted(_job_of(step), step).with_for_update()).one_or_none()
        if row is None:
            return False
        before, now = {"state": ReviewState.ACCEPTED, "status": row.status}, judged.columns["status"]
        self.save_judgements(session, step, [judged])
        told = {"decision": Decision.ACCEPT, "reason": INTEGRATED, "before": before, "after": before | {"status": now}}
        session.add(RequirementReview(job_id=row.job_id, rid=row.rid, **told))
        return True

    def integrated(self, job_id: UUID) -> Sequence[Requirement]:
        """The job's integrated requirements, in the order shown."""
        with self._sessions() as session:
            return self.integrated_in(session, job_id)

    def integrated_in(self, session: Session, job_id: UUID) -> Sequence[Requirement]:
        """As `integrated`, with what this session has just written."""
        statement = select(Requirement).where(Requirement.job_id == job_id, Requirement.status == "integrated")
        return session.scalars(statement.order_by(Requirement.seq)).all()

    def save_judgements(self, session: Session, step: ClaimedStep, judged: Sequence[Judged]) -> None:
        """Store verdicts and integrate what was accepted: rows first, then graph nodes and edges, each in key order."""
        held = held_facts.are_held(session, _job_of(step))
        for each in sorted(judged, key=lambda one: one.id):
            values = {**each.columns, "updated_at": func.now(), "last_error": None}
            if held:
                values["neo4j_id"] = None
            session.execute(update(Requirement).where(Requirement.id == each.id).values(values))
        nodes = [node for each in judged for node in each.facts.nodes]
        edges = [edge for each in judged for edge in each.facts.edges]
        if nodes:
            self._tell_graph(session, _job_of(step), GraphFacts(tuple(nodes), tuple(edges)))

    def save_failures(self, session: Session, step: ClaimedStep, failures: Sequence[Failed]) -> None:
        """Count an error on each requirement: it is judged again, or has failed when it met its last chance."""
        again = []
        for each in sorted(failures, key=lambda one: one.id):
            row = session.get_one(Requirement, each.id)
            row.retry_count += 1
            row.last_error = each.error[:2000]
            if row.retry_count >= self._settings.max_requirement_retries:
                row.status = "failed"
            else:
                again.append(row.id)
        session.flush()
        repeat_batch(session, step, again)

    def save_links(self, session: Session, job_id: UUID, facts: GraphFacts) -> None:
        """Add edges between requirements."""
        if facts.edges:
            self._tell_graph(session, job_id, facts)

    def _tell_graph(self, session: Session, job_id: UUID, facts: GraphFacts) -> None:
        """Integrate facts, or hold them where the job leaves the graph alone."""
        if held_facts.are_held(session, job_id):
            held_facts.add(session, job_id, facts)
        else:
            self._graph_store.integrate(session, job_id, facts)


def _accepted(job_id: UUID, step: ClaimedStep) -> Any:
    return select(Requirement).where(
        Requirement.job_id == job_id,
        Requirement.rid == step.payload["rid"],
        Requirement.status != "integrated",
        Requirement.review["state"].astext == ReviewState.ACCEPTED,
    )


def _text_of(job_id: UUID) -> Any:
    joined = DocumentText.id == Job.document_text_id
    return select(DocumentText.language, DocumentText.text, Job.brief).join(Job, joined).where(Job.id == job_id)


def _job_of(step: ClaimedStep) -> UUID:
    if step.job_id is None:
        raise NotFound(f"Step {step.id} of kind {step.kind} has no job to work for.")
    return step.job_id
