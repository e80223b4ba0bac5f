"""Each invariant notices what it is there for."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from invariants import Run, check
from sqlalchemy import text

from orchestrator.bootstrap import Orchestrator
from orchestrator.domain.submission import Submission
from orchestrator.services.execution import Write

PROMPT = "The operator shall log every access."


class World:
    """One job on its way, and statements that do what must not be."""

    def __init__(self, orchestrator: Orchestrator) -> None:
        self.orchestrator = orchestrator
        for kind in ("creator", "validator", "maintenance"):
            agent = {"id": f"{kind}-1", "kind": kind, "host": "test", "pid": 1, "slots": 4, "version": "0"}
            orchestrator.agents.register(agent)
        wish = Submission(owner="test", prompt=PROMPT, correlation_id="test")
        self.job = orchestrator.job_manager.submit(wish).job.id

    def broken(self, *, poison: tuple[str, ...] = (), answered: tuple[str, ...] = ()) -> dict[str, list[str]]:
        return check(self.orchestrator.sessions, Run(self.orchestrator.settings, answered, poison))

    def run(self, statement: str, **values: Any) -> None:
        with self.orchestrator.sessions.begin() as session:
            session.execute(text(statement), {"job": self.job, **values})

    def claim(self, queue: str) -> Any:
        (message,) = self.orchestrator.dispatcher.dispatch(queue)
        return self.orchestrator.execution.claim(message.step_id, message.epoch, "me:1")

    def do(self, queue: str, write: Write = lambda session: {}) -> None:
        self.orchestrator.execution.finish(self.claim(queue), write)

    def cancelled_with_report(self) -> None:
        self.orchestrator.job_manager.cancel(self.job)
        self.do("maintenance", lambda session: self.orchestrator.reporter.generate(session, self.job))


@pytest.fixture
def world(recorded: Orchestrator) -> World:
    return World(recorded)


def test_a_job_that_ended_well_breaks_nothing(world: World) -> None:
    world.cancelled_with_report()
    assert world.broken(answered=(str(world.job),)) == {}


def test_i1_sees_a_job_that_goes_on_and_one_that_is_gone(world: World) -> None:
    gone = str(uuid4())
    found = world.broken(answered=(str(world.job), gone))["I1"]
    assert any(gone in line and "not there" in line for line in found)
    assert any(str(world.job) in line and "still created" in line for line in found)
    assert any("is still pending" in line for line in found)


def test_i2_sees_a_step_that_ends_twice(world: World) -> None:
    world.cancelled_with_report()
    world.run("UPDATE steps SET state = 'running', epoch = epoch + 1, lease_owner = 'x', lease_until = now()")
    world.run("UPDATE steps SET state = 'done', epoch = epoch + 1")
    assert list(world.broken()) == ["I2"]


ADD_REQUIREMENT = """
    INSERT INTO requirements (job_id, rid, requirement_text, requirement_name, modality, source_document,
                              source_location, citations, confidence_score, validate_part)
    VALUES (:job, 'R-1', 't', 'n', 'obligation', 'd', '{}', '[{}]', 1, '0001')
"""
JUDGE = "UPDATE requirements SET status = 'rejected'"


def test_i3_sees_a_verdict_that_no_step_stands_for_and_a_second_one(world: World) -> None:
    world.run(ADD_REQUIREMENT)
    world.run(JUDGE)
    assert world.broken()["I3"] == [f"requirement R-1 of job {world.job} got a verdict without a step done"]
    world.run(JUDGE)
    assert any("got 2 verdicts" in line for line in world.broken()["I3"])


def test_i3_accepts_the_verdict_of_a_step(world: World) -> None:
    world.run(ADD_REQUIREMENT)
    world.run("UPDATE steps SET kind = 'validate', queue = 'validator', part = '0001'")

    def write(session: Any) -> dict[str, Any]:
        session.execute(text(JUDGE))
        return {}

    world.do("validator", write)
    assert "I3" not in world.broken()


@pytest.mark.parametrize(
    "wrong",
    [
        "INSERT INTO graph_assertions (job_id, node_key) VALUES (:job, 'R-2')",
        "UPDATE requirements SET status = 'integrated'",
    ],
)
def test_i3_sees_a_graph_that_says_something_else(world: World, wrong: str) -> None:
    world.run(ADD_REQUIREMENT)
    world.run(
        "INSERT INTO graph_nodes (key, type, name) VALUES ('R-1', 'Requirement', 'n'), ('R-2', 'Requirement', 'n')"
    )
    world.run(wrong)
    assert any("graph" in line for line in world.broken()["I3"])


@pytest.mark.parametrize(
    "wrong",
    [
        "UPDATE steps SET epoch = epoch - 1",
        "UPDATE steps SET state = 'waiting', not_before = now()",
        "UPDATE jobs SET version = version - 1",
    ],
)
def test_i4_sees_numbers_that_fall_or_stand_still(world: World, wrong: str) -> None:
    world.run(wrong)
    assert "I4" in world.broken()


def test_i5_sees_a_lease_that_is_noticed_late_unless_the_database_was_away(world: World) -> None:
    world.claim("creator")
    world.run("UPDATE steps SET lease_until = now() - interval '1 hour'")
    world.run("UPDATE steps SET state = 'pending', epoch = epoch + 1, lease_until = NULL")
    world.run("UPDATE proof.steps SET server_started = now() - interval '1 day'")
    assert "was over for 36" in world.broken()["I5"][0]
    world.run("UPDATE proof.steps SET server_started = at - interval '1 second'")
    assert "I5" not in world.broken()


def test_i6_sees_a_healthy_job_die_and_too_many_crashes(world: World) -> None:
    world.run("UPDATE steps SET state = 'dead', epoch = epoch + 1, finished_at = now()")
    assert "healthy" in world.broken()["I6"][0]
    assert "I6" not in world.broken(poison=(str(world.job),))
    world.run("UPDATE steps SET crash_count = 3")
    assert "3 crashes" in world.broken(poison=(str(world.job),))["I6"][0]


def test_i7_sees_a_slot_that_ran_twice(world: World) -> None:
    add = """INSERT INTO steps (kind, part, queue, blocking, correlation_id, state)
             VALUES ('prune', 'slot', 'maintenance', false, 'test', 'done')"""
    world.run(add)
    world.run(add)
    assert any("2 steps for the slot" in line for line in world.broken()["I7"])


def test_i8_sees_a_report_that_is_missing_or_does_not_add_up(world: World) -> None:
    world.orchestrator.job_manager.cancel(world.job)
    assert any("has no report" in line for line in world.broken()["I8"])
    world.do("maintenance", lambda session: world.orchestrator.reporter.generate(session, world.job))
    assert "I8" not in world.broken()
    world.run(ADD_REQUIREMENT)
    assert any("counts 0 of pending, the rows are 1" in line for line in world.broken()["I8"])
