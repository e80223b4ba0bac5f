"""A worker keeps its connections over an outage of the database without looking: the first use finds them dead."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from orchestrator.bootstrap import Orchestrator, build
from orchestrator.config import Settings
from orchestrator.domain.retry import ErrorClass
from orchestrator.domain.step import NewStep, StepKind, StepState

ROLE = "worker under test"


@pytest.fixture
def worker(settings: Settings) -> Iterator[Orchestrator]:
    """Wired as workers are: connections are not looked at before use."""
    made = build(settings, role=ROLE, ping=False)
    yield made
    made.close()


def cut(plant: Any) -> None:
    theirs = "application_name = :role AND datname = current_database()"
    plant.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {theirs}", role=ROLE)  # noqa: S608 - names of the test, no input


def warm(worker: Orchestrator) -> None:
    with worker.sessions() as session:
        session.execute(text("SELECT 1"))


@contextmanager
def lost_answer(worker: Orchestrator, method: str) -> Iterator[None]:
    """The next claim or commit takes effect, and its answer never arrives."""
    dialect = worker.engine.dialect
    real = getattr(dialect, method)

    def act(connection: Any, *words: Any) -> None:
        real(connection, *words)
        if method == "do_commit" or "SET state = 'running'" in words[0]:
            setattr(dialect, method, real)
            raise psycopg2.OperationalError("server closed the connection unexpectedly")

    setattr(dialect, method, act)
    yield
    assert getattr(dialect, method) is not act, "nothing was lost"


def test_a_claim_outlives_its_connection(plant: Any, worker: Orchestrator) -> None:
    plant.job()
    (message,) = plant.orchestrator.dispatcher.dispatch("creator")
    warm(worker)
    cut(plant)
    step = worker.execution.claim(message.step_id, message.epoch, "me:1")
    assert step is not None
    assert (step.epoch, step.attempt) == (message.epoch + 1, 1)


def test_a_claim_whose_answer_was_lost_is_mine(plant: Any, worker: Orchestrator) -> None:
    plant.job()
    (message,) = plant.orchestrator.dispatcher.dispatch("creator")
    with lost_answer(worker, "do_execute"):
        step = worker.execution.claim(message.step_id, message.epoch, "me:1")
    assert step is not None
    assert (step.epoch, step.attempt) == (message.epoch + 1, 1)
    assert plant.orchestrator.execution.claim(message.step_id, message.epoch, "me:2") is None


def test_a_finish_outlives_its_connection(plant: Any, worker: Orchestrator) -> None:
    job = plant.job(NewStep(StepKind.EXTRACT, part="1"))
    (step,) = plant.claim_all()
    warm(worker)
    cut(plant)
    worker.execution.finish(step, lambda session: {})
    assert [row.kind for row in plant.steps(job)] == ["extract", "merge"]


def test_a_finish_whose_commit_was_lost_is_not_repeated(plant: Any, worker: Orchestrator) -> None:
    job = plant.job(NewStep(StepKind.EXTRACT, part="1"))
    (step,) = plant.claim_all()
    written = []

    def write(session: Session) -> dict[str, Any]:
        written.append(1)
        return {}

    with lost_answer(worker, "do_commit"):
        worker.execution.finish(step, write)
    assert len(written) == 1
    assert [(row.kind, row.state) for row in plant.steps(job)] == [("extract", "done"), ("merge", "pending")]


def test_a_failure_outlives_its_connection(plant: Any, worker: Orchestrator) -> None:
    plant.job()
    (step,) = plant.claim_all()
    warm(worker)
    cut(plant)
    assert worker.execution.fail(step, ErrorClass.RELEASED, {"code": "test"}) is StepState.PENDING
