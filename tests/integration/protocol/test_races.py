"""Two or three do something to one job at the same moment, 200 times: whoever is first, the job is whole afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy.orm import Session

from orchestrator.domain.step import ClaimedStep, NewStep, StepKind
from orchestrator.errors import Fenced, InvalidTransition
from orchestrator.storage import steps

ROUNDS = 200
PATIENCE_S = 30.0


@pytest.fixture
def plant(make_plant: Any) -> Any:
    """With room for the steps of all rounds, whose leases outlast them."""
    return make_plant(dispatch_window=4 * ROUNDS, lease_s=600, agent_timeout_s=600)


def running(plant: Any, queue: str, *new: NewStep, **columns: Any) -> dict[Any, list[ClaimedStep]]:
    """The claimed steps of each of 200 jobs like this."""
    jobs: dict[Any, list[ClaimedStep]] = {plant.job(*new, **columns): [] for _ in range(ROUNDS)}
    for step in plant.claim_all(queue):
        jobs[step.job_id].append(step)
    assert {len(held) for held in jobs.values()} == {len(new)}
    return jobs


def at_once(*acts: Callable[[], bool]) -> list[bool]:
    start = Barrier(len(acts))

    def act(number: int) -> bool:
        start.wait(PATIENCE_S)
        return acts[number]()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(act, range(len(acts)), timeout=PATIENCE_S))


def finishing(plant: Any, step: ClaimedStep, *new: NewStep) -> Callable[[], bool]:
    def write(session: Session) -> dict[str, Any]:
        if new and step.job_id is not None:
            steps.insert(session, step.job_id, new)
        return {}

    def finish() -> bool:
        try:
            plant.orchestrator.execution.finish(step, write)
        except Fenced:
            return False
        return True

    return finish


def cancelling(plant: Any, job: Any) -> Callable[[], bool]:
    def cancel() -> bool:
        try:
            plant.orchestrator.job_manager.cancel(job)
        except InvalidTransition:
            return False
        return True

    return cancel


def ends(plant: Any) -> set[int]:
    """How many ends each job's timeline tells of."""
    counts = """SELECT count(*) FILTER (WHERE type IN ('job.completed', 'job.failed', 'job.cancelled')) AS ends
                FROM job_events GROUP BY job_id"""
    return {row.ends for row in plant.rows(counts)}


def states(plant: Any, job: Any) -> Counter[str]:
    return Counter(step.state for step in plant.steps(job) if step.blocking)


def test_two_last_steps_that_end_at_once_move_the_job_on_once(plant: Any) -> None:
    """Each of the two must see the other's end, whoever commits last."""
    parts = (NewStep(StepKind.EXTRACT, part="1"), NewStep(StepKind.EXTRACT, part="2"))
    for job, (one, other) in running(plant, "creator", *parts).items():
        assert at_once(finishing(plant, one), finishing(plant, other)) == [True, True]
        assert [step.kind for step in plant.steps(job)] == ["extract", "extract", "merge"]
    assert plant.orchestrator.recovery.check_completion() == 0


def test_a_cancel_that_races_completion_wins_or_loses_whole(plant: Any) -> None:
    jobs = running(plant, "validator", NewStep(StepKind.LINK), creator_status="completed", status="processing")
    for job, (last,) in jobs.items():
        finished, cancelled = at_once(finishing(plant, last), cancelling(plant, job))
        assert finished is not cancelled
        assert plant.status(job).status == ("completed" if finished else "cancelled")
        assert states(plant, job) == {"done" if finished else "cancelled": 1}
    assert ends(plant) == {1}


def test_a_cancel_with_steps_in_flight_leaves_none_open(plant: Any) -> None:
    parts = [NewStep(StepKind.EXTRACT, part=str(number)) for number in range(3)]
    for job, (one, other, slow) in running(plant, "creator", *parts).items():
        *finished, cancelled = at_once(finishing(plant, one), finishing(plant, other), cancelling(plant, job))
        assert cancelled
        assert plant.status(job).status == "cancelled"
        assert states(plant, job)["done"] == sum(finished)
        assert states(plant, job)["cancelled"] == 3 - sum(finished)
        assert finishing(plant, slow)() is False
    assert ends(plant) == {1}


def test_a_cancel_against_fan_out_leaves_no_part_behind(plant: Any) -> None:
    parts = [NewStep(StepKind.EXTRACT, part=str(number)) for number in range(4)]
    for job, (read,) in running(plant, "creator", NewStep(StepKind.READ)).items():
        finished, cancelled = at_once(finishing(plant, read, *parts), cancelling(plant, job))
        assert cancelled
        assert plant.status(job).status == "cancelled"
        assert states(plant, job) == ({"done": 1, "cancelled": 4} if finished else {"cancelled": 1})
    assert plant.claim_all() == []
    assert ends(plant) == {1}
