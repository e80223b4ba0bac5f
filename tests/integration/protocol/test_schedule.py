"""When jobs begin: in which order, at which time, after which others; and who dies in between."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from orchestrator.domain.edit import JobEdit
from orchestrator.domain.retry import ErrorClass
from orchestrator.domain.submission import Submission, Upload
from orchestrator.errors import Conflict, Invalid, InvalidTransition, NotFound
from orchestrator.storage import pauses

LATER = datetime.now(UTC) + timedelta(days=3)
ERROR = {"code": "test", "message": "It broke."}


def submit(plant: Any, owner: str = "ann", text: str = "The user must log in.", **fields: Any) -> UUID:
    wish = Submission(owner, "Which duties?", "test", Upload("a.txt", text.encode()), **fields)
    return UUID(str(plant.orchestrator.job_manager.submit(wish).job.id))


def view(plant: Any, job: UUID) -> Any:
    return plant.orchestrator.job_manager.get(job)


def dispatched(plant: Any) -> list[UUID]:
    """The jobs that one turn of the leader sends to creators."""
    messages = plant.orchestrator.dispatcher.dispatch("creator")
    owner = "SELECT job_id FROM steps WHERE id = :id"
    return [plant.one(owner, id=each.step_id).job_id for each in messages]


def fail(plant: Any, job: UUID) -> None:
    """End a job that has one ready step as failed."""
    for step in plant.claim_all():
        if step.job_id == job:
            plant.orchestrator.execution.fail(step, ErrorClass.PERMANENT, ERROR)
    assert plant.status(job).status == "failed"


def complete(plant: Any, job: UUID) -> None:
    plant.run("UPDATE steps SET state = 'done' WHERE job_id = :id", id=job)
    plant.run("UPDATE jobs SET status = 'processing' WHERE id = :id", id=job)
    plant.run("UPDATE jobs SET status = 'completed' WHERE id = :id", id=job)
    plant.run("UPDATE job_dependencies SET due = true WHERE depends_on_id = :id", id=job)


def test_a_high_one_goes_before_two_hundred_low_ones(plant: Any) -> None:
    for _ in range(200):
        plant.job(priority=1)
    high = plant.job(priority=8)
    assert high in dispatched(plant)


def test_a_new_priority_takes_back_what_is_sent_and_goes_for_its_steps(plant: Any) -> None:
    job = submit(plant)
    (message,) = plant.orchestrator.dispatcher.dispatch("creator")

    edited = plant.orchestrator.scheduling.edit(job, JobEdit(priority=2, tags=("a",)), version=1)

    assert (edited.job.priority, edited.job.tags, edited.job.version) == (2, ["a"], 2)
    (step,) = plant.steps(job)
    assert (step.state, step.epoch, step.priority) == ("pending", message.epoch + 1, 2)
    assert plant.orchestrator.execution.claim(message.step_id, message.epoch, "me:1") is None
    assert dispatched(plant) == [job]


def test_to_the_front(plant: Any) -> None:
    first = [submit(plant, text=str(n), priority=9) for n in range(30)]
    last = submit(plant, "bob", priority=1)
    plant.orchestrator.scheduling.to_front(last)
    assert dispatched(plant)[0] == last
    assert view(plant, first[-1]).waiting.reason is None


def test_a_job_begins_at_its_time_and_its_deadline_counts_from_there(plant: Any) -> None:
    job = submit(plant, run_at=LATER)
    shown = view(plant, job)
    assert (shown.waiting.reason, shown.waiting.until) == ("schedule", LATER)
    assert shown.job.deadline_at > LATER
    plant.orchestrator.recovery.reconcile()
    assert dispatched(plant) == []

    plant.orchestrator.scheduling.edit(job, JobEdit(clear_run_at=True))
    plant.orchestrator.recovery.reconcile()

    assert [step.job_id for step in plant.claim_all()] == [job]
    with pytest.raises(InvalidTransition, match="has begun"):
        plant.orchestrator.scheduling.edit(job, JobEdit(run_at=LATER))


def test_a_scheduled_job_can_be_cancelled(plant: Any) -> None:
    job = submit(plant, run_at=LATER)
    plant.orchestrator.job_manager.cancel(job)
    plant.run("UPDATE steps SET not_before = now() - interval '1 s' WHERE job_id = :id", id=job)
    plant.orchestrator.recovery.reconcile()
    assert [step.state for step in plant.steps(job) if step.blocking] == ["cancelled"]
    assert dispatched(plant) == []


def test_those_that_begin_at_once_share_with_other_owners(plant: Any) -> None:
    for number in range(20):
        submit(plant, "ann", str(number), run_at=LATER)
    plant.run("UPDATE steps SET not_before = now() WHERE hold = 'schedule'")
    plant.orchestrator.recovery.reconcile()
    bob = submit(plant, "bob")
    plant.run("UPDATE steps SET rank = (SELECT min(rank) FROM steps) WHERE job_id = :id", id=bob)  # in the same moment
    assert bob in dispatched(plant)


def test_a_job_waits_for_its_parents(plant: Any) -> None:
    parents = [submit(plant, text=str(n)) for n in range(2)]
    child = submit(plant, depends_on=tuple(parents))
    assert plant.status(child).deadline_at is None
    complete(plant, parents[0])
    plant.orchestrator.recovery.reconcile()
    shown = view(plant, child)
    assert (shown.waiting.reason, shown.waiting_on) == ("dependencies", [parents[1]])
    assert child not in dispatched(plant)

    complete(plant, parents[1])
    plant.orchestrator.recovery.reconcile()

    assert dispatched(plant) == [child]
    assert plant.status(child).deadline_at is not None


@pytest.mark.parametrize(
    ("policy", "status", "reason"),
    [("block", "created", "dependencies"), ("ignore", "created", None), ("cancel", "cancelled", None)],
)
def test_a_parent_that_fails(plant: Any, policy: str, status: str, reason: str | None) -> None:
    """The leader that saw the end died before it looked at the child: the next one finds it."""
    parent = submit(plant)
    child = submit(plant, depends_on=(parent,), on_parent_failure=policy)
    fail(plant, parent)

    plant.orchestrator.recovery.reconcile()

    shown = view(plant, child)
    assert (shown.job.status, shown.waiting.reason) == (status, reason)
    if policy == "cancel":
        assert shown.error["code"] == "parent_failed"
        assert list(shown.error["details"]["parents"]) == [str(parent)]


def test_two_leaders_release_a_child_once(plant: Any) -> None:
    parent = submit(plant)
    children = [submit(plant, text=str(n), depends_on=(parent,)) for n in range(8)]
    complete(plant, parent)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: plant.orchestrator.recovery.reconcile(), range(4)))
    plant.orchestrator.recovery.reconcile()
    assert {step.state for child in children for step in plant.steps(child)} == {"pending"}
    # pending, held for its parent, due, pending: each change of state one epoch
    assert {step.epoch for child in children for step in plant.steps(child)} == {3}


def test_cycles_and_unknown_parents_are_refused_and_named(plant: Any) -> None:
    first = submit(plant)
    second = submit(plant, text="b", depends_on=(first,))
    third = submit(plant, text="c", depends_on=(second,))
    for parent in (first, second, third):
        with pytest.raises(Invalid) as refused:
            plant.orchestrator.scheduling.edit(first, JobEdit(depends_on=(parent,)))
        assert (refused.value.code, refused.value.details["depends_on"]) == ("cycle", str(parent))
    with pytest.raises(NotFound, match=str(first)):
        submit(plant, "bob", depends_on=(first,))
    assert len(plant.rows("SELECT 1 FROM job_dependencies")) == 2


def test_a_paused_queue_takes_back_what_is_sent_and_stays_paused(plant: Any) -> None:
    job = submit(plant)
    (message,) = plant.orchestrator.dispatcher.dispatch("creator")
    with plant.sessions.begin() as session:
        pauses.pause(session, "creator", "ann")
    assert view(plant, job).waiting.reason == "paused"
    assert plant.orchestrator.execution.claim(message.step_id, message.epoch, "me:1") is None
    # A dispatch that had begun before the pause commits after it.
    plant.run("UPDATE steps SET state = 'dispatched', epoch = epoch + 1, dispatched_at = now()")
    plant.orchestrator.recovery.reconcile()
    assert [step.state for step in plant.steps(job)] == ["pending"]
    assert dispatched(plant) == []

    with plant.sessions.begin() as session:
        pauses.resume(session, "creator")
    assert dispatched(plant) == [job]


def test_an_owner_has_no_more_than_the_limit_under_way(make_plant: Callable[..., Any]) -> None:
    plant = make_plant(owner_limit=2)
    anns = [submit(plant, "ann", str(n)) for n in range(50)]
    bob = submit(plant, "bob")

    sent = dispatched(plant)

    assert set(sent) == {*anns[:2], bob}
    assert dispatched(plant) == []
    assert view(plant, anns[5]).waiting.reason == "owner_limit"
    done = plant.one("SELECT id, epoch FROM steps WHERE job_id = :id", id=anns[0])
    plant.run("UPDATE steps SET state = 'done', epoch = epoch + 1 WHERE id = :id", id=done.id)
    assert dispatched(plant) == [anns[2]]


def test_owners_take_turns(plant: Any) -> None:
    first = submit(plant, "ann", "0")
    plant.run("UPDATE jobs SET step_rank = step_rank + interval '1 hour'")  # her next ones come faster than they may
    for number in range(1, 50):
        submit(plant, "ann", str(number))
    bob = submit(plant, "bob")
    assert dispatched(plant)[:2] == [first, bob]


def test_equal_submissions_at_once_are_one_job(plant: Any) -> None:
    with ThreadPoolExecutor(6) as pool:
        jobs = set(pool.map(lambda _: submit(plant, deduplicate=True), range(12)))
    assert len(jobs) == 1
    (job,) = jobs
    assert submit(plant) != job
    assert submit(plant, "bob", deduplicate=True) != job
    assert submit(plant, scope="Art. 5", deduplicate=True) != job
    plant.orchestrator.job_manager.cancel(job)
    again = submit(plant, deduplicate=True)
    assert again != job
    assert submit(plant, deduplicate=True) == again


def test_a_failed_job_is_retried_beside_the_equal_one_that_took_its_place(plant: Any) -> None:
    first = submit(plant, deduplicate=True)
    fail(plant, first)
    second = submit(plant, deduplicate=True)
    assert second != first
    plant.orchestrator.job_manager.retry(first)
    assert submit(plant, deduplicate=True) == second


def test_a_retry_that_races_an_equal_submission_is_a_conflict(plant: Any) -> None:
    job = submit(plant, deduplicate=True)
    fail(plant, job)
    key = plant.status(job).dedup_key
    other = plant.job()
    with ThreadPoolExecutor(1) as pool, plant.sessions() as session:
        session.execute(text("UPDATE jobs SET dedup_key = :key WHERE id = :id"), {"key": key, "id": other})
        retry = pool.submit(plant.orchestrator.job_manager.retry, job)
        waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        until = time.monotonic() + 30
        while not plant.rows(waiting):
            assert time.monotonic() < until, "the retry never waited for the other one"
            time.sleep(0.02)
        session.commit()
        with pytest.raises(Conflict, match="equal"):
            retry.result(30)
    assert plant.status(job).status == "failed"
    assert plant.orchestrator.job_manager.retry(job).job.status == "processing"
