"""The statements of a retry: a failed job's unfinished steps are opened again. No commits; lock order as everywhere."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from orchestrator.domain.step import QUEUE_OF, StepKind
from orchestrator.storage import steps

_UNFINISHED = text(
    """
    SELECT kind FROM steps
    WHERE job_id = :job_id AND blocking AND state IN ('dead', 'cancelled') ORDER BY id FOR UPDATE
    """
)
_REOPEN = text(
    """
    UPDATE steps
    SET state = 'pending', epoch = epoch + 1, error_count = 0, crash_count = 0, retries = retries + 1,
        lease_owner = NULL, hold = NULL, not_before = NULL, dispatched_at = NULL, deadline_at = NULL, finished_at = NULL
    WHERE job_id = :job_id AND blocking AND kind = :kind AND state IN ('dead', 'cancelled')
    RETURNING part
    """
)
_HOLD_BACK = text(
    """
    UPDATE steps SET state = 'cancelled', epoch = epoch + 1
    WHERE job_id = :job_id AND blocking AND kind = ANY(:kinds) AND state = 'dead'
    """
)
_DROP_REPORT = text(
    """
    UPDATE steps SET state = 'cancelled', epoch = epoch + 1, finished_at = now(), lease_until = NULL
    WHERE job_id = :job_id AND kind = 'report' AND state IN ('waiting', 'pending', 'dispatched', 'running')
    """
)
_REQUIREMENTS = text(
    """
    UPDATE requirements SET status = 'pending', retry_count = 0, last_error = NULL, updated_at = now()
    WHERE id IN (SELECT id FROM requirements
                 WHERE job_id = :job_id AND status = 'failed' AND validate_part = ANY(:parts) ORDER BY id FOR UPDATE)
    """
)
_RESUME = text(
    """
    UPDATE jobs
    SET status = 'processing', version = version + 1, updated_at = now(), resumed_at = now(), completed_at = NULL,
        creator_status = CASE creator_status WHEN 'failed' THEN 'processing' ELSE creator_status END,
        validator_status = CASE validator_status WHEN 'failed' THEN 'processing' ELSE validator_status END,
        dedup_key = CASE WHEN EXISTS (SELECT 1 FROM jobs o WHERE o.dedup_key = jobs.dedup_key AND o.id <> jobs.id
                                        AND o.status NOT IN ('failed', 'cancelled') AND o.revision = 1)
                         THEN NULL ELSE dedup_key END,
        error_message = NULL, error_details = NULL, progress_floor = greatest(progress_floor, :percent),
        deadline_at = now() + make_interval(secs => :timeout_s)
    WHERE id = :job_id
    """
)


def unfinished(session: Session, job_id: UUID) -> set[StepKind]:
    """Kinds of a job's steps that were given up or cancelled; locks those steps."""
    return {StepKind(kind) for kind in session.execute(_UNFINISHED, {"job_id": job_id}).scalars()}


def reopen(session: Session, job_id: UUID, kind: StepKind) -> Sequence[str]:
    """Make the unfinished steps of this kind pending with fresh counters; returns their parts."""
    parts = session.execute(_REOPEN, {"job_id": job_id, "kind": kind.value}).scalars().all()
    if parts:
        steps.notify(session, QUEUE_OF[kind])
    return parts


def hold_back(session: Session, job_id: UUID, kinds: Collection[StepKind]) -> None:
    """Cancel dead steps whose turn comes after others: `advance` opens them again then."""
    session.execute(_HOLD_BACK, {"job_id": job_id, "kinds": [kind.value for kind in kinds]})


def drop_report(session: Session, job_id: UUID) -> None:
    """Cancel the report step of an end that no longer is one."""
    session.execute(_DROP_REPORT, {"job_id": job_id})


def pending_again(session: Session, job_id: UUID, parts: Sequence[str]) -> int:
    """Set requirements that failed with these batches to pending. Returns how many."""
    values = {"job_id": job_id, "parts": list(parts)}
    return int(session.execute(_REQUIREMENTS, values).rowcount)  # type: ignore[attr-defined]


def resume(session: Session, job_id: UUID, percent: int, timeout_s: float) -> None:
    """Take a failed job back to processing, with a new deadline and without its error.

    Args:
        percent: what was shown until now; less is not shown any more.
        timeout_s: from now to the deadline.
    """
    session.execute(_RESUME, {"job_id": job_id, "percent": percent, "timeout_s": timeout_s})
