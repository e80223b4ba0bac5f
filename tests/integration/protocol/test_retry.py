"""Retry on a real database: only what was given up is opened again, and nothing that is done is repeated."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from orchestrator.domain.retry import ErrorClass
from orchestrator.errors import Conflict, InvalidTransition

ERROR = {"code": "test", "message": "It broke."}
STATUSES = ("created", "processing", "completed", "failed", "cancelled")
ALLOWED = {"created": ["cancel"], "processing": ["cancel"], "completed": [], "failed": ["retry"], "cancelled": []}


def retry(workers: Any) -> Any:
    return workers.plant.orchestrator.job_manager.retry(workers.job)


def test_a_resumed_job_repeats_no_finished_part(workers: Any) -> None:
    workers.run(broken={("extract", "0002")})
    assert (workers.row.status, workers.row.creator_status) == ("failed", "failed")
    before = {row.id: row for row in workers.plant.steps(workers.job) if row.state == "done"}

    retry(workers)
    workers.run()

    assert workers.row.status == "completed"
    assert set(workers.finished.values()) == {1}
    after = {row.id: row for row in workers.plant.steps(workers.job)}
    assert {key: after[key] for key in before} == before
    assert workers.plant.one("SELECT count(*) AS n FROM requirements WHERE status = 'integrated'").n == 4


def test_a_retry_opens_dead_steps_anew_and_clears_the_job(workers: Any) -> None:
    workers.run(broken={("extract", "0002")})
    (dead,) = (row for row in workers.plant.steps(workers.job) if row.state == "dead")
    failed = workers.row

    view = retry(workers)

    (step,) = (row for row in workers.plant.steps(workers.job) if row.id == dead.id)
    assert (step.state, step.epoch, step.retries) == ("pending", dead.epoch + 1, 1)
    assert (step.error_count, step.crash_count, step.finished_at) == (0, 0, None)
    assert (view.job.status, view.job.creator_status, view.job.validator_status) == (
        "processing", "processing", "pending",
    )  # fmt: skip
    assert view.error is None
    assert view.job.version == failed.version + 1
    assert view.job.completed_at is None
    assert view.job.deadline_at > failed.deadline_at
    (event,) = workers.plant.rows("SELECT data FROM job_events WHERE type = 'job.retried'")
    assert event.data == {"kind": "extract", "steps": 1, "requirements": 0}


def test_a_message_from_before_the_retry_changes_nothing(workers: Any) -> None:
    messages = workers.plant.orchestrator.dispatcher.dispatch("creator")
    for message in messages:
        step = workers.plant.orchestrator.execution.claim(message.step_id, message.epoch, "me:1")
        workers.plant.orchestrator.execution.fail(step, ErrorClass.PERMANENT, ERROR)
    retry(workers)
    for message in messages:
        assert workers.plant.orchestrator.execution.claim(message.step_id, message.epoch, "me:1") is None
    workers.run()
    assert workers.row.status == "completed"


def test_requirements_of_a_dead_batch_are_pending_again(workers: Any) -> None:
    workers.run(broken={("validate", "a"), ("link", "")})
    assert workers.row.status == "failed"
    counts = "SELECT status, count(*) AS n FROM requirements GROUP BY status"
    assert {row.status: row.n for row in workers.plant.rows(counts)} == {"failed": 2, "integrated": 2}
    workers.plant.run("UPDATE requirements SET status = 'failed', last_error = 'x' WHERE rid = 'R-0003'")

    view = retry(workers)

    assert {row.status: row.n for row in workers.plant.rows(counts)} == {"pending": 2, "integrated": 1, "failed": 1}
    assert (view.job.creator_status, view.job.validator_status) == ("completed", "processing")
    workers.run()
    assert {row.status: row.n for row in workers.plant.rows(counts)} == {"integrated": 3, "failed": 1}
    assert workers.row.status == "completed"
    assert set(workers.finished.values()) == {1}


def test_what_builds_on_others_waits_for_its_turn(workers: Any) -> None:
    """A link that ran beside the batch that is judged again would miss its requirements."""
    workers.run(broken={("validate", "a"), ("link", "")})
    retry(workers)
    assert workers.states()["validate", "a"] == "pending"
    assert workers.states()["link", ""] == "cancelled"
    (step,) = workers.plant.claim_all("validator")
    workers.plant.orchestrator.execution.finish(step, workers.write(step))
    assert workers.states()["link", ""] == "pending"
    workers.run()
    assert (workers.row.status, workers.states()["link", ""]) == ("completed", "done")


def test_lost_parts_are_taken_up_again_before_the_merge(plant: Any, make_workers: Any) -> None:
    workers = make_workers(on_error="partial")
    workers.run(broken={("extract", "0001"), ("merge", "")})
    assert workers.row.status == "failed"
    retry(workers)
    assert (workers.states()["extract", "0001"], workers.states()["merge", ""]) == ("pending", "cancelled")
    workers.run()
    assert workers.row.status == "completed"
    assert plant.one("SELECT count(*) AS n FROM requirements").n == 4
    assert set(workers.finished.values()) == {1}


def test_lost_parts_stay_lost_after_the_merge(make_workers: Any) -> None:
    """The numbers are given and the batches cut: a part that came now would be in none."""
    workers = make_workers(on_error="partial")
    workers.run(broken={("extract", "0001"), ("link", "")})
    retry(workers)
    assert workers.states()["extract", "0001"] == "dead"
    workers.run()
    assert workers.row.status == "completed"


def test_a_job_that_timed_out_gets_a_new_deadline(workers: Any) -> None:
    (step, *_) = workers.plant.claim_all("creator")
    workers.plant.orchestrator.execution.finish(step, workers.write(step))
    workers.finished[step.kind.value, step.part] += 1
    workers.plant.run("UPDATE jobs SET deadline_at = now() - interval '1 second'")
    workers.plant.orchestrator.recovery.reconcile()
    assert workers.row.error_details["code"] == "job_timeout"
    retry(workers)
    assert workers.plant.orchestrator.recovery.reconcile().timed_out == 0
    workers.run()
    assert (workers.row.status, set(workers.finished.values())) == ("completed", {1})


def test_the_report_of_the_failure_gives_way_to_that_of_the_end(workers: Any) -> None:
    workers.run(broken={("extract", "0002")})
    retry(workers)
    reports = "SELECT state FROM steps WHERE kind = 'report' ORDER BY id"
    assert [row.state for row in workers.plant.rows(reports)] == ["cancelled"]
    workers.run()
    assert [row.state for row in workers.plant.rows(reports)] == ["cancelled", "pending"]


def test_a_job_can_fail_and_be_retried_again_and_again(workers: Any) -> None:
    for _ in range(3):
        workers.run(broken={("extract", "0002")})
        assert workers.row.status == "failed"
        retry(workers)
    workers.run()
    assert (workers.row.status, set(workers.finished.values())) == ("completed", {1})
    (step,) = workers.plant.rows("SELECT retries FROM steps WHERE part = '0002' AND kind = 'extract'")
    assert step.retries == 3


def test_of_two_retries_at_once_one_wins(workers: Any) -> None:
    workers.run(broken={("extract", "0002")})

    def attempt(_: int) -> str:
        try:
            return str(retry(workers).job.status)
        except InvalidTransition as error:
            return str(error.details["status"])

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(attempt, range(4))) == ["processing"] * 4
    (step,) = workers.plant.rows("SELECT epoch, retries FROM steps WHERE part = '0002'")
    assert step.retries == 1
    assert len(workers.plant.rows("SELECT 1 FROM job_events WHERE type = 'job.retried'")) == 1


def in_status(plant: Any, make_workers: Any, status: str) -> Any:
    workers = make_workers(2)
    match status:
        case "processing":
            plant.claim_all("creator")
        case "completed":
            workers.run()
        case "failed":
            workers.run(broken={("extract", "0000")})
        case "cancelled":
            plant.orchestrator.job_manager.cancel(workers.job)
    assert plant.status(workers.job).status == status
    return workers.job


@pytest.mark.parametrize("action", ["cancel", "retry"])
@pytest.mark.parametrize("status", STATUSES)
def test_cancel_and_retry_in_every_status(plant: Any, make_workers: Any, status: str, action: str) -> None:
    job = in_status(plant, make_workers, status)
    act = getattr(plant.orchestrator.job_manager, action)
    if action in ALLOWED[status]:
        assert act(job).job.status == {"cancel": "cancelled", "retry": "processing"}[action]
        return
    before = (plant.status(job), plant.steps(job))
    with pytest.raises(InvalidTransition) as refused:
        act(job)
    assert (refused.value.details["status"], refused.value.details["allowed"]) == (status, ALLOWED[status])
    assert status in refused.value.message
    assert all(each in refused.value.message for each in ALLOWED[status])
    assert (plant.status(job), plant.steps(job)) == before


@pytest.mark.parametrize("status", STATUSES)
def test_cleaning_up_deletes_the_work_and_keeps_the_rest(plant: Any, make_workers: Any, status: str) -> None:
    job = in_status(plant, make_workers, status)
    directory = plant.orchestrator.settings.state_dir / "work" / str(job)
    directory.mkdir(parents=True)
    (directory / "part").write_text("x")
    kept = ("documents", "requirements", "reports", "job_events")
    before = {table: plant.one(f"SELECT count(*) AS n FROM {table}").n for table in kept}  # noqa: S608 - names of the test, no input
    view = plant.orchestrator.job_manager.cancel(job, cleanup=True)
    assert view.job.status == (status if status in ("completed", "failed", "cancelled") else "cancelled")
    assert view.job.cleaned_up_at is not None
    assert not directory.exists()
    assert all((row.payload, row.result) == ({}, None) for row in plant.steps(job) if row.blocking)
    assert all(plant.one(f"SELECT count(*) AS n FROM {table}").n >= before[table] for table in kept[:1] + kept[2:])  # noqa: S608 - names of the test, no input
    if status == "completed":
        assert plant.one("SELECT count(*) AS n FROM requirements").n == before["requirements"] == 2
    again = plant.orchestrator.job_manager.cancel(job, cleanup=True)
    assert again.job.cleaned_up_at == view.job.cleaned_up_at


def test_a_job_without_its_working_data_cannot_be_retried(plant: Any, make_workers: Any) -> None:
    job = in_status(plant, make_workers, "failed")
    plant.orchestrator.job_manager.cancel(job, cleanup=True)
    with pytest.raises(Conflict, match="Submit it again") as refused:
        plant.orchestrator.job_manager.retry(job)
    assert refused.value.code == "cleaned_up"
    assert plant.status(job).status == "failed"
