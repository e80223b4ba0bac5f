"""Faults that need no process to show: what the protocol makes of them on a real database."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from orchestrator.domain.step import NewStep, StepKind
from orchestrator.queue import TaskMessage
from orchestrator.services.dispatcher import Dispatcher
from orchestrator.services.recovery import AGED, BATCH, ONE_BY_ONE
from workers.heart import Heart
from workers.schedule import Schedule

PATIENCE_S = 30.0
MANY = text(
    """
    INSERT INTO steps (kind, part, queue, blocking, correlation_id, state, crash_count, lease_owner, lease_until,
                       not_before)
    SELECT 'prune', :part || n, 'maintenance', false, 'test', :state, :crashes, 'gone:1',
           CASE :state WHEN 'running' THEN now() - interval '1 minute' END,
           CASE :state WHEN 'waiting' THEN now() + interval '1 hour' END
    FROM generate_series(1, :count) n
    """
)


def insert(plant: Any, count: int, state: str, crashes: int = 0) -> None:
    with plant.sessions.begin() as session:
        values = {"part": f"{state}-{crashes}-", "state": state, "crashes": crashes, "count": count}
        session.execute(MANY, values)


def test_a_message_delivered_three_times_at_once_starts_one_attempt(plant: Any) -> None:
    for _ in range(20):
        job = plant.job()
        (message,) = plant.orchestrator.dispatcher.dispatch("creator")
        start = Barrier(3)

        def claim(worker: int, message: TaskMessage = message, start: Barrier = start) -> bool:
            start.wait(PATIENCE_S)
            return plant.orchestrator.execution.claim(message.step_id, message.epoch, f"me:{worker}") is not None

        with ThreadPoolExecutor(3) as pool:
            assert sorted(pool.map(claim, range(3))) == [False, False, True]
        (step,) = plant.steps(job)
        assert (step.state, step.attempt) == ("running", 1)
        plant.run("DELETE FROM jobs WHERE id = :id", id=job)


def test_a_publish_error_of_a_message_that_did_arrive_does_no_harm(plant: Any) -> None:
    """The leader takes it back. Before the claim, the message is void; after it, taking back is."""
    early, late = plant.job(), plant.job()
    first, second = plant.orchestrator.dispatcher.dispatch("creator")
    held = plant.orchestrator.execution.claim(second.step_id, second.epoch, "me:1")
    plant.orchestrator.dispatcher.recall([first, second])

    assert plant.orchestrator.execution.claim(first.step_id, first.epoch, "me:2") is None
    assert [plant.steps(job)[0].state for job in (early, late)] == ["pending", "running"]
    plant.orchestrator.execution.finish(held, lambda session: {})
    (again,) = plant.claim_all()
    assert (again.job_id, again.attempt) == (early, 1)


def test_a_deadlock_is_repeated_and_counted_nowhere(plant: Any) -> None:
    """Two finishes want each other's row: the database ends one, which does it again."""
    jobs = [plant.job(), plant.job()]
    plant.run("UPDATE agents SET version = '0'")
    meet = Barrier(2)

    def finish(number: int, step: Any) -> int:
        tries = []

        def write(session: Session) -> dict[str, Any]:
            tries.append(1)
            names = ["creator-test-1", "validator-test-1"]
            touch = text("UPDATE agents SET version = version WHERE id = :id")
            session.execute(touch, {"id": names[number]})
            if len(tries) == 1:
                try:
                    meet.wait(PATIENCE_S)
                except BrokenBarrierError:
                    pytest.fail("the other one did not come")
            session.execute(touch, {"id": names[1 - number]})
            return {}

        plant.orchestrator.execution.finish(step, write)
        return len(tries)

    with ThreadPoolExecutor(2) as pool:
        tries = list(pool.map(finish, range(2), plant.claim_all(), timeout=PATIENCE_S))
    assert sorted(tries) == [1, 2], "nothing was repeated: there was no deadlock"
    for job in jobs:
        (row,) = [step for step in plant.steps(job) if step.kind == "read"]
        assert (row.state, row.attempt, row.error_count, row.crash_count) == ("done", 1, 0, 0)


def test_a_serialization_failure_is_repeated_and_counted_nowhere(plant: Any) -> None:
    job = plant.job()
    (step,) = plant.claim_all()
    tries = []

    def write(session: Session) -> dict[str, Any]:
        tries.append(1)
        if len(tries) < 3:
            session.execute(text("DO $$ BEGIN RAISE serialization_failure; END $$"))
        return {}

    plant.orchestrator.execution.finish(step, write)
    row = plant.steps(job)[0]
    assert (row.state, len(tries), row.error_count, row.crash_count) == ("done", 3, 0, 0)


def test_a_heartbeat_needs_no_connection_of_the_pool(plant: Any) -> None:
    job = plant.job()
    (step,) = plant.claim_all()
    lease = "SELECT lease_until FROM steps WHERE job_id = :id"
    heart = Heart(plant.orchestrator.settings, role="test")
    engine = plant.orchestrator.engine
    with plant.sessions.begin() as outside, ExitStack() as taken, heart.beating(step):
        before = outside.execute(text(lease), {"id": job}).scalar_one()
        for _ in range(2 * plant.orchestrator.settings.database_pool - 1):
            taken.enter_context(engine.connect())
        assert engine.pool.checkedout() == 2 * plant.orchestrator.settings.database_pool
        until = time.monotonic() + PATIENCE_S
        while outside.execute(text(lease), {"id": job}).scalar_one() == before:
            assert time.monotonic() < until, "no heartbeat came through"
            time.sleep(0.05)


def test_two_thousand_expired_leases_do_not_hold_up_dispatch(plant: Any) -> None:
    """Each look takes a bounded share of them, and between two looks what is ready goes out."""
    insert(plant, 2_000, "running")
    insert(plant, 2 * ONE_BY_ONE, "running", crashes=plant.orchestrator.settings.max_crashes - 1)
    recovery, dispatcher = plant.orchestrator.recovery, plant.orchestrator.dispatcher
    found, sent = [], []
    for _ in range(5):
        job = plant.job()
        found.append(recovery.reconcile().expired)
        (message,) = dispatcher.dispatch("creator")
        plant.orchestrator.execution.finish(
            plant.orchestrator.execution.claim(message.step_id, message.epoch, "me:1"), lambda session: {}
        )
        sent.append(plant.steps(job)[0].state)
    assert max(found) <= BATCH + ONE_BY_ONE
    assert sum(found) == 2_000 + 2 * ONE_BY_ONE
    assert sent == ["done"] * 5
    states = "SELECT state, count(*) AS n FROM steps WHERE kind = 'prune' GROUP BY state"
    assert {row.state: row.n for row in plant.rows(states)} == {"pending": 2_000, "dead": 2 * ONE_BY_ONE}


def test_fifty_thousand_waiting_steps_are_not_read_by_dispatch(plant: Any) -> None:
    insert(plant, 50_000, "waiting")
    plant.run("UPDATE steps SET queue = 'creator' WHERE id % 2 = 0")
    plant.run("ANALYZE steps")
    plant.job()
    insert(plant, 1, "pending")
    limited = Dispatcher(replace(plant.orchestrator.settings, owner_limit=1), plant.sessions)
    for dispatcher, queue in ((plant.orchestrator.dispatcher, "maintenance"), (limited, "creator")):
        plan = plan_of_dispatch(plant, dispatcher, queue)
        assert "Seq Scan on steps" not in plan, plan
        found = [each for each in plan.splitlines() if " on steps" in each and " rows=" in each]
        assert max(int(each.split(" rows=")[1].split(".")[0]) for each in found) <= 4, plan
        assert len(dispatcher.dispatch(queue)) == 1


def plan_of_dispatch(plant: Any, dispatcher: Dispatcher, queue: str) -> str:
    """What the server does for one dispatch, with the rows that it really read."""
    seen: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        if "SET state = 'dispatched'" in statement:
            seen.append((statement, parameters))

    event.listen(plant.orchestrator.engine, "before_cursor_execute", note)
    dispatcher.dispatch(queue)
    event.remove(plant.orchestrator.engine, "before_cursor_execute", note)
    plant.run("UPDATE steps SET state = 'pending', epoch = epoch + 1, dispatched_at = NULL WHERE state = 'dispatched'")
    ((statement, parameters),) = seen
    with plant.orchestrator.engine.connect() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {statement}", parameters).scalars()
        lines = [line for line in rows if "Filter" not in line]
        connection.rollback()
    return "\n".join(lines)


def test_each_step_that_waits_long_gets_one_more_priority_a_few_at_a_time(plant: Any) -> None:
    insert(plant, 2 * AGED + 1, "pending")
    plant.run(
        "UPDATE steps SET priority = id % 10,"
        " (rank, created_at) = (now() - interval '2 minutes', now() - interval '1 hour')"
    )
    before = {row.id: row.priority for row in plant.rows("SELECT id, priority FROM steps")}
    plant.job()  # has only just come
    looks = 0
    for looks, _ in enumerate(plant.orchestrator.recovery.raise_priorities(60.0), start=1):
        raised = plant.rows("SELECT id, priority FROM steps WHERE job_id IS NULL")
        assert sum(row.priority != before[row.id] for row in raised) <= looks * AGED
    after = {row.id: row.priority for row in plant.rows("SELECT id, priority FROM steps WHERE job_id IS NULL")}
    assert after == {step_id: min(9, priority + 1) for step_id, priority in before.items()}
    assert looks >= 3
    assert plant.one("SELECT priority FROM steps WHERE job_id IS NOT NULL").priority == 5


def test_a_leader_that_comes_after_ten_minutes_catches_up_once_per_entry(plant: Any) -> None:
    every_minute = {"task": StepKind.PRUNE.value, "schedule": timedelta(seconds=60)}
    entries = {"one": every_minute, "other": every_minute | {"task": StepKind.AGENT_HEALTH.value}}
    now = datetime(2026, 1, 1, 12, 0, 30, tzinfo=UTC)
    count = "SELECT kind, count(*) AS n FROM steps GROUP BY kind"
    Schedule(plant.orchestrator, entries).run_due(now - timedelta(minutes=10))
    assert {row.kind: row.n for row in plant.rows(count)} == {"prune": 1, "agent_health": 1}
    leaders = [Schedule(plant.orchestrator, entries) for _ in range(3)]  # three beats, all of which lead
    for leader in leaders:
        leader.run_due(now)
        leader.run_due(now + timedelta(seconds=20))
    assert {row.kind: row.n for row in plant.rows(count)} == {"prune": 2, "agent_health": 2}


def test_a_database_that_stood_still_during_a_look_expires_nobody(plant: Any) -> None:
    """The leader looked, and its next statement was answered only after all leases had run out."""
    plant.job()
    plant.job()
    step, dead = plant.claim_all()
    recovery = plant.orchestrator.recovery
    plant.run("UPDATE steps SET lease_until = now() - interval '1 second' WHERE id = :id", id=dead.id)
    look = recovery.look()
    plant.run("UPDATE steps SET lease_until = clock_timestamp() WHERE id = :id", id=step.id)
    assert recovery.preview().expired == 2, "all have run out"
    assert recovery.reconcile(look).expired == 1
    assert recovery.renew_leases() == 1
    assert recovery.reconcile().expired == 0
    plant.orchestrator.execution.finish(step, lambda session: {})


def test_the_timeline_names_the_cause_of_each_recovery(plant: Any) -> None:
    job = plant.job(NewStep(StepKind.EXTRACT, part="1"))
    plant.orchestrator.dispatcher.dispatch("creator")
    plant.run("UPDATE steps SET dispatched_at = now() - interval '1 hour'")
    assert plant.orchestrator.recovery.reconcile().lost == 1
    plant.claim_all()
    plant.run("UPDATE steps SET lease_until = now() - interval '1 second'")
    assert plant.orchestrator.recovery.reconcile().expired == 1
    (step,) = plant.claim_all()
    plant.orchestrator.execution.crashed(step.id, step.epoch, "killed")
    told = plant.rows("SELECT data ->> 'cause' AS cause FROM job_events WHERE type = 'step.recovered' ORDER BY seq")
    assert [row.cause for row in told] == ["message_lost", "lease_expired", "crash"]
    record = plant.orchestrator.recovery.record()
    assert (record.total.expired, record.total.lost) == (1, 1)
    assert record.looked_at is not None
    assert plant.status(job).status == "processing"
