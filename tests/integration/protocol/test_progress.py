"""What is shown of a job's progress never falls, whatever happens to its steps on the way."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchestrator.domain.retry import ErrorClass

ERROR = {"code": "test", "message": "It broke."}
ENDINGS = ("done", "done", "done", "dead", "crash", "again", "release", "expire")


class Walk:
    """One job on its way, with what was shown of it."""

    def __init__(self, workers: Any) -> None:
        self.workers = workers
        self.manager = workers.plant.orchestrator.job_manager
        self.shown: list[int] = []
        self.look()

    def look(self) -> None:
        self.shown.append(self.manager.progress(self.workers.job).percent)

    def step(self, ending: str) -> None:
        """Let one step end so; where none is ready, release what waits; where the job has failed, retry it."""
        plant = self.workers.plant
        plant.run("UPDATE steps SET not_before = now() WHERE state = 'waiting'")
        plant.orchestrator.recovery.reconcile()
        for claimed in (*plant.claim_all("creator"), *plant.claim_all("validator")):
            self.look()
            self.settle(claimed, ending)
            self.look()
        if self.workers.row.status == "failed":
            self.manager.retry(self.workers.job)
            self.look()

    def settle(self, step: Any, ending: str) -> None:
        execution = self.workers.plant.orchestrator.execution
        classes = {
            "dead": ErrorClass.PERMANENT,
            "crash": ErrorClass.CRASH,
            "again": ErrorClass.TRANSIENT,
            "release": ErrorClass.RELEASED,
        }
        if ending == "done":
            execution.finish(step, self.workers.write(step))
        elif ending == "expire":
            lapse = "UPDATE steps SET lease_until = now() - interval '1 second' WHERE id = :id"
            self.workers.plant.run(lapse, id=step.id)
            self.workers.plant.orchestrator.recovery.reconcile()
        else:
            execution.fail(step, classes[ending], ERROR)


def test_it_never_falls(plant: Any, make_workers: Any) -> None:
    @settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.sampled_from(ENDINGS), max_size=12), st.sampled_from(("fail", "partial")))
    def walk(endings: list[str], on_error: str) -> None:
        plant.run("TRUNCATE jobs, steps, job_events, requirements CASCADE")
        job = Walk(make_workers(on_error=on_error))
        for ending in endings:
            job.step(ending)
        for _ in range(8):
            job.step("done")
        assert job.workers.row.status == "completed"
        assert job.shown == sorted(job.shown)
        assert job.shown[-1] == 100
        assert 100 not in job.shown[: job.shown.index(100)]

    walk()


def test_a_retry_takes_nothing_back_of_what_was_shown(plant: Any, workers: Any) -> None:
    """The dead batch counted as judged until it was opened again."""
    workers.run(broken={("validate", "a"), ("link", "")})
    manager = plant.orchestrator.job_manager
    before = manager.progress(workers.job).percent
    manager.retry(workers.job)
    assert manager.progress(workers.job).percent == before == 95
    plant.run("UPDATE jobs SET progress_floor = 0")
    assert manager.progress(workers.job).percent < before


def test_the_rest_is_foretold_from_the_pace_since_the_retry(plant: Any, workers: Any) -> None:
    workers.run(broken={("extract", "0003")})
    plant.orchestrator.job_manager.retry(workers.job)
    plant.run("UPDATE jobs SET started_at = now() - interval '1 day', resumed_at = now() - interval '10 seconds'")
    (step,) = plant.claim_all("creator")
    assert plant.orchestrator.job_manager.progress(workers.job).eta_s is None
    plant.orchestrator.execution.finish(step, workers.write(step))
    (merge,) = plant.claim_all("creator")
    eta = plant.orchestrator.job_manager.progress(workers.job).eta_s
    assert eta is not None
    assert eta["high"] < 120
    assert merge.kind == "merge"
