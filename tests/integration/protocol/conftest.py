"""Jobs and steps to run the protocol on, without a broker: the test plays leader and worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from orchestrator.bootstrap import Orchestrator
from orchestrator.domain.step import QUEUES, NewStep, StepKind
from orchestrator.storage import documents, events, steps
from orchestrator.storage.models import Job


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


@pytest.fixture
def plant(orchestrator: Orchestrator) -> Plant:
    planted = Plant(orchestrator)
    planted.agents()
    return planted


@pytest.fixture
def make_plant(make_orchestrator: Callable[..., Orchestrator]) -> Callable[..., Plant]:
    """`make_plant(**changed_settings)`."""

    def make(**changes: Any) -> Plant:
        planted = Plant(make_orchestrator(**changes))
        planted.agents()
        return planted

    return make
