"""Batches of requirements for the validator: a batch is a validate step and the pending rows that carry its part."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, func, select, text, update
from sqlalchemy.orm import Session

from orchestrator.domain.step import ClaimedStep, NewStep, StepKind
from orchestrator.storage import steps
from orchestrator.storage.models import Requirement


def create_batches(session: Session, job_id: UUID, size: int) -> int:
    """Cut a job's pending requirements, in the order shown, into validate steps. Returns how many."""
    parts = session.execute(
        text(
            """
            WITH numbered AS (
                SELECT id, to_char((row_number() OVER (ORDER BY seq, id) - 1) / :size + 1, 'FM0000') AS part
                FROM requirements WHERE job_id = :job_id AND status = 'pending'
            ), updated AS (
                UPDATE requirements r SET validate_part = n.part FROM numbered n WHERE r.id = n.id RETURNING n.part
            )
            SELECT DISTINCT part FROM updated ORDER BY part
            """
        ),
        {"job_id": job_id, "size": size},
    ).scalars()
    new = [NewStep(StepKind.VALIDATE, part=part) for part in parts]
    if new:
        steps.insert(session, job_id, new)
    return len(new)


def split_batch(session: Session, step: ClaimedStep) -> bool:
    """Halve a batch that keeps killing its process, so that one poison requirement ends up alone.

    Returns False where there is nothing to halve.
    """
    if step.kind is not StepKind.VALIDATE or step.job_id is None:
        return False
    ids = session.scalars(_pending(step).order_by(Requirement.id).with_for_update()).all()
    if len(ids) < 2:
        return False
    middle = len(ids) // 2
    for suffix, half in (("a", ids[:middle]), ("b", ids[middle:])):
        _assign(session, step.job_id, half, step.part + suffix)
    return True


def repeat_batch(session: Session, step: ClaimedStep, ids: Sequence[int]) -> None:
    """Put requirements that met an error in their validator into a further batch."""
    if ids and step.job_id is not None:
        _assign(session, step.job_id, ids, f"{step.part}+")


def give_up_batch(session: Session, step: ClaimedStep, reason: str) -> None:
    """Set the pending requirements of a dead validate step to failed."""
    if step.kind is not StepKind.VALIDATE:
        return
    session.execute(
        update(Requirement)
        .where(Requirement.id.in_(_pending(step)))
        .values(status="failed", last_error=reason, updated_at=func.now())
    )


def _pending(step: ClaimedStep) -> Select[int]:
    return select(Requirement.id).where(
        Requirement.job_id == step.job_id, Requirement.validate_part == step.part, Requirement.status == "pending"
    )


def _assign(session: Session, job_id: UUID, ids: Sequence[int], part: str) -> None:
    session.execute(update(Requirement).where(Requirement.id.in_(ids)).values(validate_part=part))
    steps.insert(session, job_id, [NewStep(StepKind.VALIDATE, part=part)])
