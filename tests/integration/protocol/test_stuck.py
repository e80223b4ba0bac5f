"""What counts as stuck and why: each reason made to happen, and what is no standstill."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.domain.retry import ErrorClass
from orchestrator.domain.step import NewStep, StepKind
from orchestrator.errors import Invalid

ERROR = {"code": "test", "message": "It broke."}


def age(plant: Any, minutes: int = 90) -> None:
    """Let all that happened have happened so long ago; the agents go on."""
    plant.run("ALTER TABLE job_events DISABLE TRIGGER append_only")
    for table, columns in {
        "jobs": ("created_at", "step_rank", "started_at", "resumed_at"),
        "job_events": ("created_at",),
        "steps": ("created_at", "started_at", "finished_at", "dispatched_at"),
    }.items():
        moved = ", ".join(f"{column} = {column} - make_interval(mins => :minutes)" for column in columns)
        plant.run(f"UPDATE {table} SET {moved}", minutes=minutes)  # noqa: S608 - names of the test, no input


def stuck(plant: Any, **options: Any) -> list[tuple[Any, str, str]]:
    found = plant.orchestrator.monitor.stuck(**options)
    return [(each.job_id, each.component, each.reason.value) for each in found]


def test_without_an_agent(plant: Any) -> None:
    job = plant.job()
    plant.run("UPDATE agents SET draining = true WHERE kind = 'creator'")
    age(plant)
    assert stuck(plant) == [(job, "creator", "no_agent")]
    plant.run("UPDATE agents SET draining = false, heartbeat_at = now() - interval '1 hour' WHERE kind = 'creator'")
    assert stuck(plant) == [(job, "creator", "no_agent")]
    plant.run("DELETE FROM agents")
    (found,) = plant.orchestrator.monitor.stuck()
    assert found.reason.value == "no_agent"
    assert "orchestrator worker creator" in found.advice
    assert (round(found.minutes), found.threshold_minutes, found.status) == (90, 60.0, "created")


def test_with_open_breakers_alone(plant: Any) -> None:
    job = plant.job(NewStep(StepKind.VALIDATE, part="a"), creator_status="completed", status="processing")
    plant.run("UPDATE agents SET breaker_state = 'open' WHERE kind = 'validator'")
    age(plant)
    assert stuck(plant) == [(job, "validator", "breaker_open")]
    plant.run("UPDATE agents SET breaker_state = 'half_open' WHERE kind = 'validator'")
    assert stuck(plant) == [(job, "validator", "breaker_open")]
    one_more = {"id": "v2", "kind": "validator", "host": "h", "pid": 2, "slots": 1, "version": "0"}
    plant.orchestrator.agents.register(one_more)
    assert stuck(plant) == [(job, "validator", "no_progress")]


def test_a_step_that_runs_and_does_not_end(plant: Any) -> None:
    job = plant.job()
    plant.claim_all()
    age(plant)
    assert stuck(plant) == [(job, "creator", "no_progress")]


def test_a_message_that_is_lost_again_and_again(plant: Any) -> None:
    """Its recovery writes an event each time, and is no progress."""
    job = plant.job()
    age(plant)
    for _ in range(3):
        plant.orchestrator.dispatcher.dispatch("creator")
        plant.run("UPDATE steps SET dispatched_at = now() - interval '1 hour' WHERE state = 'dispatched'")
        assert plant.orchestrator.recovery.reconcile().lost == 1
    assert stuck(plant) == [(job, "creator", "no_progress")]


def test_a_step_that_is_given_back_again_and_again(plant: Any) -> None:
    job = plant.job()
    age(plant)
    (step,) = plant.claim_all()
    plant.orchestrator.execution.fail(step, ErrorClass.RELEASED, ERROR, delay_s=5.0)
    age(plant)
    assert stuck(plant) == [(job, "creator", "no_progress")]


def test_a_job_that_nobody_moves_on(plant: Any) -> None:
    job = plant.job(NewStep(StepKind.EXTRACT, part="1"))
    plant.run("UPDATE steps SET state = 'done', finished_at = now() WHERE job_id = :id", id=job)
    age(plant)
    assert stuck(plant) == [(job, "leader", "no_progress")]
    assert plant.orchestrator.monitor.recover().moved_on == 1
    assert stuck(plant) == [(job, "creator", "no_progress")]


def test_a_finished_part_is_progress(plant: Any) -> None:
    plant.job(*[NewStep(StepKind.EXTRACT, part=str(n)) for n in range(2)])
    age(plant)
    assert len(stuck(plant)) == 1
    step, *_ = plant.claim_all()
    plant.orchestrator.execution.finish(step, lambda _session: {})
    assert stuck(plant) == []


def test_a_retry_is_progress(plant: Any) -> None:
    job = plant.job()
    (step,) = plant.claim_all()
    plant.orchestrator.execution.fail(step, ErrorClass.PERMANENT, ERROR)
    age(plant)
    plant.orchestrator.job_manager.retry(job)
    assert stuck(plant) == []


def test_waiting_for_the_next_try_is_by_design(plant: Any) -> None:
    plant.job()
    (step,) = plant.claim_all()
    plant.orchestrator.execution.fail(step, ErrorClass.TRANSIENT, ERROR)
    age(plant)
    assert stuck(plant) == []


def test_waiting_behind_others_in_a_queue_that_moves_is_by_design(plant: Any) -> None:
    """Two slots, both busy with steps that began a moment ago."""
    waiting = plant.job()
    age(plant)
    busy = plant.job(*[NewStep(StepKind.EXTRACT, part=str(n)) for n in range(2)], priority=9)
    messages = plant.orchestrator.dispatcher.dispatch("creator")
    for message in messages[:2]:
        assert plant.orchestrator.execution.claim(message.step_id, message.epoch, "me:1")
    assert stuck(plant) == []
    age(plant)
    assert {job for job, *_ in stuck(plant)} == {waiting, busy}


def test_ended_jobs_are_not_stuck(plant: Any) -> None:
    job = plant.job()
    plant.orchestrator.job_manager.cancel(job)
    age(plant, 10_000)
    assert stuck(plant) == []


def test_whose_threshold_counts(make_plant: Any) -> None:
    plant = make_plant(stuck_detection_minutes=30)
    own, other = plant.job(stuck_after_minutes=120), plant.job()
    age(plant, 60)
    assert [job for job, *_ in stuck(plant)] == [other]
    assert {job for job, *_ in stuck(plant, threshold_minutes=45)} == {own, other}
    assert stuck(plant, threshold_minutes=90) == []
    age(plant, 61)
    assert {job for job, *_ in stuck(plant)} == {own, other}
    assert len(stuck(plant, limit=1)) == 1


@pytest.mark.parametrize("threshold", [0, -1, 10_081, float("nan"), float("inf")])
def test_an_absurd_threshold_is_refused(plant: Any, threshold: float) -> None:
    with pytest.raises(Invalid, match="threshold_minutes must be a number from"):
        plant.orchestrator.monitor.stuck(threshold)


def test_a_dry_run_counts_what_the_run_then_does(plant: Any) -> None:
    plant.run("UPDATE agents SET slots = 10")
    expired, lost, overdue = plant.job(), plant.job(), plant.job()
    idle = plant.job(NewStep(StepKind.EXTRACT, part="1"))
    plant.run("UPDATE steps SET state = 'done' WHERE job_id = :id", id=idle)
    plant.claim_all()
    plant.run("UPDATE steps SET lease_until = now() - interval '1 s' WHERE job_id = :id", id=expired)
    sent = """UPDATE steps SET state = 'dispatched', epoch = epoch + 1, lease_owner = NULL, lease_until = NULL,
              dispatched_at = now() - interval '1 hour' WHERE job_id = :id"""
    plant.run(sent, id=lost)
    plant.run("UPDATE steps SET started_at = started_at - interval '1 hour'")
    plant.run("UPDATE jobs SET deadline_at = now() - interval '1 s' WHERE id = :id", id=overdue)
    before = plant.rows("SELECT id, state, epoch FROM steps ORDER BY id")

    preview = plant.orchestrator.monitor.recover(dry_run=True)

    assert (preview.expired, preview.lost, preview.timed_out, preview.moved_on) == (1, 1, 1, 1)
    assert plant.rows("SELECT id, state, epoch FROM steps ORDER BY id") == before
    assert plant.orchestrator.monitor.recover() == preview
    assert not plant.orchestrator.monitor.recover(dry_run=True)
    assert plant.status(overdue).status == "failed"


def test_no_requirement_is_ever_stuck_in_validating(plant: Any) -> None:
    job = plant.job(NewStep(StepKind.VALIDATE, part="a"), creator_status="completed")
    plant.run(
        """INSERT INTO requirements (job_id, rid, seq, requirement_text, requirement_name, modality, source_document,
                                     source_location, citations, confidence_score, validate_part)
           SELECT :job, 'R-' || n, n, 't', 'n', 'obligation', 'd', '{}', '[{}]', 1, 'a' FROM generate_series(1, 3) n""",
        job=job,
    )

    def shown() -> dict[str, int]:
        return dict(plant.orchestrator.job_manager.get(job).requirements)

    assert (shown()["pending"], shown()["validating"]) == (3, 0)
    plant.claim_all("validator")
    assert (shown()["pending"], shown()["validating"]) == (0, 3)
    plant.run("UPDATE steps SET lease_until = now() - interval '1 second' WHERE state = 'running'")
    plant.orchestrator.recovery.reconcile()
    assert (shown()["pending"], shown()["validating"]) == (3, 0)
    (step,) = plant.claim_all("validator")
    plant.orchestrator.execution.fail(step, ErrorClass.PERMANENT, ERROR)
    assert (shown()["failed"], shown()["validating"]) == (3, 0)
    assert plant.orchestrator.monitor.reset_validating() == 0
