"""The one function that owns every change of phase of a job."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from orchestrator.domain.job import JobStatus
from orchestrator.domain.llm import Engine
from orchestrator.domain.phase import Move, Phase, next_move
from orchestrator.domain.step import NewStep, StepKind, StepState
from orchestrator.services.announcements import announce_reviews
from orchestrator.storage import events, llm, reopening, steps

_END = text(
    """
    WITH told AS (UPDATE job_dependencies SET due = true WHERE depends_on_id = :job_id)
    UPDATE jobs SET status = :status, version = version + 1, updated_at = now(), completed_at = now(),
        creator_status = CASE WHEN :creator_failed THEN 'failed' ELSE creator_status END,
        validator_status = CASE WHEN :validator_failed THEN 'failed' WHEN :status = 'completed' THEN 'completed'
                                ELSE validator_status END,
        error_message = :error_message, error_details = CAST(:error_details AS jsonb)
    WHERE id = :job_id RETURNING version, dry_run, engine, coalesce(previous_revision, successor_of) AS before
    """
)


def advance(session: Session, job_id: UUID) -> None:
    """Move a job on if none of its blocking steps is open; the last act of finish, fail, reconcile and retry.

    The job's row is locked first and the steps are counted in a later statement: of two last steps that end at
    once, the second one sees both.
    """
    job = steps.lock_phase(session, job_id)
    if job is None or job.status not in (JobStatus.CREATED, JobStatus.PROCESSING) or steps.any_open(session, job_id):
        return
    rows = steps.phase_counts(session, job_id)
    phase = Phase(
        counts={(StepKind(row.kind), StepState(row.state)): row.steps for row in rows},
        creator_done=job.creator_status == "completed",
        linked=any(row.linked for row in rows),
        partial=job.on_error == "partial",
    )
    _apply(session, job_id, next_move(phase))


def _apply(session: Session, job_id: UUID, move: Move) -> None:
    match move:
        case Move.READ | Move.MERGE | Move.LINK:
            _start(session, job_id, StepKind(move.value))
        case Move.COMPLETE:
            end_job(session, job_id, JobStatus.COMPLETED)
        case Move.FAIL_CREATOR | Move.FAIL_VALIDATOR:
            end_job(session, job_id, JobStatus.FAILED, failed=move, error=_cause(session, job_id))


def _start(session: Session, job_id: UUID, kind: StepKind) -> None:
    """A step of its own for the phase; after a retry, the one that was held back for it."""
    if not reopening.reopen(session, job_id, kind):
        steps.insert(session, job_id, [NewStep(kind)])


_NOT_VALIDATED = {"code": "validation_failed", "message": "No batch of requirements could be validated."}


def _cause(session: Session, job_id: UUID) -> dict[str, Any]:
    dead = steps.first_dead(session, job_id)
    if dead is None:
        return dict(_NOT_VALIDATED)
    error = dict(dead.error or {})
    if dead.kind == StepKind.VALIDATE:
        error |= {**_NOT_VALIDATED, "cause": error.get("code", "error"), "last_error": error.get("message", "")}
    return error | {
        "step_id": dead.id,
        "kind": dead.kind,
        "part": dead.part,
        "attempts": dead.attempt,
        "errors": dead.error_count,
        "crashes": dead.crash_count,
    }


def end_job(
    session: Session,
    job_id: UUID,
    status: JobStatus,
    *,
    failed: Move | None = None,
    error: dict[str, Any] | None = None,
    told: Mapping[str, Any] | None = None,
) -> None:
    """Give a job its terminal status, its event and its report step; have the leader look at those that wait for it.

    Where it follows another job, the step that takes over that one's reviews tells what needs a review.

    The caller holds the job's lock. `told` goes to the event, beside the error.
    """
    ended = session.execute(
        _END,
        {
            "job_id": job_id,
            "status": status.value,
            "creator_failed": failed == Move.FAIL_CREATOR,
            "validator_failed": failed == Move.FAIL_VALIDATOR,
            "error_message": error and error.get("message"),
            "error_details": json.dumps(error) if error else None,
        },
    ).one()
    events.append(session, job_id, f"job.{status.value}", ({"error": error} if error else {}) | dict(told or {}))
    if ended.engine != Engine.RULES and status is not JobStatus.FAILED:
        llm.drop_answers(session, job_id)
    if not ended.dry_run:
        steps.insert(session, job_id, [NewStep(StepKind.REPORT, part=str(ended.version))])
    if status is JobStatus.COMPLETED and ended.before:
        steps.insert(session, job_id, [NewStep(StepKind.CARRY_OVER)])
    elif status is JobStatus.COMPLETED:
        announce_reviews(session, job_id)
