"""Jobs and steps to run the protocol on, without a broker: the test plays leader and worker."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from orchestrator.bootstrap import Orchestrator
from orchestrator.domain.retry import ErrorClass
from orchestrator.domain.step import QUEUES, ClaimedStep, NewStep, StepKind
from orchestrator.storage import documents, events, steps
from orchestrator.storage.models import Job

sys.path.insert(0, str(Path(__file__).parent))  # the model of the protocol and the interleaving stand beside the tests

ERROR = {"code": "test", "message": "It broke."}
PATIENT = {"lease_s": 600.0, "dispatched_timeout_s": 600.0, "agent_timeout_s": 600.0}
"""Nothing runs out by itself, however slow the machine: a test that wants it moves the stored times."""
INSERT = text(
    """INSERT INTO requirements (job_id, rid, part, requirement_text, requirement_name, modality, source_document,
                                 source_location, citations, confidence_score)
       VALUES (:job, :rid, :part, 't', 'n', 'obligation', 'd', '{}', '[{}]', 1)"""
)
BATCH = text(
    """UPDATE requirements SET seq = id, validate_part = CASE WHEN part < '0002' THEN 'a' ELSE 'b' END
       WHERE job_id = :job"""
)
JUDGE = text(
    "UPDATE requirements SET status = 'integrated' WHERE job_id = :job AND validate_part = :part AND status = 'pending'"
)


class Plant:
    """Inserts jobs and reads what became of them."""

    def __init__(self, orchestrator: Orchestrator) -> None:
        self.orchestrator = orchestrator
        self.sessions = orchestrator.sessions

    def agents(self, slots: int = 2) -> None:
        """Register one agent per queue."""
        for queue in QUEUES:
            row = {"id": f"{queue}-test-1", "kind": queue, "host": "test", "pid": 1, "slots": slots, "version": "0"}
            self.orchestrator.agents.register(row)

    def job(self, *new: NewStep, **columns: Any) -> UUID:
        """A live job with these steps; a read step without any."""
        with self.sessions.begin() as session:
            document = documents.store(session, uuid4().bytes)
            job = Job(
                owner="test",
                prompt="What must be done?",
                document_id=document.id,
                file_name="a.txt",
                media_type="text/plain",
                correlation_id="test",
                **{"deadline_at": text("now() + interval '1 hour'"), **columns},
            )
            session.add(job)
            session.flush()
            events.append(session, job.id, "job.created")
            steps.insert(session, job.id, new or [NewStep(StepKind.READ)])
        return job.id

    def rows(self, statement: str, **values: Any) -> list[Any]:
        """Rows of a query."""
        with self.sessions() as session:
            return list(session.execute(text(statement), values).all())

    def run(self, statement: str, **values: Any) -> None:
        """Execute and commit."""
        with self.sessions.begin() as session:
            session.execute(text(statement), values)

    def one(self, statement: str, **values: Any) -> Any:
        """The one row of a query."""
        (row,) = self.rows(statement, **values)
        return row

    def status(self, job_id: UUID) -> Any:
        """The job's row."""
        return self.one("SELECT * FROM jobs WHERE id = :id", id=job_id)

    def steps(self, job_id: UUID) -> list[Any]:
        """The job's steps in order."""
        return self.rows("SELECT * FROM steps WHERE job_id = :id ORDER BY id", id=job_id)

    def claim_all(self, queue: str = "creator", owner: str = "me:1") -> list[Any]:
        """Dispatch and claim everything that is ready on a queue."""
        messages = self.orchestrator.dispatcher.dispatch(queue)
        claimed = (self.orchestrator.execution.claim(each.step_id, each.epoch, owner) for each in messages)
        return [step for step in claimed if step is not None]


class Workers:
    """Plays the workers of one job: every part gives one requirement, one batch holds them all."""

    def __init__(self, plant: Plant, job: UUID) -> None:
        self.plant = plant
        self.job = job
        self.finished: Counter[tuple[str, str]] = Counter()

    def run(self, *, broken: Collection[tuple[str, str]] = ()) -> None:
        """Work until nothing is ready; steps of these (kind, part) fail for good."""
        while claimed := [*self.plant.claim_all("creator"), *self.plant.claim_all("validator")]:
            for step in claimed:
                if (step.kind.value, step.part) in broken:
                    self.plant.orchestrator.execution.fail(step, ErrorClass.PERMANENT, ERROR)
                else:
                    self.plant.orchestrator.execution.finish(step, self.write(step))
                    self.finished[step.kind.value, step.part] += 1

    def write(self, step: ClaimedStep) -> Callable[[Session], dict[str, Any]]:
        def write(session: Session) -> dict[str, Any]:
            if step.kind is StepKind.EXTRACT:
                session.execute(INSERT, {"job": self.job, "rid": f"R-{step.part}", "part": step.part})
            if step.kind is StepKind.MERGE:
                session.execute(BATCH, {"job": self.job})
                session.execute(text("UPDATE jobs SET creator_status = 'completed' WHERE id = :job"), {"job": self.job})
                steps.insert(session, self.job, [NewStep(StepKind.VALIDATE, part=name) for name in ("a", "b")])
            if step.kind is StepKind.VALIDATE:
                session.execute(JUDGE, {"job": self.job, "part": step.part})
            return {}

        return write

    @property
    def row(self) -> Any:
        return self.plant.status(self.job)

    def states(self) -> dict[tuple[str, str], str]:
        return {(row.kind, row.part): row.state for row in self.plant.steps(self.job) if row.blocking}


@pytest.fixture
def plant(make_plant: Callable[..., Plant]) -> Plant:
    return make_plant()


@pytest.fixture
def make_plant(make_orchestrator: Callable[..., Orchestrator]) -> Callable[..., Plant]:
    """`make_plant(**changed_settings)`."""

    def make(**changes: Any) -> Plant:
        planted = Plant(make_orchestrator(**PATIENT | changes))
        planted.agents()
        return planted

    return make


@pytest.fixture
def make_workers(plant: Plant) -> Callable[..., Workers]:
    """`make_workers(parts=4, **job)`: a job of so many parts, and those who work for it."""

    def make(parts: int = 4, **columns: Any) -> Workers:
        new = [NewStep(StepKind.EXTRACT, part=f"{n:04}", payload={"from": n, "to": n + 1}) for n in range(parts)]
        return Workers(plant, plant.job(*new, **columns))

    return make


@pytest.fixture
def workers(make_workers: Callable[..., Workers]) -> Workers:
    """Those who work for a job of four parts."""
    return make_workers()
