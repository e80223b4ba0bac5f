"""Random walks through the step protocol on a real database, against a small model of what must be true.

The model knows nothing of SQL: a step is (state, epoch, counters), a job a status. After every move the database must
say the same. Messages and claims are kept for ever, so that late and repeated ones come at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg2
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text
from sqlalchemy.orm import Session

from orchestrator.bootstrap import Orchestrator
from orchestrator.domain.retry import ErrorClass
from orchestrator.domain.step import ClaimedStep, NewStep, StepKind
from orchestrator.errors import Fenced, InvalidTransition
from orchestrator.queue import TaskMessage

MAX_ERRORS, MAX_CRASHES = 3, 2
OPEN = ("waiting", "pending", "dispatched", "running")
ENDED = ("done", "dead", "cancelled")
POINTS = ("after_graph", "before_commit", "after_commit")
LOSSES = {f"connection lost {point}": point for point in POINTS[1:]}
ERROR = {"code": "test", "message": "It broke."}


@dataclass
class ModelStep:
    kind: str
    state: str = "pending"
    epoch: int = 0
    errors: int = 0
    crashes: int = 0
    ends: int = 0

    def move(self, state: str) -> None:
        self.state = state
        self.epoch += 1
        self.ends += state in ENDED
        assert self.ends <= 1, "a step ends once"


@dataclass
class ModelJob:
    status: str = "created"
    steps: dict[int, ModelStep] = field(default_factory=dict)
    merged: bool = False

    @property
    def live(self) -> bool:
        return self.status in ("created", "processing")


class Model:
    """What must be true. A move says whether it takes effect, and does. `merge_of` finds a job's merge step."""

    def __init__(self, merge_of: Callable[[UUID], int]) -> None:
        self.jobs: dict[UUID, ModelJob] = {}
        self._merge_of = merge_of

    def copy(self) -> Model:
        twin = Model(self._merge_of)
        twin.jobs = deepcopy(self.jobs)
        return twin

    def find(self, step_id: int) -> tuple[ModelJob, ModelStep]:
        return next((job, job.steps[step_id]) for job in self.jobs.values() if step_id in job.steps)

    def holds(self, claim: ClaimedStep) -> bool:
        _, step = self.find(claim.id)
        return step.state == "running" and step.epoch == claim.epoch

    def claim(self, message: TaskMessage) -> bool:
        job, step = self.find(message.step_id)
        if not (step.state == "dispatched" and step.epoch == message.epoch and job.live):
            return False
        step.move("running")
        job.status = "processing"
        return True

    def finish(self, claim: ClaimedStep) -> bool:
        job, step = self.find(claim.id)
        if not (self.holds(claim) and job.live):
            return False
        step.move("done")
        job.merged = job.merged or step.kind == "merge"
        self._advance(claim)
        return True

    def fail(self, claim: ClaimedStep, error_class: ErrorClass, delay_s: float = 0.0) -> bool:
        if not self.holds(claim):
            return False
        _, step = self.find(claim.id)
        step.errors += error_class in (ErrorClass.TRANSIENT, ErrorClass.PERMANENT)
        step.crashes += error_class is ErrorClass.CRASH
        if (
            error_class is ErrorClass.PERMANENT
            or (error_class is ErrorClass.TRANSIENT and step.errors >= MAX_ERRORS)
            or (error_class is ErrorClass.CRASH and step.crashes >= MAX_CRASHES)
        ):
            step.move("dead")
            self._advance(claim)
        else:
            step.move("waiting" if error_class is ErrorClass.TRANSIENT or delay_s else "pending")
        return True

    def cancel(self, job_id: UUID) -> bool:
        job = self.jobs[job_id]
        if not job.live:
            return False
        job.status = "cancelled"
        for step in job.steps.values():
            if step.state in OPEN:
                step.move("cancelled")
        return True

    def retry(self, job_id: UUID) -> bool:
        job = self.jobs[job_id]
        if job.status != "failed":
            return False
        job.status = "processing"
        for step in job.steps.values():
            if step.state == "dead":
                step.errors = step.crashes = step.ends = 0
                step.move("pending")
        return True

    def _advance(self, claim: ClaimedStep) -> None:
        assert claim.job_id is not None
        job = self.jobs[claim.job_id]
        if any(step.state in OPEN for step in job.steps.values()):
            return
        if any(step.state == "dead" for step in job.steps.values()):
            job.status = "failed"
        elif job.merged:
            job.status = "completed"
        else:
            job.steps[self._merge_of(claim.job_id)] = ModelStep("merge")


class Died(BaseException):
    """The process ends here."""


class Machine(RuleBasedStateMachine):
    """Plays leader, workers and user. `plant` is set by the test."""

    plant: Any

    def __init__(self) -> None:
        super().__init__()
        self.plant.run("TRUNCATE jobs, steps, job_events, requirements CASCADE")
        self.model = Model(self.merge_of)
        self.messages: list[TaskMessage] = []
        self.claims: list[ClaimedStep] = []

    def merge_of(self, job_id: UUID) -> int:
        return next((row.id for row in self.plant.steps(job_id) if row.kind == "merge"), 0)

    @property
    def execution(self) -> Any:
        return self.plant.orchestrator.execution

    @property
    def jobs(self) -> dict[UUID, ModelJob]:
        return self.model.jobs

    @property
    def held(self) -> list[ClaimedStep]:
        return [claim for claim in self.claims if self.model.holds(claim)]

    @initialize(parts=st.integers(1, 3))
    def begin(self, parts: int) -> None:
        self.submit(parts)
        self.start(0)

    @rule(parts=st.integers(1, 3))
    def submit(self, parts: int) -> None:
        job_id = self.plant.job(*[NewStep(StepKind.EXTRACT, part=str(n)) for n in range(parts)])
        rows = self.plant.steps(job_id)
        self.jobs[job_id] = ModelJob(steps={row.id: ModelStep(row.kind) for row in rows})

    @rule(unclaimed=st.integers(0, 2))
    def start(self, unclaimed: int) -> None:
        """Dispatch, and claim all but a few."""
        messages = self.plant.orchestrator.dispatcher.dispatch("creator")
        for message in messages:
            _, step = self.model.find(message.step_id)
            assert step.state == "pending"
            step.move("dispatched")
            assert message.epoch == step.epoch
        self.messages += messages
        for message in messages[unclaimed:]:
            self.claim(message)

    def claim(self, message: TaskMessage) -> None:
        claim = self.execution.claim(message.step_id, message.epoch, "me:1")
        assert (claim is not None) == self.model.claim(message)
        if claim is not None:
            assert claim.epoch == self.model.find(claim.id)[1].epoch
            self.claims.append(claim)

    def draw_claim(self, data: st.DataObject) -> ClaimedStep:
        """One that holds its step, three times of four; else one that may have lost it."""
        return data.draw(st.sampled_from(self.held if self.held and data.draw(st.integers(0, 3)) else self.claims[-8:]))

    @precondition(lambda self: self.held)
    @rule(data=st.data(), end=st.sampled_from(["well", "well", "well", *POINTS, *LOSSES, *ErrorClass]))
    def end(self, data: st.DataObject, end: str) -> None:
        claim = self.draw_claim(data)
        if end == "well":
            assert self.try_finish(claim) == self.model.finish(claim)
        elif end in POINTS:
            self.die(claim, end)
        elif end in LOSSES:
            self.lose_the_connection(claim, LOSSES[end])
        else:
            self.fail(claim, ErrorClass(end), data.draw(st.sampled_from([0.0, 600.0])))

    def try_finish(self, claim: ClaimedStep) -> bool:
        try:
            self.execution.finish(claim, self.write_of(claim))
        except Fenced:
            return False
        return True

    def write_of(self, claim: ClaimedStep, after: Callable[[], None] = lambda: None) -> Any:
        def write(session: Session) -> dict[str, Any]:
            if claim.kind is StepKind.MERGE:
                done = text("UPDATE jobs SET creator_status = 'completed' WHERE id = :id")
                session.execute(done, {"id": claim.job_id})
            after()
            return {}

        return write

    def die(self, claim: ClaimedStep, point: str) -> None:
        """What was not committed is as if it had not been; what was committed stays."""

        def end() -> None:
            raise Died

        write = self.write_of(claim, end if point == "after_graph" else lambda: None)
        with commit_ends_in(self.plant.orchestrator, Died(), point), suppress(Died, Fenced):
            self.execution.finish(claim, write)
        if point == "after_commit":
            self.model.finish(claim)

    def lose_the_connection(self, claim: ClaimedStep, point: str) -> None:
        """The worker finds out what became of its commit and repeats it only where it was lost."""
        lost = psycopg2.OperationalError("server closed the connection unexpectedly")
        with commit_ends_in(self.plant.orchestrator, lost, point):
            took_effect = self.try_finish(claim)
        assert took_effect == self.model.finish(claim)

    def fail(self, claim: ClaimedStep, error_class: ErrorClass, delay_s: float) -> None:
        delay_s = delay_s if error_class is ErrorClass.RELEASED else 0.0
        state = self.execution.fail(claim, error_class, ERROR, delay_s=delay_s)
        assert (state is not None) == self.model.fail(claim, error_class, delay_s)

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), what=st.sampled_from(["late message", "recall", "lease", "time"]))
    def disturb(self, data: st.DataObject, what: str) -> None:
        message = data.draw(st.sampled_from(self.messages[-8:]))
        match what:
            case "late message":
                self.claim(message)
            case "recall":
                self.recall(message)
            case "lease":
                self.expire(self.draw_claim(data))
            case "time":
                self.release_and_republish()

    def recall(self, message: TaskMessage) -> None:
        """It may not have been sent."""
        self.plant.orchestrator.dispatcher.recall([message])
        _, step = self.model.find(message.step_id)
        if step.state == "dispatched" and step.epoch == message.epoch:
            step.move("pending")

    def expire(self, claim: ClaimedStep) -> None:
        if self.model.holds(claim):
            lapse = "UPDATE steps SET lease_until = now() - interval '1 second' WHERE id = :id"
            self.plant.run(lapse, id=claim.id)
            assert self.plant.orchestrator.recovery.reconcile().expired == 1
            self.model.fail(claim, ErrorClass.CRASH)

    def release_and_republish(self) -> None:
        """What waits becomes ready, and messages that nobody claimed are taken for lost."""
        self.plant.run("UPDATE steps SET not_before = now() WHERE state = 'waiting'")
        self.plant.run("UPDATE steps SET dispatched_at = now() - interval '1 hour' WHERE state = 'dispatched'")
        self.plant.run("UPDATE steps SET started_at = now() - interval '1 hour' WHERE started_at IS NOT NULL")
        lost = self.plant.orchestrator.recovery.reconcile().lost
        running = sum(step.state == "running" for job in self.jobs.values() for step in job.steps.values())
        for job in self.jobs.values():
            for step in job.steps.values():
                if step.state == "waiting":
                    step.move("pending")
                elif step.state == "dispatched" and running < 4:
                    step.move("pending")
                    lost -= 1
        assert lost == 0

    @precondition(lambda self: any(job.status == "failed" for job in self.jobs.values()))
    @rule(data=st.data(), apt=st.integers(0, 3))
    def retry(self, data: st.DataObject, apt: int) -> None:
        job_id = data.draw(
            st.sampled_from([key for key, job in self.jobs.items() if not apt or job.status == "failed"])
        )
        assert self.try_command("retry", job_id) == self.model.retry(job_id)

    @precondition(lambda self: len(self.jobs) > 2)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        job_id = data.draw(st.sampled_from(list(self.jobs)))
        assert self.try_command("cancel", job_id) == self.model.cancel(job_id)

    def try_command(self, what: str, job_id: UUID) -> bool:
        try:
            getattr(self.plant.orchestrator.job_manager, what)(job_id)
        except InvalidTransition:
            return False
        return True

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def two_at_once(self, data: st.DataObject) -> None:
        """On two connections at the same time: as if one had come after the other."""
        claim = data.draw(st.sampled_from(self.held))
        other = data.draw(st.sampled_from([each for each in self.held if each.job_id == claim.job_id]))
        assert claim.job_id is not None
        first = (lambda: self.try_finish(claim), lambda model: model.finish(claim))
        second = data.draw(
            st.sampled_from(
                [
                    (lambda: self.try_finish(other), lambda model: model.finish(other)),
                    (lambda: self.try_fail(other), lambda model: model.fail(other, ErrorClass.PERMANENT)),
                    (lambda: self.try_command("cancel", claim.job_id), lambda model: model.cancel(claim.job_id)),
                ]
            )
        )
        with ThreadPoolExecutor(2) as pool:
            answers = [act.result(timeout=30) for act in [pool.submit(first[0]), pool.submit(second[0])]]
        for order in ((0, 1), (1, 0)):
            model, expected = self.model.copy(), [False, False]
            for number in order:
                expected[number] = (first, second)[number][1](model)
            if answers == expected and self.differences(model) == []:
                self.model = model
                return
        raise AssertionError(f"{answers} is the outcome of no order: {self.differences(model)}")

    def try_fail(self, claim: ClaimedStep) -> bool:
        return self.execution.fail(claim, ErrorClass.PERMANENT, ERROR) is not None

    def differences(self, model: Model) -> list[str]:
        rows = self.plant.rows("SELECT id, state, epoch, error_count, crash_count FROM steps WHERE blocking")
        found = {row.id: (row.state, row.epoch, row.error_count, row.crash_count) for row in rows}
        steps = {key: step for job in model.jobs.values() for key, step in job.steps.items()}
        wanted = {key: (step.state, step.epoch, step.errors, step.crashes) for key, step in steps.items()}
        statuses = {row.id: row.status for row in self.plant.rows("SELECT id, status FROM jobs")}
        found, wanted = found | statuses, wanted | {job_id: job.status for job_id, job in model.jobs.items()}
        both = found.keys() | wanted.keys()
        return [f"{key}: {found.get(key)}, not {wanted.get(key)}" for key in both if found.get(key) != wanted.get(key)]

    @invariant()
    def the_database_says_the_same(self) -> None:
        assert self.differences(self.model) == []

    @invariant()
    def the_timeline_has_no_gaps_and_one_end_per_retry(self) -> None:
        gaps = """SELECT job_id FROM job_events GROUP BY job_id
                  HAVING count(*) <> max(seq) OR count(*) FILTER (
                      WHERE type IN ('job.completed', 'job.failed', 'job.cancelled'))
                  > 1 + count(*) FILTER (WHERE type = 'job.retried')"""
        assert self.plant.rows(gaps) == []


@contextmanager
def commit_ends_in(orchestrator: Orchestrator, error: BaseException, point: str) -> Iterator[None]:
    """The next commit fails: `before_commit` has no effect, `after_commit` has it and nobody hears of it."""
    dialect = orchestrator.engine.dialect
    real = dialect.do_commit

    def commit(connection: Any) -> None:
        dialect.do_commit = real
        if point == "after_commit":
            real(connection)
        raise error

    if point != "after_graph":
        dialect.do_commit = commit
    try:
        yield
    finally:
        dialect.do_commit = real


def test_random_walks_agree_with_the_model(make_plant: Any) -> None:
    plant = make_plant(
        max_errors=MAX_ERRORS, max_crashes=MAX_CRASHES, dispatch_window=4, agent_timeout_s=600, backoff_base_s=600
    )
    plant.run("UPDATE agents SET slots = 4")
    machine = type("PlantedMachine", (Machine,), {"plant": plant})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=30,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],  # two at once do not repeat, so there is nothing to shrink
        ),
    )
