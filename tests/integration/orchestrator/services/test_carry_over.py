"""Reviews that follow a text from job to job, with the workers' part played by the test."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from orchestrator.bootstrap import Orchestrator
from orchestrator.domain.graph import GraphFacts, Node, NodeType
from orchestrator.domain.job import JobStatus
from orchestrator.domain.review import Act, Decision
from orchestrator.domain.submission import Submission
from orchestrator.errors import StaleVersion
from orchestrator.graph_stores.postgres import PostgresGraphStore
from orchestrator.services.advance import end_job
from orchestrator.services.reviews import Place
from orchestrator.storage import steps
from orchestrator.storage.models import Requirement

STORE = PostgresGraphStore()
SAID = {
    "R-AAAAAAAAAA": "Belege sind zehn Jahre aufzubewahren.",
    "R-AAAAAAAAAB": "Das System soll jede Buchung protokollieren.",
    "R-AAAAAAAAAC": "Der Kunde muss sein Alter nachweisen.",
    "R-AAAAAAAAAD": "Das System muss Eingaben prüfen.",
}
LATER = {
    "R-BBBBBBBBBA": "Belege sind acht Jahre aufzubewahren.",
    "R-BBBBBBBBBB": "Das System muss jede Buchung protokollieren.",
    "R-BBBBBBBBBC": "Der Kunde muss sein Alter nachweisen.",
    "R-BBBBBBBBBD": "Das System muss Eingaben  prüfen.",
    "R-BBBBBBBBBE": "Jede Stornierung ist zu begründen.",
}


class Story:
    """Jobs that end with the requirements they are given."""

    def __init__(self, orchestrator: Orchestrator) -> None:
        self.orchestrator = orchestrator

    def submit(self, **wish: Any) -> UUID:
        submission = Submission(owner="ann", prompt="Which duties are there?", correlation_id="c", **wish)
        return self.orchestrator.job_manager.submit(submission).job.id

    def end(self, job_id: UUID, said: dict[str, str], status: str = "integrated") -> None:
        """Give the job these requirements, integrated in the graph, and its end."""
        with self.orchestrator.sessions.begin() as session:
            session.add_all(_row(job_id, number, rid, each, status) for number, (rid, each) in enumerate(said.items()))
            if status == "integrated":
                nodes = tuple(Node(rid, NodeType.REQUIREMENT, {"name": rid}) for rid in said)
                STORE.integrate(session, job_id, GraphFacts(nodes))
            session.execute(text("UPDATE steps SET state = 'done' WHERE job_id = :id"), {"id": job_id})
            session.execute(
                text("UPDATE jobs SET status = 'processing', creator_status = 'completed' WHERE id = :id"),
                {"id": job_id},
            )
            steps.lock_phase(session, job_id)
            end_job(session, job_id, JobStatus.COMPLETED)

    def decide(self, job_id: UUID, rid: str, decision: Decision, reviewer: str = "bob", **values: Any) -> None:
        act = Act(decision, reviewer, "As agreed.", values)
        self.orchestrator.reviews.review(Place(job_id, rid), act)

    def carry_over(self, job_id: UUID) -> Any:
        """What the step does."""
        write = self.orchestrator.carry_over.prepare(job_id, 7)
        with self.orchestrator.sessions.begin() as session:
            return write(session)

    def rows(self, statement: str, **values: Any) -> list[Any]:
        with self.orchestrator.sessions() as session:
            return [tuple(row) for row in session.execute(text(statement), values)]

    def states(self, job_id: UUID) -> dict[str, tuple[Any, ...]]:
        found = self.rows(
            "SELECT rid, review ->> 'state', status, needs_review FROM requirements WHERE job_id = :id", id=job_id
        )
        return {row[0]: row[1:] for row in found}


def _row(job_id: UUID, number: int, rid: str, said: str, status: str) -> Requirement:
    place = {"page": None, "locator": str(number), "section": "", "start": 0, "end": 1}
    return Requirement(
        job_id=job_id, rid=rid, seq=number, requirement_text=said, requirement_name=rid, modality="obligation",
        source_document="a", source_location=place, citations=[{"quote": "x"}], confidence_score=0.9, status=status,
    )  # fmt: skip


@pytest.fixture
def tell(make_orchestrator: Callable[..., Orchestrator]) -> Callable[..., Story]:
    """`tell(**settings)` gives a story under these settings."""
    return lambda **settings: Story(make_orchestrator(**settings))


def test_a_later_edition_keeps_reviews_of_the_same_text_and_suspects_the_rest(tell: Callable[..., Story]) -> None:
    story = tell()
    first = story.submit()
    story.end(first, SAID)
    for rid in list(SAID)[:3]:
        story.decide(first, rid, Decision.ACCEPT)
    story.decide(first, "R-AAAAAAAAAD", Decision.REJECT)
    second = story.submit(successor_of=first)
    story.end(second, LATER)
    kinds = "SELECT kind, blocking FROM steps WHERE job_id = :id AND state = 'pending' ORDER BY id"
    assert story.rows(kinds, id=second) == [("report", False), ("carry_over", False)]
    assert story.rows("SELECT 1 FROM job_events WHERE job_id = :id AND type LIKE 'requirement.%'", id=second) == []

    assert story.carry_over(second) == {"carried": 2, "suspect": 2}

    assert story.states(second) == {
        "R-BBBBBBBBBA": ("suspect", "integrated", True),
        "R-BBBBBBBBBB": ("suspect", "integrated", True),
        "R-BBBBBBBBBC": ("accepted", "integrated", False),
        "R-BBBBBBBBBD": ("rejected", "rejected", False),
        "R-BBBBBBBBBE": (None, "integrated", False),
    }
    causes = "SELECT rid, review -> 'cause' ->> 0, review -> 'carried_over_from' ->> 'rid' FROM requirements"
    assert story.rows(causes + " WHERE review ->> 'state' = 'suspect' ORDER BY rid") == [
        ("R-BBBBBBBBBA", "number_changed", "R-AAAAAAAAAA"),
        ("R-BBBBBBBBBB", "strength_changed", "R-AAAAAAAAAB"),
    ]
    assert story.rows("SELECT 1 FROM graph_nodes WHERE key = 'R-BBBBBBBBBD'") == []
    acts = "SELECT rid, decision, reviewer, reason FROM requirement_reviews WHERE job_id = :id ORDER BY rid"
    assert [(rid, done, who) for rid, done, who, _ in story.rows(acts, id=second)] == [
        ("R-BBBBBBBBBA", "suspect", None),
        ("R-BBBBBBBBBB", "suspect", None),
        ("R-BBBBBBBBBC", "carry_over", None),
        ("R-BBBBBBBBBD", "carry_over", None),
    ]
    told = story.rows(
        "SELECT type, data ->> 'count' FROM job_events WHERE job_id = :id ORDER BY seq DESC LIMIT 2", id=second
    )
    assert told == [("requirement.review_needed", "2"), ("requirement.reviewed", None)]
    assert story.rows(kinds, id=second)[2:] == [("report", False)]
    assert story.carry_over(second) == {"carried": 0, "suspect": 0}, "once"

    third = story.submit(successor_of=second)
    story.end(third, {"R-CCCCCCCCCA": LATER["R-BBBBBBBBBA"]})
    story.carry_over(third)
    source = (
        "SELECT review ->> 'state', review -> 'cause' ->> 0, review -> 'carried_over_from' ->> 'rid' FROM requirements"
    )
    assert story.rows(source + " WHERE job_id = :id", id=third) == [("suspect", "number_changed", "R-AAAAAAAAAA")]


def test_a_rerun_takes_over_edits_and_asks_for_what_it_rejected(tell: Callable[..., Story]) -> None:
    story = tell()
    first = story.submit()
    story.end(first, SAID)
    story.decide(first, "R-AAAAAAAAAA", Decision.EDIT, name="Belege", priority="high")
    story.decide(first, "R-AAAAAAAAAB", Decision.ACCEPT)
    second = story.orchestrator.revisions.rerun(first, "ann", "c", {}).job.id
    story.end(second, {"R-AAAAAAAAAA": SAID["R-AAAAAAAAAA"]})
    story.carry_over(second)
    assert story.rows(
        "SELECT requirement_name, priority, needs_review FROM requirements WHERE job_id = :id", id=second
    ) == [("Belege", "high", False)]
    assert story.rows("SELECT name, properties ->> 'priority' FROM graph_nodes WHERE key = 'R-AAAAAAAAAA'") == [
        ("Belege", "high")
    ]

    third = story.orchestrator.revisions.rerun(first, "ann", "c", {}).job.id
    story.end(third, {"R-AAAAAAAAAB": SAID["R-AAAAAAAAAB"]}, status="rejected")
    story.carry_over(third)
    assert story.states(third) == {"R-AAAAAAAAAB": ("accepted", "rejected", False)}
    asked = "SELECT part FROM steps WHERE job_id = :id AND kind = 'integrate'"
    assert story.rows(asked, id=third) == [("R-AAAAAAAAAB.2",)]


def test_rules_for_accepting_hold_for_what_is_taken_over(tell: Callable[..., Story]) -> None:
    story = tell()
    first = story.submit()
    story.end(first, SAID)
    story.decide(first, "R-AAAAAAAAAA", Decision.ACCEPT, "bob")
    story.decide(first, "R-AAAAAAAAAB", Decision.ACCEPT, "cy")
    strict = tell(four_eyes=True, no_self_approval=True)
    second = strict.orchestrator.revisions.rerun(first, "bob", "c", {}).job.id
    strict.end(second, SAID)

    strict.carry_over(second)

    assert {rid: row[0] for rid, row in strict.states(second).items() if row[0]} == {"R-AAAAAAAAAB": "awaiting_second"}


def test_very_long_lists_are_compared_by_rid(tell: Callable[..., Story], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orchestrator.services.carry_over.MOST_COMPARED", 2)
    story = tell()
    first = story.submit()
    story.end(first, SAID)
    for rid in list(SAID)[:2]:
        story.decide(first, rid, Decision.ACCEPT)
    second = story.orchestrator.revisions.rerun(first, "ann", "c", {}).job.id
    story.end(second, SAID | {"R-AAAAAAAAAB": LATER["R-BBBBBBBBBB"]})

    assert story.carry_over(second) == {"carried": 1, "suspect": 1}
    assert story.states(second)["R-AAAAAAAAAA"] == ("accepted", "integrated", False)


def test_who_decides_first_is_not_overruled(tell: Callable[..., Story]) -> None:
    story = tell()
    first = story.submit()
    story.end(first, SAID)
    for rid in ("R-AAAAAAAAAA", "R-AAAAAAAAAB"):
        story.decide(first, rid, Decision.ACCEPT)
    second = story.orchestrator.revisions.rerun(first, "ann", "c", {}).job.id
    story.end(second, SAID)
    write = story.orchestrator.carry_over.prepare(second, 7)
    story.decide(second, "R-AAAAAAAAAA", Decision.REJECT)

    with story.orchestrator.sessions.begin() as session:
        assert write(session) == {"carried": 1, "suspect": 0}

    assert story.states(second)["R-AAAAAAAAAA"] == ("rejected", "rejected", False)
    assert story.states(second)["R-AAAAAAAAAB"] == ("accepted", "integrated", False)


def test_of_many_decisions_on_one_version_one_is_made(tell: Callable[..., Story]) -> None:
    story = tell(four_eyes=True)
    job_id = story.submit()
    story.end(job_id, SAID)

    def accept(reviewer: str) -> str:
        act = Act(Decision.ACCEPT, reviewer, "As agreed.")
        try:
            return str(
                story.orchestrator.reviews.review(Place(job_id, "R-AAAAAAAAAA", 1), act).Requirement.review["state"]
            )
        except StaleVersion as stale:
            return stale.code

    with ThreadPoolExecutor(4) as reviewers:
        answers = sorted(reviewers.map(accept, ("ann", "bob", "cy", "dee")))

    assert answers == ["awaiting_second", "stale", "stale", "stale"]
    assert story.rows("SELECT count(*) FROM requirement_reviews") == [(1,)]
