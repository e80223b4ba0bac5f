"""The step protocol on a real database: every write carries its epoch, and late messages change nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from orchestrator.domain.retry import ErrorClass
from orchestrator.domain.step import NewStep, StepKind, StepState
from orchestrator.errors import Fenced
from orchestrator.storage import steps

ERROR = {"code": "test", "message": "It broke."}


def nothing(session: Session) -> dict[str, Any]:
    return {}


def adds_parts(plant: Any, job: Any, count: int) -> Callable[[Session], dict[str, Any]]:
    def write(session: Session) -> dict[str, Any]:
        steps.insert(session, job, [NewStep(StepKind.EXTRACT, part=str(n)) for n in range(count)])
        return {}

    return write


def test_a_message_is_claimed_once(plant: Any) -> None:
    plant.job()
    (message,) = plant.orchestrator.dispatcher.dispatch("creator")
    claim = plant.orchestrator.execution.claim
    step = claim(message.step_id, message.epoch, "me:1")
    assert step is not None
    assert step.attempt == 1
    assert claim(message.step_id, message.epoch, "me:2") is None
    assert claim(message.step_id, message.epoch - 1, "me:2") is None


def test_the_first_claim_shows_on_the_job(plant: Any) -> None:
    job = plant.job()
    assert plant.status(job).status == "created"
    plant.claim_all()
    row = plant.status(job)
    assert (row.status, row.creator_status, row.validator_status) == ("processing", "processing", "pending")
    assert row.started_at is not None


def test_only_queues_with_a_ready_step_are_looked_into(plant: Any) -> None:
    queues = ("maintenance", "creator", "validator")
    assert plant.orchestrator.dispatcher.ready(queues) == []
    plant.job()
    assert plant.orchestrator.dispatcher.ready(queues) == ["creator"]
    assert plant.orchestrator.dispatcher.dispatch("creator")
    assert plant.orchestrator.dispatcher.ready(queues) == []


def test_no_live_agent_means_no_dispatch(plant: Any) -> None:
    plant.job()
    plant.run("UPDATE agents SET draining = true")
    assert plant.orchestrator.dispatcher.dispatch("creator") == []
    plant.run("UPDATE agents SET draining = false, heartbeat_at = now() - interval '1 hour'")
    assert plant.orchestrator.dispatcher.dispatch("creator") == []
    plant.run("UPDATE agents SET heartbeat_at = now()")
    assert len(plant.orchestrator.dispatcher.dispatch("creator")) == 1


def test_the_window_bounds_what_is_under_way(plant: Any) -> None:
    plant.job(*[NewStep(StepKind.EXTRACT, part=str(n)) for n in range(20)])
    window = plant.orchestrator.settings.dispatch_window
    first = plant.orchestrator.dispatcher.dispatch("creator")
    assert len(first) == window
    assert plant.orchestrator.dispatcher.dispatch("creator") == []
    plant.orchestrator.execution.claim(first[0].step_id, first[0].epoch, "me:1")
    assert len(plant.orchestrator.dispatcher.dispatch("creator")) == 1


def test_higher_priority_goes_first(plant: Any) -> None:
    low = plant.job(priority=1)
    high = plant.job(priority=9)
    messages = plant.orchestrator.dispatcher.dispatch("creator")
    order = [plant.one("SELECT job_id FROM steps WHERE id = :id", id=each.step_id).job_id for each in messages]
    assert order == [high, low]


def test_recalled_messages_are_dead(plant: Any) -> None:
    plant.job()
    messages = plant.orchestrator.dispatcher.dispatch("creator")
    plant.orchestrator.dispatcher.recall(messages)
    assert plant.orchestrator.execution.claim(messages[0].step_id, messages[0].epoch, "me:1") is None
    (again,) = plant.orchestrator.dispatcher.dispatch("creator")
    assert again.epoch == messages[0].epoch + 2


def test_a_fenced_finish_writes_nothing(plant: Any) -> None:
    job = plant.job()
    (step,) = plant.claim_all()
    plant.run("UPDATE steps SET lease_until = now() - interval '1 second'")
    assert plant.orchestrator.recovery.reconcile().expired == 1
    with pytest.raises(Fenced):
        plant.orchestrator.execution.finish(step, adds_parts(plant, job, 3))
    assert [row.kind for row in plant.steps(job)] == ["read"]
    (again,) = plant.claim_all(owner="me:2")
    assert (again.attempt, again.crash_count) == (2, 1)
    plant.orchestrator.execution.finish(again, adds_parts(plant, job, 3))
    assert len(plant.steps(job)) == 4


@pytest.mark.parametrize("when", ["before", "while claimed"])
def test_cancelled_steps_do_not_run(plant: Any, when: str) -> None:
    job = plant.job()
    messages = plant.orchestrator.dispatcher.dispatch("creator")
    held = [plant.orchestrator.execution.claim(m.step_id, m.epoch, "me:1") for m in messages if when != "before"]
    with plant.sessions.begin() as session:
        session.execute(text("UPDATE jobs SET status = 'cancelled' WHERE id = :id"), {"id": job})
        assert steps.cancel_open(session, job) == 1
    if when == "before":
        assert plant.orchestrator.execution.claim(messages[0].step_id, messages[0].epoch, "me:1") is None
    else:
        with pytest.raises(Fenced):
            plant.orchestrator.execution.finish(held[0], nothing)
        assert plant.orchestrator.agents.moved_on([{"id": held[0].id, "epoch": held[0].epoch, "owner": "me:1"}]) == {
            held[0].id
        }
    assert [row.state for row in plant.steps(job)] == ["cancelled"]


def test_transient_errors_back_off_and_end(make_plant: Callable[..., Any]) -> None:
    plant = make_plant(max_errors=3, backoff_base_s=0.05)
    job = plant.job()
    states = []
    while plant.status(job).status not in ("failed", "completed"):
        plant.orchestrator.recovery.reconcile()
        for step in plant.claim_all():
            states.append(plant.orchestrator.execution.fail(step, ErrorClass.TRANSIENT, ERROR))
        time.sleep(0.02)
    assert states == [StepState.WAITING, StepState.WAITING, StepState.DEAD]
    row = plant.status(job)
    assert (row.status, row.creator_status, row.error_message) == ("failed", "failed", "It broke.")
    assert (row.error_details["errors"], row.error_details["attempts"], row.error_details["class"]) == (
        3,
        3,
        "transient",
    )


def test_three_crashes_are_poison(plant: Any) -> None:
    job = plant.job()
    for _ in range(3):
        (step,) = plant.claim_all()
        plant.orchestrator.execution.crashed(step.id, step.epoch, "killed")
    row = plant.status(job)
    assert row.status == "failed"
    assert (row.error_details["crashes"], row.error_details["attempts"]) == (3, 3)
    assert [step.kind for step in plant.steps(job)] == ["read", "report"]


def test_expired_for_the_third_time_is_poison_too(plant: Any) -> None:
    job = plant.job()
    for _ in range(3):
        assert len(plant.claim_all()) == 1
        plant.run("UPDATE steps SET lease_until = now() - interval '1 second' WHERE state = 'running'")
        assert plant.orchestrator.recovery.reconcile().expired == 1
    assert plant.status(job).status == "failed"
    assert plant.status(job).error_details["code"] == "poison"


def test_released_steps_count_nowhere(plant: Any) -> None:
    job = plant.job()
    for _ in range(10):
        assert len(plant.claim_all(owner="creator-test-1:7")) == 1
        assert plant.orchestrator.execution.release_owned("creator-test-1") == 1
    (row,) = plant.steps(job)
    assert (row.state, row.error_count, row.crash_count, row.attempt) == ("pending", 0, 0, 10)


def test_a_lost_message_is_dispatched_again(plant: Any) -> None:
    plant.job()
    plant.orchestrator.dispatcher.dispatch("creator")
    assert plant.orchestrator.recovery.reconcile().lost == 0
    plant.run("UPDATE steps SET dispatched_at = now() - interval '1 hour'")
    assert plant.orchestrator.recovery.reconcile().lost == 1
    assert len(plant.claim_all()) == 1


def test_a_message_behind_busy_slots_is_not_lost(plant: Any) -> None:
    plant.job(*[NewStep(StepKind.EXTRACT, part=str(n)) for n in range(4)])
    messages = plant.orchestrator.dispatcher.dispatch("creator")
    for message in messages[:2]:
        plant.orchestrator.execution.claim(message.step_id, message.epoch, "me:1")
    plant.run(
        "UPDATE steps SET dispatched_at = now() - interval '1 hour', started_at = now() - interval '1 hour',"
        " lease_until = now() + CASE WHEN state = 'running' THEN interval '1 hour' END"
    )
    assert plant.orchestrator.recovery.reconcile().lost == 0


def test_a_job_past_its_deadline_fails(plant: Any) -> None:
    job = plant.job(deadline_at=text("now() - interval '1 second'"))
    assert plant.orchestrator.recovery.reconcile().timed_out == 1
    row = plant.status(job)
    assert (row.status, row.error_details["code"]) == ("failed", "job_timeout")
    assert [step.state for step in plant.steps(job) if step.blocking] == ["cancelled"]


def test_partial_results_survive_a_lost_part(plant: Any) -> None:
    new = [NewStep(StepKind.EXTRACT, part=str(n)) for n in range(2)]
    strict, lenient = plant.job(*new), plant.job(*new, on_error="partial")
    for step in plant.claim_all():
        if step.part == "0":
            plant.orchestrator.execution.fail(step, ErrorClass.PERMANENT, ERROR)
        else:
            plant.orchestrator.execution.finish(step, nothing)
    assert plant.status(strict).status == "failed"
    assert plant.status(lenient).status == "processing"
    assert [step.kind for step in plant.steps(lenient)][-1] == "merge"


def test_the_safety_check_moves_a_stranded_job_on(plant: Any) -> None:
    job = plant.job(NewStep(StepKind.EXTRACT, part="1"))
    plant.run("UPDATE steps SET state = 'done' WHERE job_id = :id", id=job)
    assert plant.orchestrator.recovery.check_completion() == 1
    assert [step.kind for step in plant.steps(job)] == ["extract", "merge"]


def test_a_crashing_batch_is_halved_until_the_poison_is_alone(plant: Any) -> None:
    job = plant.job(NewStep(StepKind.VALIDATE, part="0001"), creator_status="completed")
    plant.run(
        """INSERT INTO requirements (job_id, rid, seq, requirement_text, requirement_name, modality, source_document,
                                     source_location, citations, confidence_score, validate_part)
           SELECT :job, 'R-' || n, n, 't', 'n', 'obligation', 'd', '{}', '[{}]', 1, '0001'
           FROM generate_series(1, 5) n""",
        job=job,
    )
    poison = plant.one("SELECT id FROM requirements WHERE rid = 'R-4'").id
    for _ in range(100):
        if plant.status(job).status == "completed":
            break
        for step in plant.claim_all("validator"):
            if step.kind is StepKind.LINK:
                plant.orchestrator.execution.finish(step, nothing)
                continue
            ids = [
                row.id
                for row in plant.rows(
                    "SELECT id FROM requirements WHERE validate_part = :part AND status = 'pending'", part=step.part
                )
            ]
            if poison in ids:
                plant.orchestrator.execution.crashed(step.id, step.epoch, "killed")
            else:
                plant.orchestrator.execution.finish(step, integrates(ids))
    found = plant.rows("SELECT rid, status FROM requirements ORDER BY seq")
    assert [row.rid for row in found if row.status == "failed"] == ["R-4"]
    assert [row.status for row in found].count("integrated") == 4
    assert plant.status(job).status == "completed"


def test_a_job_of_which_nothing_could_be_judged_fails(plant: Any) -> None:
    job = plant.job(NewStep(StepKind.VALIDATE, part="0001"), creator_status="completed")
    plant.run(
        """INSERT INTO requirements (job_id, rid, seq, requirement_text, requirement_name, modality, source_document,
                                     source_location, citations, confidence_score, validate_part)
           SELECT :job, 'R-' || n, n, 't', 'n', 'obligation', 'd', '{}', '[{}]', 1, '0001'
           FROM generate_series(1, 2) n""",
        job=job,
    )
    for _ in range(20):
        for step in plant.claim_all("validator"):
            plant.orchestrator.execution.crashed(step.id, step.epoch, "killed")
    assert [row.status for row in plant.rows("SELECT status FROM requirements")] == ["failed", "failed"]
    row = plant.status(job)
    assert (row.status, row.validator_status) == ("failed", "failed")
    told = row.error_details
    assert (told["code"], told["cause"], told["class"]) == ("validation_failed", "poison", "crash")
    assert told["attempts"] == told["crashes"] == 3
    assert "killed" in told["last_error"]


def integrates(ids: list[int]) -> Callable[[Session], dict[str, Any]]:
    def write(session: Session) -> dict[str, Any]:
        session.execute(text("UPDATE requirements SET status = 'integrated' WHERE id = ANY(:ids)"), {"ids": ids})
        return {}

    return write


def test_a_terminal_status_is_final_in_the_database(plant: Any) -> None:
    job = plant.job()
    plant.run("UPDATE jobs SET status = 'cancelled' WHERE id = :id", id=job)
    with pytest.raises(Exception, match="cannot go from cancelled to processing"):
        plant.run("UPDATE jobs SET status = 'processing' WHERE id = :id", id=job)


def test_a_schedule_slot_runs_once(plant: Any) -> None:
    step = NewStep(StepKind.PRUNE, part="slot")
    made = []
    for _ in range(2):
        with plant.sessions.begin() as session:
            made.append(steps.insert_periodic(session, "prune", "2026-01-01T00:00:00Z", step, "test"))
    assert made[0] is not None
    assert made[1] is None
