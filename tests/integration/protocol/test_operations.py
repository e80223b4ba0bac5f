"""One action on many jobs: each job has one turn, whoever dies when."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest

from orchestrator.domain.graph import GraphFacts, Node, NodeType
from orchestrator.domain.operation import Action
from orchestrator.domain.submission import Submission, Upload
from orchestrator.errors import Fenced, Invalid, NotFound
from orchestrator.services.operations import OperationView, Wish
from orchestrator.storage.jobs import JobFilter
from orchestrator.storage.paging import Paging

ALL = JobFilter(owner="test")


def start(plant: Any, action: Action, wanted: JobFilter = ALL, **fields: Any) -> UUID:
    wish = Wish("ann", "test", action, wanted, {"owner": "test"}, "Wrong edition.", **fields)
    started: OperationView = plant.orchestrator.operations.start(wish)
    return started.operation.id


def look(plant: Any, operation: UUID) -> OperationView:
    seen: OperationView = plant.orchestrator.operations.get(operation, Paging(100))
    return seen


def run(plant: Any, most: int = 200) -> int:
    """Do what the maintenance worker would; how many steps it took."""
    taken = 0
    while claimed := plant.claim_all("maintenance"):
        for step in claimed:
            if step.kind != "bulk":  # the report of a job that was ended
                plant.orchestrator.execution.finish(step, lambda _: {})
                continue
            done = plant.orchestrator.operations.work(UUID(step.payload["operation_id"]), most)
            finish(plant, step, done)
            taken += 1
    return taken


def finish(plant: Any, step: Any, done: int) -> None:
    operation = UUID(step.payload["operation_id"])
    go_on = plant.orchestrator.operations.go_on
    plant.orchestrator.execution.finish(step, lambda session: go_on(session, operation, done))


def told(plant: Any, event: str) -> list[Any]:
    return [row.data for row in plant.rows("SELECT data FROM job_events WHERE type = :type", type=event)]


def end(plant: Any, job: UUID, status: str = "completed") -> None:
    plant.run("UPDATE steps SET state = 'done' WHERE job_id = :id", id=job)
    plant.run("UPDATE jobs SET status = 'processing' WHERE id = :id", id=job)
    plant.run(f"UPDATE jobs SET status = '{status}', completed_at = now() WHERE id = :id", id=job)  # noqa: S608 - names of the test, no input


def test_many_are_cancelled_in_steps_and_those_that_ended_are_skipped(plant: Any) -> None:
    jobs = [plant.job() for _ in range(7)]
    end(plant, jobs[0])
    later = start(plant, Action.CANCEL)
    new = plant.job()

    assert run(plant, most=3) == 3

    view = look(plant, later)
    assert (view.state, view.total, view.done, view.skipped, view.open) == ("done", 7, 6, 1, 0)
    (skipped,) = view.skipped_jobs.items
    assert (skipped.job_id, skipped.code) == (jobs[0], "invalid_transition")
    assert "is completed and cannot be cancelled" in skipped.message
    assert told(plant, "job.cancelled") == [{"reason": "Wrong edition.", "operation_id": str(later)}] * 6
    assert plant.status(new).status == "created"


def test_a_crash_in_the_middle_repeats_nothing(plant: Any) -> None:
    jobs = [plant.job() for _ in range(12)]
    operation = start(plant, Action.CANCEL)
    (first,) = plant.claim_all("maintenance", owner="dead:1")
    assert plant.orchestrator.operations.work(operation, 5) == 5  # and then its process is killed
    plant.run("UPDATE steps SET lease_until = now() - interval '1 second' WHERE id = :id", id=first.id)
    assert plant.orchestrator.recovery.reconcile().expired == 1

    assert run(plant) == 1

    with pytest.raises(Fenced):
        finish(plant, first, 5)
    view = look(plant, operation)
    assert (view.state, view.done, view.skipped) == ("done", 12, 0)
    assert len(told(plant, "job.cancelled")) == len(jobs)
    assert plant.one("SELECT count(*) FROM steps WHERE kind = 'bulk'").count == 1


def test_two_at_once_give_each_job_one_turn(plant: Any) -> None:
    for _ in range(12):
        plant.job()
    operation = start(plant, Action.CANCEL)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: plant.orchestrator.operations.work(operation), range(2)))
    assert len(told(plant, "job.cancelled")) == 12
    assert look(plant, operation).skipped == 0


def test_an_operation_whose_step_is_given_up_says_so(plant: Any) -> None:
    plant.job()
    operation = start(plant, Action.CANCEL)
    plant.run("""UPDATE steps SET state = 'dead', error = '{"code": "poison", "message": "x"}' WHERE kind = 'bulk'""")
    view = look(plant, operation)
    assert (view.state, view.error, view.open) == ("failed", {"code": "poison", "message": "x"}, 1)


def test_failed_ones_are_retried_and_waiting_ones_reprioritised(plant: Any) -> None:
    failed, waiting = plant.job(), plant.job()
    plant.run("UPDATE steps SET state = 'dead' WHERE job_id = :id", id=failed)
    plant.run("UPDATE jobs SET status = 'failed', creator_status = 'failed' WHERE id = :id", id=failed)

    start(plant, Action.RETRY, JobFilter(statuses=("failed",)))
    run(plant)
    assert plant.status(failed).status == "processing"
    assert told(plant, "job.retried")[0]["reason"] == "Wrong edition."

    start(plant, Action.REPRIORITISE, priority=8)
    run(plant)
    assert [plant.status(job).priority for job in (failed, waiting)] == [8, 8]
    assert {row.priority for row in plant.rows("SELECT priority FROM steps WHERE job_id IS NOT NULL")} == {8}


def test_ended_ones_are_deleted_with_what_they_alone_know(plant: Any) -> None:
    ended, live = plant.job(), plant.job()
    document = plant.status(ended).document_id
    shared = plant.job()
    same = "UPDATE jobs SET document_id = (SELECT document_id FROM jobs WHERE id = :live) WHERE id = :id"
    plant.run(same, live=live, id=shared)
    for job in (ended, shared):
        end(plant, job)
    nodes = (Node("R-ABCDEFGH23", NodeType.REQUIREMENT, {"name": "n"}),)
    with plant.sessions.begin() as session:
        plant.orchestrator.operations._graph_store.integrate(session, ended, GraphFacts(nodes, ()))

    operation = start(plant, Action.DELETE)
    run(plant)

    view = look(plant, operation)
    assert (view.done, [(row.job_id, row.code) for row in view.skipped_jobs.items]) == (
        2,
        [(live, "invalid_transition")],
    )
    assert [row.id for row in plant.rows("SELECT id FROM jobs")] == [live]
    assert plant.rows("SELECT 1 FROM documents WHERE id = :id", id=document) == []
    assert plant.rows("SELECT 1 FROM documents WHERE id = :id", id=plant.status(live).document_id) != []
    assert plant.rows("SELECT 1 FROM graph_nodes WHERE key = 'R-ABCDEFGH23'") == []


def test_one_that_another_waits_for_is_not_deleted(plant: Any) -> None:
    def submit(**fields: Any) -> UUID:
        wish = Submission("ann", "Which?", "test", Upload("a.txt", b"It must."), deduplicate=False, **fields)
        return UUID(str(plant.orchestrator.job_manager.submit(wish).job.id))

    parent = submit()
    submit(depends_on=(parent,))
    end(plant, parent)
    operation = start(plant, Action.DELETE, JobFilter(statuses=("completed",)))
    run(plant)
    assert [row.code for row in look(plant, operation).skipped_jobs.items] == ["needed"]
    assert plant.status(parent).status == "completed"


def test_what_is_refused(plant: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    plant.job()
    for empty in (JobFilter(), JobFilter(visible_to="ann"), JobFilter(sort="created_at")):
        with pytest.raises(Invalid, match="empty"):
            start(plant, Action.CANCEL, empty)
    operation = start(plant, Action.CANCEL)
    with pytest.raises(NotFound):
        plant.orchestrator.operations.get(operation, Paging(1), visible_to="bob")
    monkeypatch.setattr("orchestrator.services.operations.MOST_JOBS", 0)
    with pytest.raises(Invalid, match="More than"):
        start(plant, Action.CANCEL)
