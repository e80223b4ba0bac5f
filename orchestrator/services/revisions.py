"""Running a job again in another way, its revisions, and what changed between two jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from orchestrator.config import Settings
from orchestrator.domain.comparison import Change, Difference, compare, counts
from orchestrator.domain.job import TERMINAL, JobStatus
from orchestrator.domain.step import NewStep, StepKind
from orchestrator.domain.submission import GAPS
from orchestrator.errors import Conflict, Gone, InvalidTransition, TooLarge
from orchestrator.services.engines import engine_columns
from orchestrator.services.job_view import JobView, no_job, view_of, views
from orchestrator.storage import events, jobs, paging, revisions, steps
from orchestrator.storage.engine import SessionFactory, snapshot
from orchestrator.storage.models import Job
from orchestrator.storage.paging import Page, Paging

MOST_COMPARED = 10_000
"""Requirements of one job that are compared."""

_KEPT = (
    "document_id",
    "file_name",
    "media_type",
    "prompt",
    "context",
    "tags",
    "scope",
    "on_error",
    "token_budget",
    "integrate",
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed from one job to another.

    Attributes:
        before, after: the jobs: {job_id, revision, file_name, sha256}.
        counts: of all differences by category, and how many moved.
        differences: those that were asked for.
    """

    before: Mapping[str, Any]
    after: Mapping[str, Any]
    counts: Mapping[str, int]
    differences: Page


class Revisions:
    """Each public method is one transaction."""

    def __init__(self, settings: Settings, sessions: SessionFactory) -> None:
        self._settings = settings
        self._sessions = sessions
        self._snapshots = snapshot(sessions)

    def rerun(self, job_id: UUID, owner: str, correlation_id: str, changes: Mapping[str, Any]) -> JobView:
        """Make the next revision of a job that has ended: the same document, with another wish. Commits.

        Args:
            job_id: any revision.
            owner: whose the new job is.
            correlation_id: of the request.
            changes: of prompt, engine, scope, context; the others are as in the job.

        Raises:
            NotFound: there is no such job.
            Invalid: the engine is not available.
            InvalidTransition: the job has not ended.
            Gone: the job is redacted.
            Conflict: code `no_gaps`: scope `gaps`, and the job has none to look at.
        """
        with self._sessions.begin() as session:
            job = jobs.lock(session, job_id)
            if job is None:
                raise no_job(job_id)
            _check(job, changes.get("scope"))
            engine = engine_columns(self._settings, changes.get("engine", job.engine))
            made = self._add(session, job, {**changes, **engine, "owner": owner, "correlation_id": correlation_id})
            return view_of(session, made, self._settings.agent_timeout_s)

    def _add(self, session: Session, job: Job, changes: Mapping[str, Any]) -> UUID:
        first = revisions.family_of(job)
        if first != job.id:
            jobs.lock(session, first)  # two re-runs at once take turns, so that each gets a number of its own
        kept = {name: getattr(job, name) for name in (*_KEPT, "priority", "stuck_after_minutes")}
        if kept["scope"] == GAPS:
            kept["scope"] = None
        number = revisions.next_number(session, first)
        place = {"revision": number, "first_revision": first, "previous_revision": job.id}
        made = jobs.add(session, kept | dict(changes) | place, self._settings.job_timeout_hours)
        if made is None:
            raise Conflict(f"Job {job.id} was run again at the same time. Try again.")
        told = {"owner": made.owner, "revision": number, "previous_revision": str(job.id)}
        events.append(session, made.id, "job.created", told)
        steps.insert(session, made.id, [NewStep(StepKind.READ)])
        return made.id

    def list(self, job_id: UUID, visible_to: str | None = None) -> list[JobView]:
        """All revisions of a job, the oldest first, at most 500.

        Raises:
            NotFound: there is no such job.
        """
        with self._snapshots() as session:
            job = _job(session, job_id)
            found = revisions.of_family(session, revisions.family_of(job), visible_to)
            return views(session, found, self._settings.agent_timeout_s)

    def compare(self, before: UUID, after: UUID, wanted: tuple[str, ...], at: Paging) -> Comparison:
        """What changed from one job to another: a page of the differences of some categories (none: of all).

        The whole lists are compared for each page.

        Raises:
            NotFound: there is no such job.
            Conflict: code `not_merged`: the requirements of one are not numbered yet.
            TooLarge: one has more than 10,000 requirements.
            Invalid: the cursor is none of this list's.
        """
        with self._snapshots() as session:
            heads = [_head(session, job_id) for job_id in (before, after)]
            lists = [revisions.statements(session, job_id, MOST_COMPARED) for job_id in (before, after)]
        for job_id, found in zip((before, after), lists, strict=True):
            _check_size(job_id, len(found))
        differences = compare(*lists)
        shown = [each for each in differences if not wanted or each.change in wanted]
        bound_to = {"compare": [before, after], "change": sorted(wanted)}
        return Comparison(heads[0], heads[1], counts(differences), _page(shown, at, bound_to))


def _page(found: list[Difference], at: Paging, bound_to: Mapping[str, Any]) -> Page:
    start = paging.number_of(at.cursor, bound_to) if at.cursor else 0
    end = start + at.limit
    return Page(found[start:end], paging.cursor_of(end, bound_to) if end < len(found) else None)


def _check(job: Job, scope: str | None) -> None:
    if JobStatus(job.status) not in TERMINAL:
        raise InvalidTransition(
            f"Job {job.id} is {job.status}; it can be run again when it has ended.",
            details={"job_id": str(job.id), "status": job.status, "allowed": ["cancel"]},
        )
    if job.redacted_at is not None:
        raise Gone(
            f"The document of job {job.id} was redacted, so it cannot be run again. Submit it with its document.",
            details={"job_id": str(job.id), "redacted_at": job.redacted_at.isoformat()},
        )
    if scope == GAPS and not (job.coverage or {}).get("gaps"):
        raise Conflict(
            f"Job {job.id} has no gaps: every sentence with duty words that it looked at is cited, or it never "
            "finished reading. GET /jobs/{id}/coverage shows them.",
            code="no_gaps",
            details={"job_id": str(job.id)},
        )


def _check_size(job_id: UUID, count: int) -> None:
    if count > MOST_COMPARED:
        raise TooLarge(
            f"Job {job_id} has more than {MOST_COMPARED:,} requirements, which is more than are compared. "
            "Run it again with a scope, and compare the revisions.",
            details={"job_id": str(job_id), "limit": MOST_COMPARED},
        )


def _job(session: Session, job_id: UUID) -> Job:
    row = jobs.find(session, job_id)
    if row is None:
        raise no_job(job_id)
    job: Job = row.Job
    return job


def _head(session: Session, job_id: UUID) -> dict[str, Any]:
    row = jobs.find(session, job_id)
    if row is None:
        raise no_job(job_id)
    if row.Job.creator_status != "completed":
        raise Conflict(
            f"The requirements of job {job_id} are not complete: it is {row.Job.status}. Compare it when they are.",
            code="not_merged",
            details={"job_id": str(job_id), "status": row.Job.status},
        )
    facts = {"revision": row.Job.revision, "file_name": row.Job.file_name, "sha256": row.Document.sha256}
    return {"job_id": job_id, **facts}


def as_text(found: Comparison) -> str:
    """A comparison for a person: the counts, and each difference that is no more than the same words."""
    head = [f"{side}: {job['job_id']}, revision {job['revision']}, {job['file_name']}" for side, job in (
        ("Before", found.before), ("After ", found.after))]  # fmt: skip
    numbers = ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in found.counts.items())
    lines = [line for each in found.differences.items for line in _lines(each)]
    more = ["", "There are more: ask with `cursor` for the next page."] if found.differences.next_cursor else []
    return "\n".join([*head, numbers, *lines, *more]) + "\n"


def _lines(each: Difference) -> list[str]:
    if each.change is Change.UNCHANGED and not each.moved:
        return []
    places = dict.fromkeys(one.locator or "-" for one in (each.before, each.after) if one)
    ways = [way.value for way in each.changes] or [each.change.value]
    said = ", ".join([*ways, *(["moved"] if each.moved else [])]).replace("_", " ")
    texts = [f"  {sign} {one.text}" for sign, one in (("-", each.before), ("+", each.after)) if one]
    return ["", f"{' -> '.join(places)}: {said}", *texts]
