"""Taking a failed job up again: which of its steps are opened now, and which when their turn comes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from orchestrator.domain.job import PhaseStatus
from orchestrator.domain.step import CREATOR_KINDS, VALIDATOR_KINDS, StepKind
from orchestrator.services.advance import advance
from orchestrator.storage import events, reopening
from orchestrator.storage.models import Job


def resume(session: Session, job: Job, percent: int, timeout_s: float, told: Mapping[str, Any]) -> None:
    """Re-open what a failed job did not finish; the caller holds the job's lock and has checked its status.

    Only steps of the phase that failed are opened: parts that a merge went on without stay lost. Of those, the first
    kind in the order of work is opened now. The later kinds are held back, as they build on it.

    Args:
        session: in a transaction.
        job: failed.
        percent: as shown until now.
        timeout_s: until the new deadline.
        told: for the event, beside what was opened.
    """
    phase = VALIDATOR_KINDS if job.creator_status == PhaseStatus.COMPLETED else CREATOR_KINDS
    unfinished = reopening.unfinished(session, job.id)
    order = [kind for kind in phase if kind in unfinished]
    parts = reopening.reopen(session, job.id, order[0]) if order else ()
    reopening.hold_back(session, job.id, order[1:])
    reopening.drop_report(session, job.id)
    again = reopening.pending_again(session, job.id, parts) if order[:1] == [StepKind.VALIDATE] else 0
    reopening.resume(session, job.id, percent, timeout_s)
    reopened = {"kind": order[0].value if order else None, "steps": len(parts), "requirements": again, **told}
    events.append(session, job.id, "job.retried", reopened)
    advance(session, job.id)
