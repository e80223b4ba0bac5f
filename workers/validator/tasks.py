"""The validator's steps: validate a batch, link a job's requirements. A job's only batch is linked in the same step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from sqlalchemy.orm import Session

from orchestrator.bootstrap import Orchestrator
from orchestrator.domain.graph import GraphFacts
from orchestrator.domain.llm import MATCH
from orchestrator.domain.step import ClaimedStep, StepKind
from orchestrator.errors import Invalid
from orchestrator.observability.failpoints import failpoint
from orchestrator.services.execution import Write
from orchestrator.services.validation import Batch, Failed, Judged
from orchestrator.storage.models import Requirement
from workers.creator.criteria import is_numbered
from workers.llm.validation import propose
from workers.task import step_task
from workers.validator.integration import Placed, link
from workers.validator.judge import Candidate, Verdict, judge
from workers.validator.matching import ModelIndex
from workers.validator.proposals import ProposedMatch

log = structlog.get_logger(__name__)


@step_task(StepKind.VALIDATE)
def validate(orchestrator: Orchestrator, step: ClaimedStep) -> Write:
    """Judge each requirement of a batch; an error on one is that one's alone."""
    validation = orchestrator.validation
    batch = validation.batch(step)
    index = ModelIndex.build(orchestrator.graph.model())
    proposed = propose(orchestrator, step, batch, index)
    outcomes = [_outcome(batch, row, index, proposed.get(row.rid, ())) for row in batch.requirements]
    judged = [each for each in outcomes if isinstance(each, Judged)]
    failed = [each for each in outcomes if isinstance(each, Failed)]

    def write(session: Session) -> Mapping[str, Any]:
        validation.save_judgements(session, step, judged)
        failpoint("after_graph", step.kind)
        validation.save_failures(session, step, failed)
        linked = batch.sole and not failed
        if linked:
            _link(orchestrator, session, batch.job_id, validation.integrated_in(session, batch.job_id))
        return {"judged": len(judged), "failed": len(failed), "linked": linked}

    return write


@step_task(StepKind.LINK)
def link_requirements(orchestrator: Orchestrator, step: ClaimedStep) -> Write:
    """Add the edges between a job's integrated requirements."""
    if step.job_id is None:
        raise Invalid(f"Link step {step.id} has no job to link.")
    job_id = step.job_id
    rows = orchestrator.validation.integrated(job_id)

    def write(session: Session) -> Mapping[str, Any]:
        return {"linked": True, "edges": _link(orchestrator, session, job_id, rows)}

    return write


@step_task(StepKind.INTEGRATE)
def integrate_accepted(orchestrator: Orchestrator, step: ClaimedStep) -> Write:
    """Put a requirement into the graph that was rejected and that a reviewer has accepted, with its edges."""
    validation = orchestrator.validation
    batch = validation.accepted(step)
    index = ModelIndex.build(orchestrator.graph.model())
    judged = [_judged(row, judge(_candidate(batch, row), index, accepted=True)) for row in batch.requirements]

    def write(session: Session) -> Mapping[str, Any]:
        held = [each for each in judged if validation.save_accepted(session, step, each)]
        if held:
            rows = validation.integrated_in(session, batch.job_id)
            names = {row.rid for row in batch.requirements}
            facts = link([_placed(row) for row in rows])
            edges = tuple(edge for edge in facts.edges if {edge.source, edge.destination} & names)
            validation.save_links(session, batch.job_id, GraphFacts((), edges))
        return {"integrated": len(held)}

    return write


def _link(orchestrator: Orchestrator, session: Session, job_id: Any, rows: Sequence[Requirement]) -> int:
    facts = link([_placed(row) for row in rows])
    orchestrator.validation.save_links(session, job_id, facts)
    return len(facts.edges)


def _outcome(batch: Batch, row: Requirement, index: ModelIndex, proposed: Sequence[ProposedMatch]) -> Judged | Failed:
    try:
        return _judged(row, judge(_candidate(batch, row), index, proposed=proposed))
    except Exception as error:
        log.exception("requirement_not_judged", rid=row.rid)
        return Failed(row.id, f"{type(error).__name__}: {error}")


def _candidate(batch: Batch, row: Requirement) -> Candidate:
    first = row.citations[0]
    return Candidate(
        rid=row.rid,
        name=row.requirement_name,
        text=row.requirement_text,
        quote=first["quote"],
        grounded=all(batch.text[one["start"] : one["end"]] == one["quote"] for one in row.citations),
        language=batch.language,
        register=batch.register,
        locator=first["locator"],
        section=row.source_location["section"],
        numbered=is_numbered(batch.text, first["start"], first["end"]),
        modality=row.modality,
        type=row.requirement_type,
        priority=row.priority,
        source_document=row.source_document,
        gobd=row.is_gobd_relevant,
        gdpr=row.is_gdpr_relevant,
    )


def _judged(row: Requirement, verdict: Verdict) -> Judged:
    integrated = bool(verdict.facts.nodes)
    by_model = any(step.get("match") == MATCH for step in verdict.evidence or ())
    columns: dict[str, Any] = {
        "status": verdict.status.value,
        "rejection_reason": verdict.rejection_reason,
        "quality": verdict.quality,
        "mentioned_objects": [match.name for match in verdict.objects] or row.mentioned_objects,
        "mentioned_messages": [match.name for match in verdict.messages] or row.mentioned_messages,
        "fulfilment": verdict.fulfilment,
        "gap": verdict.gap,
        "evidence": list(verdict.evidence) if verdict.evidence is not None else None,
        "neo4j_id": row.rid if integrated else None,
    }
    if integrated and by_model:
        columns["needs_review"] = True
    return Judged(row.id, columns, verdict.facts)


def _placed(row: Requirement) -> Placed:
    return Placed(
        rid=row.rid,
        text=row.requirement_text,
        quote=row.citations[0]["quote"],
        locators=tuple(citation["locator"] for citation in row.citations),
        start=row.citations[0]["start"],
    )
