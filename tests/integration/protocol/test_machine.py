"""Random walks through the step protocol on a real database, against a small model of what must be true.

The model knows nothing of SQL: a step is (state, epoch, counters), a job a status. After every move the database must
say the same. Messages and claims are kept for ever, so that late and repeated ones come at any time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import text
from sqlalchemy.orm import Session

from orchestrator.domain.retry import ErrorClass
from orchestrator.domain.step import ClaimedStep, NewStep, StepKind
from orchestrator.errors import Fenced, InvalidTransition
from orchestrator.queue import TaskMessage

MAX_ERRORS, MAX_CRASHES = 3, 2
OPEN = ("waiting", "pending", "dispatched", "running")
ERROR = {"code": "test", "message": "It broke."}


@dataclass
class ModelStep:
    kind: str
    state: str = "pending"
    epoch: int = 0
    errors: int = 0
    crashes: int = 0

    def move(self, state: str) -> None:
        self.state = state
        self.epoch += 1


@dataclass
class ModelJob:
    status: str = "created"
    steps: dict[int, ModelStep] = field(default_factory=dict)
    merged: bool = False

    @property
    def live(self) -> bool:
        return self.status in ("created", "processing")


class Machine(RuleBasedStateMachine):
    """Plays leader, workers and user. `plant` is set by the test."""

    plant: Any

    def __init__(self) -> None:
        super().__init__()
        self.plant.run("TRUNCATE jobs, steps, job_events, requirements CASCADE")
        self.jobs: dict[UUID, ModelJob] = {}
        self.messages: list[TaskMessage] = []
        self.claims: list[ClaimedStep] = []
        self.ended: dict[int, int] = {}

    @property
    def execution(self) -> Any:
        return self.plant.orchestrator.execution

    def find(self, step_id: int) -> tuple[ModelJob, ModelStep]:
        return next((job, job.steps[step_id]) for job in self.jobs.values() if step_id in job.steps)

    def holds(self, claim: ClaimedStep) -> bool:
        _, step = self.find(claim.id)
        return step.state == "running" and step.epoch == claim.epoch

    @rule(parts=st.integers(1, 3))
    def submit(self, parts: int) -> None:
        job_id = self.plant.job(*[NewStep(StepKind.EXTRACT, part=str(n)) for n in range(parts)])
        rows = self.plant.steps(job_id)
        self.jobs[job_id] = ModelJob(steps={row.id: ModelStep(row.kind) for row in rows})

    @rule()
    def dispatch(self) -> None:
        for message in self.plant.orchestrator.dispatcher.dispatch("creator"):
            _, step = self.find(message.step_id)
            assert step.state == "pending"
            step.move("dispatched")
            assert message.epoch == step.epoch
            self.messages.append(message)

    @precondition(lambda self: self.messages)
    @rule(data=st.data())
    def recall(self, data: st.DataObject) -> None:
        message = data.draw(st.sampled_from(self.messages))
        self.plant.orchestrator.dispatcher.recall([message])
        _, step = self.find(message.step_id)
        if step.state == "dispatched" and step.epoch == message.epoch:
            step.move("pending")

    @precondition(lambda self: self.messages)
    @rule(data=st.data(), worker=st.integers(1, 3))
    def claim(self, data: st.DataObject, worker: int) -> None:
        message = data.draw(st.sampled_from(self.messages[-8:]))
        job, step = self.find(message.step_id)
        expected = step.state == "dispatched" and step.epoch == message.epoch and job.live
        claim = self.execution.claim(message.step_id, message.epoch, f"me:{worker}")
        assert (claim is not None) == expected
        if claim is not None:
            step.move("running")
            assert claim.epoch == step.epoch
            job.status = "processing"
            self.claims.append(claim)

    @precondition(lambda self: self.claims)
    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        claim = data.draw(st.sampled_from(self.claims[-8:]))
        job, step = self.find(claim.id)
        expected = self.holds(claim) and job.live
        with self.fenced_unless(expected):
            self.execution.finish(claim, self.write_of(claim))
        if expected:
            step.move("done")
            job.merged = job.merged or step.kind == "merge"
            self.end(claim.id)
            self.advance(claim.job_id)

    def write_of(self, claim: ClaimedStep) -> Any:
        def write(session: Session) -> dict[str, Any]:
            if claim.kind is StepKind.MERGE:
                done = text("UPDATE jobs SET creator_status = 'completed' WHERE id = :id")
                session.execute(done, {"id": claim.job_id})
            return {}

        return write

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), error_class=st.sampled_from(ErrorClass))
    def fail(self, data: st.DataObject, error_class: ErrorClass) -> None:
        claim = data.draw(st.sampled_from(self.claims[-8:]))
        state = self.execution.fail(claim, error_class, ERROR)
        assert (state is not None) == self.holds(claim)
        if state is not None:
            self.settle(claim, error_class)

    @precondition(lambda self: self.claims)
    @rule(data=st.data())
    def expire(self, data: st.DataObject) -> None:
        claim = data.draw(st.sampled_from(self.claims))
        if self.holds(claim):
            lapse = "UPDATE steps SET lease_until = now() - interval '1 second' WHERE id = :id"
            self.plant.run(lapse, id=claim.id)
            assert self.plant.orchestrator.recovery.reconcile().expired == 1
            self.settle(claim, ErrorClass.CRASH)

    def settle(self, claim: ClaimedStep, error_class: ErrorClass) -> None:
        _, step = self.find(claim.id)
        step.errors += error_class in (ErrorClass.TRANSIENT, ErrorClass.PERMANENT)
        step.crashes += error_class is ErrorClass.CRASH
        dead = (
            error_class is ErrorClass.PERMANENT
            or (error_class is ErrorClass.TRANSIENT and step.errors >= MAX_ERRORS)
            or (error_class is ErrorClass.CRASH and step.crashes >= MAX_CRASHES)
        )
        if dead:
            step.move("dead")
            self.end(claim.id)
            self.advance(claim.job_id)
        else:
            step.move("waiting" if error_class is ErrorClass.TRANSIENT else "pending")

    @rule()
    def time_passes(self) -> None:
        """What waits becomes ready; messages that nobody claimed are taken for lost."""
        self.plant.run("UPDATE steps SET not_before = now() WHERE state = 'waiting'")
        self.plant.run("UPDATE steps SET dispatched_at = now() - interval '1 hour' WHERE state = 'dispatched'")
        self.plant.run("UPDATE steps SET started_at = now() - interval '1 hour' WHERE started_at IS NOT NULL")
        lost = self.plant.orchestrator.recovery.reconcile().lost
        # What stays because all slots are busy is young again: a later look must not find it by itself.
        self.plant.run("UPDATE steps SET dispatched_at = now() WHERE state = 'dispatched'")
        running = sum(step.state == "running" for job in self.jobs.values() for step in job.steps.values())
        for job in self.jobs.values():
            for step in job.steps.values():
                if step.state == "waiting":
                    step.move("pending")
                elif step.state == "dispatched" and running < 4:
                    step.move("pending")
                    lost -= 1
        assert lost == 0

    @precondition(lambda self: self.jobs)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        job_id = data.draw(st.sampled_from(list(self.jobs)))
        job = self.jobs[job_id]
        if not job.live:
            with pytest.raises(InvalidTransition):
                self.plant.orchestrator.job_manager.cancel(job_id)
            return
        self.plant.orchestrator.job_manager.cancel(job_id)
        job.status = "cancelled"
        for step_id, step in job.steps.items():
            if step.state in OPEN:
                step.move("cancelled")
                self.end(step_id)

    def end(self, step_id: int) -> None:
        self.ended[step_id] = self.ended.get(step_id, 0) + 1
        assert self.ended[step_id] == 1, "a step ends once"

    def advance(self, job_id: UUID | None) -> None:
        assert job_id is not None
        job = self.jobs[job_id]
        if any(step.state in OPEN for step in job.steps.values()):
            return
        if any(step.state == "dead" for step in job.steps.values()):
            job.status = "failed"
        elif job.merged:
            job.status = "completed"
        else:
            (merge,) = (row for row in self.plant.steps(job_id) if row.kind == "merge")
            job.steps[merge.id] = ModelStep("merge")

    @contextmanager
    def fenced_unless(self, expected: bool) -> Iterator[None]:
        if expected:
            yield
        else:
            with pytest.raises(Fenced):
                yield

    @invariant()
    def the_database_says_the_same(self) -> None:
        rows = self.plant.rows("SELECT id, state, epoch, error_count, crash_count FROM steps WHERE blocking")
        found = {row.id: (row.state, row.epoch, row.error_count, row.crash_count) for row in rows}
        steps = {key: step for job in self.jobs.values() for key, step in job.steps.items()}
        assert found == {key: (step.state, step.epoch, step.errors, step.crashes) for key, step in steps.items()}
        statuses = {row.id: row.status for row in self.plant.rows("SELECT id, status FROM jobs")}
        assert statuses == {job_id: job.status for job_id, job in self.jobs.items()}

    @invariant()
    def the_timeline_has_no_gaps_and_one_end(self) -> None:
        gaps = """SELECT job_id FROM job_events GROUP BY job_id
                  HAVING count(*) <> max(seq) OR count(*) FILTER (
                      WHERE type IN ('job.completed', 'job.failed', 'job.cancelled')) > 1"""
        assert self.plant.rows(gaps) == []


def test_random_walks_agree_with_the_model(make_plant: Any) -> None:
    # Nothing may run out by itself, however slow the machine: time passes only where the walk says so.
    plant = make_plant(
        max_errors=MAX_ERRORS,
        max_crashes=MAX_CRASHES,
        dispatch_window=4,
        agent_timeout_s=600,
        backoff_base_s=600,
        lease_s=600,
        dispatched_timeout_s=600,
    )
    plant.run("UPDATE agents SET slots = 4")
    machine = type("PlantedMachine", (Machine,), {"plant": plant})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=25,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
