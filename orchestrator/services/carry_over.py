"""Reviews that follow a text into the next job over it: what stayed as it was keeps its review, the rest is suspect."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.orm import Session

from orchestrator.config import Settings
from orchestrator.domain import review
from orchestrator.domain.comparison import Change, Statement, changes_between, compare
from orchestrator.domain.graph import GraphFacts
from orchestrator.domain.requirement import RequirementStatus
from orchestrator.domain.review import UNGROUNDED, Review, ReviewState, Rules
from orchestrator.domain.step import NewStep, StepKind
from orchestrator.graph_store import GraphStore
from orchestrator.services.announcements import announce_reviews
from orchestrator.services.reviews import described, note, reject, set_values, standing
from orchestrator.services.revisions import MOST_COMPARED
from orchestrator.storage import events, held_facts, reviews, revisions, steps
from orchestrator.storage.engine import SessionFactory, snapshot
from orchestrator.storage.models import Job, Requirement

Write = Callable[[Session], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Heir:
    """A requirement that an earlier one has become, the review of that one, and in which ways the text changed."""

    rid: str
    source: Mapping[str, str]
    review: Review
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Inheritance:
    """The job before, its reviews by rid, and the statements of both jobs; `whole`: all of them."""

    before: UUID
    reviewed: Mapping[str, Review]
    earlier: Sequence[Statement]
    later: Sequence[Statement]
    whole: bool


class CarryOver:
    """What the step after a job's end needs, where there is a job before it."""

    def __init__(self, settings: Settings, sessions: SessionFactory, graph_store: GraphStore) -> None:
        self._rules = Rules(settings.four_eyes, settings.no_self_approval)
        self._snapshots = snapshot(sessions)
        self._graph_store = graph_store

    def prepare(self, job_id: UUID, step_id: int) -> Write:
        """Find what the reviews of the job before mean for this one; returns what writes it in a transaction.

        Repeating it changes nothing: a requirement that has a review keeps it. Tells which requirements need a review
        and has the report made anew where something was taken over.
        """
        with self._snapshots() as session:
            job = session.get_one(Job, job_id)
            inheritance = _inheritance(session, job)
        heirs = {heir.rid: heir for heir in _heirs(inheritance)} if inheritance else {}

        def write(session: Session) -> Mapping[str, Any]:
            rows = [row for row in reviews.lock_all(session, job_id, sorted(heirs)) if row.review is None]
            taken = [row for row in rows if self._take_over(session, row, heirs[row.rid], job.owner)]
            self._tell_graph(session, job_id, taken)
            found = _counts(taken)
            if taken:
                events.append(session, job_id, "requirement.reviewed", {"decision": "carry_over", **found})
                steps.insert(session, job_id, [NewStep(StepKind.REPORT, part=f"reviewed-{step_id}")])
            announce_reviews(session, job_id)
            return found

        return write

    def _take_over(self, session: Session, row: Requirement, heir: Heir, owner: str) -> bool:
        """Give a row the review it inherits; False where nothing is left of it."""
        before, flagged = standing(row), row.needs_review
        if heir.changes:
            after = review.suspected([each.value for each in heir.changes], heir.source, flagged=flagged)
        else:
            after = review.carried(heir.review, heir.source, owner, self._rules)
        if (after.state is None and not after.edited) or not _can_be(row, after):
            return False
        set_values(row, after.edited)
        row.review = after.to_json()
        row.needs_review = review.needs_review(after, flagged=flagged)
        row.version += 1
        row.updated_at = func.now()
        if after.state is ReviewState.REJECTED and row.status != RequirementStatus.REJECTED:
            reject(row, after.reason)
        if after.state is ReviewState.ACCEPTED and row.status != RequirementStatus.INTEGRATED:
            part = f"{row.rid}.{row.version}"
            steps.insert(session, row.job_id, [NewStep(StepKind.INTEGRATE, part, {"rid": row.rid})])
        decision = "suspect" if after.state is ReviewState.SUSPECT else "carry_over"
        note(session, row, before, (decision, None, _reason(heir)))
        return True

    def _tell_graph(self, session: Session, job_id: UUID, rows: Sequence[Requirement]) -> None:
        session.flush()
        gone = [row.rid for row in rows if (row.review or {}).get("state") == ReviewState.REJECTED]
        edited = {row.rid: row for row in rows if (row.review or {}).get("edited") and row.status == "integrated"}
        if gone:
            self._graph_store.retract_requirements(session, job_id, gone)
        if edited and not held_facts.are_held(session, job_id):
            nodes = described(self._graph_store.nodes(session, edited), edited)
            self._graph_store.integrate(session, job_id, GraphFacts(nodes))


def _inheritance(session: Session, job: Job) -> Inheritance | None:
    """None where nothing was reviewed before. Of very long lists what has the rid of a reviewed one."""
    before = job.previous_revision or job.successor_of
    reviewed = {rid: Review.from_json(said) for rid, said in reviews.reviewed(session, before)} if before else {}
    if before is None or not reviewed:
        return None
    earlier, later = (revisions.statements(session, each, MOST_COMPARED) for each in (before, job.id))
    whole = max(len(earlier), len(later)) <= MOST_COMPARED
    if not whole:
        earlier, later = (revisions.statements_of(session, each, list(reviewed)) for each in (before, job.id))
    return Inheritance(before, reviewed, earlier, later, whole)


def _heirs(found: Inheritance) -> Iterable[Heir]:
    for one, other in _pairs(found):
        if (reviewed := found.reviewed.get(one.rid)) is not None:
            suspect = reviewed.state is ReviewState.SUSPECT
            source = reviewed.carried_over_from if suspect else None
            cause = tuple(map(Change, reviewed.cause)) if suspect else ()
            changes = changes_between(one, other) or cause
            yield Heir(other.rid, source or _source(found.before, one), reviewed, changes)


def _pairs(found: Inheritance) -> Iterable[tuple[Statement, Statement]]:
    """Statements that are one another's."""
    if found.whole:
        return [(each.before, each.after) for each in compare(found.earlier, found.later) if each.before and each.after]
    later = {each.rid: each for each in found.later}
    return [(each, later[each.rid]) for each in found.earlier if each.rid in later]


def _source(job_id: UUID, one: Statement) -> dict[str, str]:
    return {"job_id": str(job_id), "rid": one.rid}


def _can_be(row: Requirement, after: Review) -> bool:
    """Nobody can accept what is not in the document, or what was never judged."""
    accepting = after.state in (ReviewState.ACCEPTED, ReviewState.AWAITING_SECOND)
    lost = row.status == RequirementStatus.PENDING or (row.rejection_reason or "").startswith(UNGROUNDED)
    return not (accepting and lost)


def _reason(heir: Heir) -> str:
    said = ", ".join(heir.changes).replace("_", " ")
    of = f"{heir.source['rid']} of job {heir.source['job_id']}"
    return f"Reviewed as {of}; since then: {said}." if said else f"Reviewed as {of}, with the same text."


def _counts(rows: Sequence[Requirement]) -> dict[str, int]:
    suspect = sum((row.review or {}).get("state") == ReviewState.SUSPECT for row in rows)
    return {"carried": len(rows) - suspect, "suspect": suspect}
