"""Random walks through the step protocol on a real database, against a pure model of what must be true.

After every move the database must say what the model says. Messages and claims are kept for ever, so that late and
repeated ones come at any time. Processes die at each failpoint, answers to a commit are lost, and moves of two
connections are interleaved statement by statement: their outcome must be that of one after the other. Time passes only
where the walk says so, by moving the stored times back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg2
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from interleaving import Operation, interleave
from protocol_model import (
    DEADLINE_S,
    DELAY_S,
    DISPATCHED_S,
    LEASE_S,
    LIMIT_S,
    MAX_CRASHES,
    MAX_ERRORS,
    SLOTS,
    TICK_S,
    WINDOW,
    Model,
)
from sqlalchemy import text
from sqlalchemy.orm import Session

from orchestrator.bootstrap import Orchestrator
from orchestrator.domain.retry import ErrorClass
from orchestrator.domain.step import ClaimedStep, NewStep, StepKind
from orchestrator.errors import Fenced, InvalidTransition
from orchestrator.queue import TaskMessage
from orchestrator.storage import steps

TURNS = 24
"""Two finishes have about so many statements."""
POINTS = ("after_claim", "after_graph", "before_commit", "after_commit")
LOSSES = {f"connection lost {point}": point for point in POINTS[2:]}
ERROR = {"code": "test", "message": "It broke."}
DELAYED = text(
    "UPDATE steps SET not_before = now() + make_interval(secs => :delay) WHERE id = :id AND state = 'waiting'"
)
TIMES = {"steps": ("lease_until", "not_before", "dispatched_at", "started_at", "deadline_at"), "jobs": ("deadline_at",)}


class Died(BaseException):
    """The process ends here."""


@dataclass(frozen=True)
class Move:
    """Something that a process does, and what the model says must come of it. Both return what the caller hears."""

    name: str
    act: Callable[[Orchestrator], Any]
    expect: Callable[[Model], Any]


class Machine(RuleBasedStateMachine):
    """Plays leader, workers and user. `plant` and `other`, a second process, are set by the test."""

    plant: Any
    other: Orchestrator
    watch: Any

    def __init__(self) -> None:
        super().__init__()
        self.plant.run("TRUNCATE jobs, steps, job_events, requirements RESTART IDENTITY CASCADE")
        self.model = Model()
        self.messages: list[TaskMessage] = []
        self.claims: list[ClaimedStep] = []

    @property
    def here(self) -> Orchestrator:
        return self.plant.orchestrator  # type: ignore[no-any-return]

    def held(self) -> list[ClaimedStep]:
        return [claim for claim in self.claims if self.model.holds(claim.id, claim.epoch)]

    def do(self, move: Move) -> None:
        answer = move.act(self.here)
        self.learn_of_merges()
        assert answer == move.expect(self.model), move.name

    def learn_of_merges(self) -> None:
        self.model.merges = {row.job_id: row.id for row in self.plant.rows("SELECT * FROM steps WHERE kind = 'merge'")}

    # --- Moves ------------------------------------------------------------------------------------------------

    def dispatching(self) -> Move:
        def act(process: Orchestrator) -> list[tuple[int, int]]:
            messages = process.dispatcher.dispatch("creator")
            self.messages += messages
            return [(message.step_id, message.epoch) for message in messages]

        return Move("dispatch", act, lambda model: model.dispatch())

    def claiming(self, message: TaskMessage) -> Move:
        def act(process: Orchestrator) -> bool:
            claim = process.execution.claim(message.step_id, message.epoch, "me:1")
            if claim is not None:
                assert claim.epoch == message.epoch + 1
                self.claims.append(claim)
            return claim is not None

        return Move("claim", act, lambda model: model.claim(message.step_id, message.epoch))

    def beating(self, claim: ClaimedStep) -> Move:
        def act(process: Orchestrator) -> bool:
            with process.engine.begin() as connection:
                return steps.heartbeat(connection, claim, LEASE_S)

        return Move("heartbeat", act, lambda model: model.heartbeat(claim.id, claim.epoch))

    def finishing(self, claim: ClaimedStep) -> Move:
        def act(process: Orchestrator) -> bool:
            try:
                process.execution.finish(claim, write_of(claim))
            except Fenced:
                return False
            return True

        return Move("finish", act, lambda model: model.finish(claim.id, claim.epoch))

    def failing(self, claim: ClaimedStep, error_class: ErrorClass, delay_s: float = 0.0) -> Move:
        delay_s = delay_s if error_class is ErrorClass.RELEASED else 0.0

        def act(process: Orchestrator) -> bool:
            state = process.execution.fail(claim, error_class, ERROR, delay_s=delay_s)
            with process.sessions.begin() as session:  # the back-off is drawn at random: not here
                session.execute(DELAYED, {"id": claim.id if state == "waiting" else 0, "delay": DELAY_S})
            return state is not None

        return Move(f"fail {error_class}", act, lambda model: model.fail(claim.id, claim.epoch, error_class, delay_s))

    def recalling(self, message: TaskMessage) -> Move:
        return Move(
            "recall",
            lambda process: process.dispatcher.recall([message]),
            lambda model: model.recall(message.step_id, message.epoch),
        )

    def commanding(self, what: str, job_id: UUID) -> Move:
        def act(process: Orchestrator) -> bool:
            try:
                getattr(process.job_manager, what)(job_id)
            except InvalidTransition:
                return False
            return True

        return Move(what, act, lambda model: getattr(model, what)(job_id))

    def reconciling(self) -> Move:
        def act(process: Orchestrator) -> tuple[int, ...]:
            found = process.recovery.reconcile()
            return found.released, found.expired, found.lost, found.timed_out

        return Move("reconcile", act, lambda model: model.reconcile())

    # --- Rules ------------------------------------------------------------------------------------------------

    @initialize(parts=st.integers(1, 3))
    def begin(self, parts: int) -> None:
        self.submit(parts)
        self.start(0)

    @rule(parts=st.integers(1, 3))
    def submit(self, parts: int) -> None:
        job_id = self.plant.job(
            *[NewStep(StepKind.EXTRACT, part=str(n)) for n in range(parts)],
            deadline_at=text(f"now() + interval '{DEADLINE_S} seconds'"),
        )
        self.model.submit(job_id, [row.id for row in self.plant.steps(job_id)])

    @rule(unclaimed=st.integers(0, 2))
    def start(self, unclaimed: int) -> None:
        """Dispatch, and claim all but a few."""
        before = len(self.messages)
        self.do(self.dispatching())
        for message in self.messages[before + unclaimed :]:
            self.do(self.claiming(message))

    def draw_claim(self, data: st.DataObject) -> ClaimedStep:
        """One that holds its step, three times of four; else one that may have lost it."""
        held = self.held()
        return data.draw(st.sampled_from(held if held and data.draw(st.integers(0, 3)) else self.claims[-8:]))

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), end=st.sampled_from(["well", "well", "well", "beat", *POINTS[1:], *LOSSES, *ErrorClass]))
    def end(self, data: st.DataObject, end: str) -> None:
        claim = self.draw_claim(data)
        if end == "well":
            self.do(self.finishing(claim))
        elif end == "beat":
            self.do(self.beating(claim))
        elif end in POINTS:
            self.die(claim, end)
        elif end in LOSSES:
            lost = psycopg2.OperationalError("server closed the connection unexpectedly")
            with commit_ends_in(self.here, lost, LOSSES[end]):
                self.do(self.finishing(claim))
        else:
            self.do(self.failing(claim, ErrorClass(end), data.draw(st.sampled_from([0.0, DELAY_S]))))

    def die(self, claim: ClaimedStep, point: str) -> None:
        """What was not committed is as if it had not been; what was committed stays."""

        def end() -> None:
            raise Died

        write = write_of(claim, end if point == "after_graph" else lambda: None)
        with commit_ends_in(self.here, Died(), point), suppress(Died, Fenced):
            self.here.execution.finish(claim, write)
        self.learn_of_merges()
        if point == "after_commit":
            self.model.finish(claim.id, claim.epoch)

    @precondition(lambda self: self.messages)
    @rule(data=st.data(), what=st.sampled_from(["claim", "claim", "claim and die", "recall"]))
    def message(self, data: st.DataObject, what: str) -> None:
        """One of the last messages arrives, for the first time or again; or may not have been sent."""
        message = data.draw(st.sampled_from(self.messages[-8:]))
        self.do(self.recalling(message) if what == "recall" else self.claiming(message))
        if what == "claim and die":
            self.claims = [claim for claim in self.claims if claim.id != message.step_id]

    @rule(ticks=st.integers(1, 3), renewed=st.booleans())
    def time_passes(self, ticks: int, renewed: bool) -> None:
        """The leader looks after it; after an outage it renews the leases first."""
        for table, columns in TIMES.items():
            moved = ", ".join(f"{column} = {column} - make_interval(secs => :seconds)" for column in columns)
            self.plant.run(f"UPDATE {table} SET {moved}", seconds=ticks * TICK_S)  # noqa: S608 - names of the test, no input
        for _ in range(ticks):
            self.model.tick()
        if renewed:
            self.here.recovery.renew_leases()
            self.model.renew()
        self.do(self.reconciling())

    @precondition(lambda self: any(job.status == "failed" for job in self.model.jobs.values()))
    @rule(data=st.data(), apt=st.integers(0, 3))
    def retry(self, data: st.DataObject, apt: int) -> None:
        jobs = [key for key, job in self.model.jobs.items() if not apt or job.status == "failed"]
        self.do(self.commanding("retry", data.draw(st.sampled_from(jobs))))

    @precondition(lambda self: len(self.model.jobs) > 2)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        self.do(self.commanding("cancel", data.draw(st.sampled_from(list(self.model.jobs)))))

    @precondition(lambda self: self.held())
    @rule(data=st.data(), turns=st.lists(st.booleans(), min_size=TURNS, max_size=TURNS))
    def two_at_once(self, data: st.DataObject, turns: list[bool]) -> None:
        """On two connections, interleaved: as if one had come after the other."""
        claim = data.draw(st.sampled_from(self.held()))
        # Another one of its job where there is one, three times of four.
        others = [each for each in self.held() if each.job_id == claim.job_id and each.id != claim.id]
        other = data.draw(st.sampled_from(others if others and data.draw(st.integers(0, 3)) else [claim]))
        message = data.draw(st.sampled_from(self.messages[-8:]))
        assert claim.job_id is not None
        first = data.draw(st.sampled_from([self.finishing(claim), self.failing(claim, ErrorClass.PERMANENT)]))
        second = data.draw(
            st.sampled_from(
                [
                    *[self.finishing(other)] * 4,
                    self.failing(other, ErrorClass.PERMANENT),
                    self.failing(other, ErrorClass.CRASH),
                    self.commanding("cancel", claim.job_id),
                    self.commanding("retry", claim.job_id),
                    self.claiming(message),
                    self.recalling(message),
                    self.dispatching(),
                    self.beating(other),
                    self.reconciling(),
                ]
            )
        )
        self.do_both((first, second), turns)

    def do_both(self, moves: tuple[Move, Move], turns: list[bool]) -> None:
        processes = (self.here, self.other)
        operations = [
            Operation(process.engine, lambda move=move, process=process: move.act(process))
            for move, process in zip(moves, processes, strict=True)
        ]
        answers = interleave(self.watch, (operations[0], operations[1]), turns)
        self.learn_of_merges()
        seen, found = self.seen(), {}
        for order in ((0, 1), (1, 0)):
            model = self.model.copy()
            expected = {number: moves[number].expect(model) for number in order}
            if [expected[0], expected[1]] == answers and shown(model) == seen:
                self.model = model
                return
            found[order] = (expected, differences(seen, shown(model)))
        raise AssertionError(f"{moves[0].name} and {moves[1].name}: {answers} is the outcome of no order: {found}")

    # --- What is compared -------------------------------------------------------------------------------------

    def seen(self) -> dict[Any, Any]:
        rows = self.plant.rows("SELECT id, state, epoch, error_count, crash_count FROM steps WHERE blocking")
        statuses = {row.id: row.status for row in self.plant.rows("SELECT id, status FROM jobs")}
        return statuses | {row.id: tuple(row)[1:] for row in rows}

    @invariant()
    def the_database_says_the_same(self) -> None:
        assert differences(self.seen(), shown(self.model)) == []

    @invariant()
    def the_timeline_has_no_gaps_and_one_end_per_retry(self) -> None:
        gaps = """SELECT job_id FROM job_events GROUP BY job_id
                  HAVING count(*) <> max(seq) OR count(*) FILTER (
                      WHERE type IN ('job.completed', 'job.failed', 'job.cancelled'))
                  > 1 + count(*) FILTER (WHERE type = 'job.retried')"""
        assert self.plant.rows(gaps) == []

    def teardown(self) -> None:
        """A live job always has an open step: the safety net finds nothing."""
        assert self.here.recovery.check_completion() == 0


def shown(model: Model) -> dict[Any, Any]:
    return {key: job.status for key, job in model.jobs.items()} | {step.id: step.seen() for step in model.steps()}


def differences(seen: dict[Any, Any], wanted: dict[Any, Any]) -> list[str]:
    both = seen.keys() | wanted.keys()
    return [f"{key}: {seen.get(key)}, not {wanted.get(key)}" for key in both if seen.get(key) != wanted.get(key)]


def write_of(claim: ClaimedStep, after: Callable[[], None] = lambda: None) -> Any:
    def write(session: Session) -> dict[str, Any]:
        if claim.kind is StepKind.MERGE:
            done = text("UPDATE jobs SET creator_status = 'completed' WHERE id = :id")
            session.execute(done, {"id": claim.job_id})
        after()
        return {}

    return write


@contextmanager
def commit_ends_in(orchestrator: Orchestrator, error: BaseException, point: str) -> Iterator[None]:
    """The next commit fails: `before_commit` has no effect, `after_commit` has it and nobody hears of it."""
    dialect = orchestrator.engine.dialect
    real = dialect.do_commit

    def commit(connection: Any) -> None:
        dialect.do_commit = real  # type: ignore[method-assign]
        if point == "after_commit":
            real(connection)
        raise error

    if point != "after_graph":
        dialect.do_commit = commit  # type: ignore[method-assign]
    try:
        yield
    finally:
        dialect.do_commit = real  # type: ignore[method-assign]


LONG_S = 86_400
"""Nothing runs out by itself, however slow the machine."""


@pytest.mark.timeout(300)
def test_random_walks_agree_with_the_model(make_plant: Any, make_orchestrator: Any) -> None:
    timing = {
        "max_errors": MAX_ERRORS,
        "max_crashes": MAX_CRASHES,
        "dispatch_window": WINDOW,
        "lease_s": LEASE_S,
        "task_time_limit_s": LIMIT_S,
        "dispatched_timeout_s": DISPATCHED_S,
        "job_timeout_hours": DEADLINE_S / 3600,
        "agent_timeout_s": LONG_S,
        "backoff_base_s": LONG_S,
        "backoff_cap_s": LONG_S,
    }
    plant = make_plant(**timing)
    plant.run("UPDATE agents SET slots = :slots", slots=SLOTS)
    other = make_orchestrator(**timing)
    with other.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as watch:
        machine = type("PlantedMachine", (Machine,), {"plant": plant, "other": other, "watch": watch})
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=45,
                stateful_step_count=40,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
