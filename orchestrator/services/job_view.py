"""Jobs as they are shown: the row, its document, its counts, and what it waits for. Reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from orchestrator.domain import progress
from orchestrator.domain.job import LIVE, JobStatus, PhaseStatus
from orchestrator.domain.report import error_of
from orchestrator.domain.step import ENDED, QUEUE_OF, StepKind, StepState
from orchestrator.domain.waiting import OpenSteps, Reason, Surroundings, Waiting, waiting_for
from orchestrator.errors import Gone, NotFound
from orchestrator.storage import dependencies, jobs, requirements
from orchestrator.storage.models import Document, Job
from orchestrator.storage.supply import at_limit, supply


@dataclass(frozen=True, slots=True)
class JobView:
    """A job with everything that is shown of it.

    `requirements` are counts by shown status; `coverage` is its numbers, and None in a list. `parents` are the status
    of each job that it depends on; `deduplicated` says that a submission was answered with a job that was there.
    """

    job: Job
    document: Document
    requirements: dict[str, int]
    waiting: Waiting
    coverage: dict[str, Any] | None = None
    parents: Mapping[UUID, str] = field(default_factory=dict)
    deduplicated: bool = False

    @property
    def depends_on(self) -> list[UUID]:
        """The jobs that it depends on, in the order in which they were submitted."""
        return list(self.parents)

    @property
    def waiting_on(self) -> list[UUID]:
        """Of these, those that keep it waiting."""
        if self.waiting.reason is not Reason.DEPENDENCIES:
            return []
        return [job_id for job_id, status in self.parents.items() if status != JobStatus.COMPLETED]

    @property
    def itself(self) -> JobView:
        """For schemas that show job and document as one."""
        return self

    @property
    def error(self) -> dict[str, Any] | None:
        """Why the job failed: {code, message, details}; None where it did not."""
        return error_of(self.job)


@dataclass(frozen=True, slots=True)
class ProgressView:
    """How far a job is. `percent` never falls; `eta_s` is a range in seconds; `queue_position` 1 is next."""

    job_id: UUID
    status: str
    waiting_for: Reason | None
    percent: int
    parts: dict[str, int]
    steps: dict[str, int]
    requirements: dict[str, int]
    elapsed_s: float
    eta_s: dict[str, float] | None
    queue_position: int | None


def views(session: Session, rows: Sequence[Any], agent_timeout_s: float, owner_limit: int = 0) -> list[JobView]:
    """The rows (job, document) as shown, with five statements however many they are; six with a limit per owner."""
    ids = [row.Job.id for row in rows]
    counts = requirements.summaries(session, ids)
    waits = _waits(session, [row.Job for row in rows], agent_timeout_s, owner_limit)
    parents: defaultdict[UUID, dict[UUID, str]] = defaultdict(dict)
    for row in dependencies.of(session, ids):
        parents[row.job_id][row.id] = row.status
    return [
        JobView(
            job=row.Job,
            document=row.Document,
            requirements=counts[row.Job.id],
            waiting=waits.get(row.Job.id, Waiting()),
            coverage=getattr(row, "coverage", None),
            parents=parents[row.Job.id],
        )
        for row in rows
    ]


def view_of(session: Session, job_id: UUID, agent_timeout_s: float, owner_limit: int = 0) -> JobView:
    """A job as it is now.

    Raises:
        NotFound: there is no such job.
    """
    row = jobs.find(session, job_id)
    if row is None:
        raise no_job(job_id)
    return views(session, [row], agent_timeout_s, owner_limit)[0]


def require(session: Session, job_id: UUID) -> None:
    """See that there is such a job.

    Raises:
        NotFound: there is none.
    """
    if not jobs.exists(session, job_id):
        raise no_job(job_id)


def no_job(job_id: UUID) -> NotFound:
    """The error for an id that no job has."""
    return NotFound(f"There is no job {job_id}.", details={"job_id": str(job_id)})


def redacted(job: Job) -> Gone:
    """What is said of texts and bytes of a job that are no longer there."""
    at = job.redacted_at.isoformat() if job.redacted_at else None
    return Gone(
        f"Job {job.id} was redacted: its document is gone. Numbers, names and places of its requirements are there.",
        details={"job_id": str(job.id), "redacted_at": at},
    )


def new_view(session: Session, job: Job, document: Document, agent_timeout_s: float) -> JobView:
    """A job that was submitted in this transaction to begin at once: what it has, one step, is known without asking."""
    first = OpenSteps(QUEUE_OF[StepKind.READ], StepState.PENDING)
    found = supply(session, agent_timeout_s)
    waiting = waiting_for([first], Surroundings(found.free_slots, found.paused))
    return JobView(job, document, dict.fromkeys(requirements.COUNTED, 0), waiting)


def _waits(session: Session, rows: Sequence[Job], agent_timeout_s: float, owner_limit: int) -> dict[UUID, Waiting]:
    owners = {job.id: job.owner for job in rows if job.status in LIVE}
    if not owners:
        return {}
    grouped: defaultdict[UUID, list[OpenSteps]] = defaultdict(list)
    for job_id, queue, state, hold, _count, due in jobs.open_steps(session, owners):
        if job_id is not None:
            grouped[job_id].append(OpenSteps(queue, StepState(state), due, hold))
    found = supply(session, agent_timeout_s)
    full = at_limit(session, set(owners.values()), owner_limit)
    return {
        job_id: waiting_for(steps, Surroundings(found.free_slots, found.paused, owners[job_id] in full))
        for job_id, steps in grouped.items()
    }


def progress_of(session: Session, view: JobView) -> ProgressView:
    """How far this job is by what is committed now."""
    job = view.job
    steps = jobs.step_counts(session, job.id)
    counts = _counts(view, steps)
    now = jobs.now(session)
    elapsed_s = _elapsed_s(job, now)
    done, total = progress.parts(counts)
    worked_s = (now - job.resumed_at).total_seconds() if job.resumed_at else elapsed_s
    eta = progress.eta(counts, worked_s) if view.waiting.reason is None else None
    return ProgressView(
        job_id=job.id,
        status=job.status,
        waiting_for=view.waiting.reason,
        percent=progress.percent(counts),
        parts={"done": done, "total": total},
        steps=_by_state(steps),
        requirements=view.requirements,
        elapsed_s=elapsed_s,
        eta_s={"low": eta[0], "high": eta[1]} if eta else None,
        queue_position=jobs.queue_position(session, job.id) if job.status in LIVE else None,
    )


def _counts(view: JobView, steps: dict[tuple[str, str], int]) -> progress.JobCounts:
    found = view.requirements
    return progress.JobCounts(
        status=JobStatus(view.job.status),
        creator_status=PhaseStatus(view.job.creator_status),
        on_error=view.job.on_error,
        steps=steps,
        judged=found["integrated"] + found["rejected"] + found["failed"],
        requirements=found["total"] + int(view.job.statistics.get("cancelled_requirements", 0)),
        floor=view.job.progress_floor,
    )


def _by_state(steps: dict[tuple[str, str], int]) -> dict[str, int]:
    counts = {"done": 0, "open": 0, "dead": 0, "cancelled": 0}
    for (_kind, state), count in steps.items():
        counts[state if state in ENDED else "open"] += count
    return counts


def _elapsed_s(job: Job, now: datetime) -> float:
    """Since the work began; since the submit where it has not begun."""
    return round(((job.completed_at or now) - (job.started_at or job.created_at)).total_seconds(), 3)
