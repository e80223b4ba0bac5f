"""Reviewing requirements: decisions with their reasons, their history, and the queue of what waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func
from sqlalchemy.orm import Session

from orchestrator.config import Settings
from orchestrator.domain import review
from orchestrator.domain.graph import GraphFacts, Node
from orchestrator.domain.job import TERMINAL, JobStatus
from orchestrator.domain.requirement import RequirementStatus
from orchestrator.domain.review import EDITABLE, Act, Decision, Review, ReviewState, Rules
from orchestrator.domain.step import NewStep, StepKind
from orchestrator.domain.version import require_version
from orchestrator.errors import Conflict, Gone, InvalidTransition, NotFound
from orchestrator.graph_store import GraphStore
from orchestrator.services.job_view import no_job, require
from orchestrator.storage import audit, events, held_facts, jobs, requirements, reviews, steps
from orchestrator.storage.engine import SessionFactory
from orchestrator.storage.models import Job, Requirement, RequirementReview
from orchestrator.storage.paging import Page, Paging
from orchestrator.storage.reviews import ReviewFilter

MOST_CLEARED = 10_000
"""Suspects that are cleared in one transaction."""

Shown = Row[Requirement, str]


@dataclass(frozen=True, slots=True)
class Place:
    """The requirement that is meant, and the version that the caller has seen; None: any."""

    job_id: UUID
    rid: str
    version: int | None = None


class Reviews:
    """Each public method is one transaction."""

    def __init__(self, settings: Settings, sessions: SessionFactory, graph_store: GraphStore) -> None:
        self._rules = Rules(settings.four_eyes, settings.no_self_approval)
        self._sessions = sessions
        self._graph_store = graph_store

    def review(self, place: Place, act: Act) -> Shown:
        """Decide on a requirement of a job that has ended; the graph follows. Commits.

        One that a validator rejected and a reviewer accepts is integrated by a step that a validator does soon.

        Raises:
            NotFound: there is no such job or requirement.
            StaleVersion: it has another version.
            InvalidTransition: the job has not ended.
            Conflict: it stands so already (`decided`), another principal must accept (`second_reviewer`), it was never
                judged (`not_judged`), its quote is not in the document (`ungrounded`), its text is gone (`redacted`).
            Denied: code `self_approval`: the job's owner may not accept.
        """
        with self._sessions.begin() as session:
            job, row = self._lock(session, place)
            _check(job, row, act)
            before = Review.from_json(row.review)
            after = review.decide(before, act, job.owner, self._rules)
            told = standing(row)
            self._apply(session, row, before, after, act)
            _write_down(session, row, act, told)
            return _shown(session, row)

    def clear(self, place: Place, reviewer: str, reason: str) -> Shown:
        """Take the suspicion from a requirement: it is one that nobody has reviewed. Commits.

        Raises:
            NotFound, StaleVersion, InvalidTransition: as `review`.
            Conflict: code `not_suspect`.
        """
        with self._sessions.begin() as session:
            _, row = self._lock(session, place)
            if Review.from_json(row.review).state is not ReviewState.SUSPECT:
                raise Conflict(f"Requirement {row.rid} is not suspect: there is nothing to clear.", code="not_suspect")
            _clear(session, row, reviewer, reason)
            return _shown(session, row)

    def clear_all(self, job_id: UUID, reviewer: str, reason: str) -> dict[str, Any]:
        """Take the suspicion from all requirements of a job, at most 10,000 at once; {cleared, more}. Commits.

        Raises:
            NotFound, InvalidTransition: as `review`.
        """
        with self._sessions.begin() as session:
            _lock_job(session, job_id)
            found = reviews.lock_suspects(session, job_id, MOST_CLEARED + 1)
            cleared = found[:MOST_CLEARED]
            for row in cleared:
                _clear(session, row, reviewer, reason, told=False)
            if cleared:
                told = {"decision": "clear", "count": len(cleared), "reviewer": reviewer}
                events.append(session, job_id, "requirement.reviewed", told)
            return {"cleared": len(cleared), "more": len(found) > len(cleared)}

    def history(self, job_id: UUID, rid: str, at: Paging) -> Page:
        """A page of what was decided on a requirement, the oldest first.

        Raises:
            NotFound: there is no such job or requirement.
        """
        with self._sessions() as session:
            require(session, job_id)
            if requirements.find(session, job_id, rid) is None:
                raise _no_requirement(job_id, rid)
            found = reviews.history(session, job_id, rid, at)
            return Page([row.RequirementReview for row in found.items], found.next_cursor)

    def queue(self, wanted: ReviewFilter, at: Paging) -> Page:
        """A page of the requirements that wait for a review, low confidence times high priority first."""
        with self._sessions() as session:
            return reviews.queue(session, wanted, at)

    def _lock(self, session: Session, place: Place) -> tuple[Job, Requirement]:
        job = _lock_job(session, place.job_id)
        row = reviews.lock(session, place.job_id, place.rid)
        if row is None:
            raise _no_requirement(place.job_id, place.rid)
        require_version(row.version, place.version, f"requirement {row.rid}")
        return job, row

    def _apply(self, session: Session, row: Requirement, before: Review, after: Review, act: Act) -> None:
        withdrawn = after.state is None and before.state is not None
        row.needs_review = review.needs_review(after, flagged=row.needs_review or withdrawn)
        row.review = after.to_json()
        row.version += 1
        row.updated_at = jobs.now(session)
        match act.decision:
            case Decision.ACCEPT if after.state is ReviewState.ACCEPTED and row.status != RequirementStatus.INTEGRATED:
                part = f"{row.rid}.{row.version}"
                steps.insert(session, row.job_id, [NewStep(StepKind.INTEGRATE, part, {"rid": row.rid})])
            case Decision.REJECT:
                self._reject(session, row, act.reason)
            case Decision.EDIT:
                set_values(row, act.values)
                self._describe(session, row)

    def _reject(self, session: Session, row: Requirement, reason: str) -> None:
        if row.status != RequirementStatus.REJECTED:
            reject(row, reason)
        session.flush()
        self._graph_store.retract_requirements(session, row.job_id, [row.rid])

    def _describe(self, session: Session, row: Requirement) -> None:
        """Give the requirement's node the values of the row."""
        session.flush()
        if row.status == RequirementStatus.INTEGRATED and not held_facts.are_held(session, row.job_id):
            nodes = described(self._graph_store.nodes(session, [row.rid]), {row.rid: row})
            self._graph_store.integrate(session, row.job_id, GraphFacts(nodes))


def set_values(row: Requirement, values: Mapping[str, Any]) -> None:
    """Give a row the values of an edit."""
    for name, value in values.items():
        setattr(row, EDITABLE[name], value)


def reject(row: Requirement, reason: str) -> None:
    """Make a requirement one that a reviewer rejected; what it says of the graph goes by another way."""
    row.status = RequirementStatus.REJECTED.value
    row.rejection_reason = f"review: {reason}"
    row.last_error = row.neo4j_id = row.fulfilment = row.gap = row.evidence = None


def described(nodes: Any, rows: Mapping[str, Requirement]) -> tuple[Node, ...]:
    """Requirements' nodes with the name, type and priority of their rows."""
    return tuple(Node(node.key, node.type, _properties(node, rows[node.key])) for node in nodes)


def _properties(node: Node, row: Requirement) -> dict[str, Any]:
    said = {"name": row.requirement_name, "type": row.requirement_type, "priority": row.priority}
    rest = {name: value for name, value in node.properties.items() if name not in said}
    return rest | {name: value for name, value in said.items() if value is not None}


def standing(row: Requirement) -> dict[str, Any]:
    """What an act of review may change, for its history."""
    values = {name: getattr(row, column) for name, column in EDITABLE.items()}
    return {"state": (row.review or {}).get("state"), "status": row.status, **values}


def _lock_job(session: Session, job_id: UUID) -> Job:
    job = jobs.lock(session, job_id)
    if job is None:
        raise no_job(job_id)
    if JobStatus(job.status) not in TERMINAL:
        raise InvalidTransition(
            f"Job {job_id} is {job.status}; its requirements can be reviewed when it has ended.",
            details={"job_id": str(job_id), "status": job.status, "allowed": ["cancel"]},
        )
    return job


def _check(job: Job, row: Requirement, act: Act) -> None:
    if row.status == RequirementStatus.PENDING:
        raise Conflict(
            f"Requirement {row.rid} was never judged, as its job is {job.status}. Retry the job or run it again.",
            code="not_judged",
        )
    if act.decision is not Decision.ACCEPT or row.status == RequirementStatus.INTEGRATED:
        return
    if (row.rejection_reason or "").startswith(review.UNGROUNDED):
        raise Conflict(
            f"The quote of requirement {row.rid} is not in its document, so nobody can accept it.", code="ungrounded"
        )
    if job.redacted_at is not None:
        raise Gone(
            f"The texts of job {job.id} are gone, so requirement {row.rid} cannot be put into the graph any more."
        )


def _clear(session: Session, row: Requirement, reviewer: str, reason: str, *, told: bool = True) -> None:
    before = standing(row)
    row.needs_review = Review.from_json(row.review).was_flagged
    row.review = None
    row.version += 1
    row.updated_at = func.now()
    note(session, row, before, ("clear", reviewer, reason))
    if told:
        data = {"rid": row.rid, "decision": "clear", "state": None, "reviewer": reviewer}
        events.append(session, row.job_id, "requirement.reviewed", data)


def _write_down(session: Session, row: Requirement, act: Act, before: Mapping[str, Any]) -> None:
    note(session, row, before, (act.decision.value, act.reviewer, act.reason))
    state = (row.review or {}).get("state")
    told = {"rid": row.rid, "decision": act.decision.value, "state": state, "reviewer": act.reviewer}
    events.append(session, row.job_id, "requirement.reviewed", told)


def note(session: Session, row: Requirement, before: Mapping[str, Any], act: tuple[str, str | None, str]) -> None:
    """Write an act down in the requirement's history and in the audit log.

    Args:
        session: of the transaction that did it.
        row: the requirement as it is now.
        before: its `standing` before.
        act: (decision, reviewer, reason); without a reviewer no person did it.
    """
    decision, reviewer, reason = act
    now = standing(row)
    names = [name for name in now if name in ("state", "status") or now[name] != before[name]]
    changed = {name: before[name] for name in names}, {name: now[name] for name in names}
    before_and_after = dict(zip(("before", "after"), changed, strict=True))
    session.add(
        RequirementReview(
            job_id=row.job_id, rid=row.rid, decision=decision, reviewer=reviewer, reason=reason, **before_and_after
        )
    )
    audit.note(session, "requirement", f"{row.job_id}/{row.rid}", *changed)


def _shown(session: Session, row: Requirement) -> Shown:
    session.flush()
    session.expire(row)
    found = requirements.find(session, row.job_id, row.rid)
    if found is None:
        raise _no_requirement(row.job_id, row.rid)
    return found


def _no_requirement(job_id: UUID, rid: str) -> NotFound:
    return NotFound(f"Job {job_id} has no requirement {rid}.", details={"job_id": str(job_id), "rid": rid})
