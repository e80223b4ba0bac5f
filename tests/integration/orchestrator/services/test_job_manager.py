"""What submit and cancel leave in the database."""

from __future__ import annotations

import select
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, text

from orchestrator.bootstrap import Orchestrator
from orchestrator.domain.step import NewStep, StepKind
from orchestrator.domain.submission import Submission, Upload
from orchestrator.errors import Fenced, InvalidTransition, NotFound, TooLarge
from orchestrator.storage import events, steps
from orchestrator.storage.jobs import JobFilter
from orchestrator.storage.models import Job
from orchestrator.storage.paging import Paging


def wish(owner: str = "ann", data: bytes = b"A user must log in.") -> Submission:
    return Submission(owner, "Which duties?", "test", Upload("a.txt", data))


def step_rank(orchestrator: Orchestrator, job_id: UUID) -> float:
    with orchestrator.sessions() as session:
        query = text("SELECT extract(epoch FROM rank)::float FROM steps WHERE job_id = :id AND kind = 'read'")
        return float(session.execute(query, {"id": job_id}).scalar_one())


def test_owners_take_turns(orchestrator: Orchestrator) -> None:
    """A second owner's first job goes before the third job of the first owner, though that one was there before."""
    first = orchestrator.job_manager.submit(wish("ann")).job.id
    with orchestrator.sessions.begin() as session:  # as if all came so fast that no second passes
        session.execute(text("UPDATE jobs SET step_rank = step_rank + interval '1 hour'"))
    mine = [first, *(orchestrator.job_manager.submit(wish("ann")).job.id for _ in range(2))]
    yours = orchestrator.job_manager.submit(wish("bob")).job.id

    ranks = [step_rank(orchestrator, job_id) for job_id in mine]
    assert ranks[1] - ranks[0] == pytest.approx(3601)
    assert ranks[2] - ranks[1] == pytest.approx(1)
    assert ranks[0] < step_rank(orchestrator, yours) < ranks[1]


def test_the_rank_starts_anew_when_nothing_is_open(orchestrator: Orchestrator) -> None:
    for _ in range(5):
        orchestrator.job_manager.cancel(orchestrator.job_manager.submit(wish()).job.id)

    view = orchestrator.job_manager.submit(wish())

    assert abs((view.job.step_rank - view.job.created_at).total_seconds()) < 0.001


def test_the_deadline_follows_the_settings(orchestrator: Orchestrator) -> None:
    view = orchestrator.job_manager.submit(wish())

    hours = (view.job.deadline_at - view.job.created_at).total_seconds() / 3600
    assert hours == pytest.approx(orchestrator.settings.job_timeout_hours)


def test_the_leader_is_notified_at_commit(orchestrator: Orchestrator) -> None:
    connection = orchestrator.engine.raw_connection()
    try:
        driver = connection.driver_connection
        assert driver is not None
        driver.autocommit = True
        driver.cursor().execute(f"LISTEN {steps.CHANNEL}")
        orchestrator.job_manager.submit(wish())
        assert select.select([driver], [], [], 60.0)[0]
        driver.poll()
        assert [note.channel for note in driver.notifies] == [steps.CHANNEL]
    finally:
        connection.invalidate()


def test_one_content_at_once_is_one_document(orchestrator: Orchestrator) -> None:
    data = uuid4().bytes.hex().encode() * 100_000

    with ThreadPoolExecutor(6) as pool:
        views = list(pool.map(lambda _: orchestrator.job_manager.submit(wish(data=data)), range(6)))

    assert len({view.document.id for view in views}) == 1
    assert b"".join(orchestrator.job_contents.document(views[0].job.id).chunks) == data


def test_too_large_a_document_is_refused(orchestrator: Orchestrator) -> None:
    with pytest.raises(TooLarge):
        orchestrator.job_manager.submit(wish(data=b"x" * (orchestrator.settings.max_upload_bytes + 1)))


def test_cancelling_at_once_cancels_once(orchestrator: Orchestrator) -> None:
    job_id = orchestrator.job_manager.submit(wish()).job.id

    def cancel(_: int) -> str:
        try:
            return str(orchestrator.job_manager.cancel(job_id).job.status)
        except InvalidTransition as error:
            return str(error.details["status"])

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(cancel, range(4)))

    assert answers == ["cancelled"] * 4
    with orchestrator.sessions() as session:
        types = session.execute(text("SELECT type FROM job_events WHERE job_id = :id"), {"id": job_id}).scalars().all()
    assert sorted(types) == ["job.cancelled", "job.created"]


def test_a_running_step_of_a_cancelled_job_writes_nothing(orchestrator: Orchestrator) -> None:
    orchestrator.agents.register(
        {"id": "creator-1", "kind": "creator", "host": "h", "pid": 1, "slots": 1, "version": "0"}
    )
    job_id = orchestrator.job_manager.submit(wish()).job.id
    (message,) = orchestrator.dispatcher.dispatch("creator")
    step = orchestrator.execution.claim(message.step_id, message.epoch, "creator-1:1")
    assert step is not None

    orchestrator.job_manager.cancel(job_id)

    with pytest.raises(Fenced):
        orchestrator.execution.finish(step, lambda _session: {"written": True})


def test_a_cancelled_job_is_reported(orchestrator: Orchestrator) -> None:
    job_id = orchestrator.job_manager.submit(wish()).job.id
    orchestrator.job_manager.cancel(job_id)

    with orchestrator.sessions() as session:
        kinds = session.execute(text("SELECT kind FROM steps WHERE state = 'pending'")).scalars().all()
    assert kinds == ["report"]


def test_unknown_ids(orchestrator: Orchestrator) -> None:
    nobody = uuid4()
    manager = orchestrator.job_manager
    for ask in (manager.get, manager.cancel, manager.progress, manager.retry, orchestrator.job_contents.document):
        with pytest.raises(NotFound):
            ask(nobody)


def test_a_page_of_jobs_costs_the_same_number_of_statements_however_long(orchestrator: Orchestrator) -> None:
    for _ in range(6):
        orchestrator.job_manager.submit(wish())
    seen: list[str] = []
    event.listen(orchestrator.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))

    orchestrator.job_manager.list(JobFilter(), Paging(1))
    short = len(seen)
    orchestrator.job_manager.list(JobFilter(), Paging(6))

    assert len(seen) - short == short


def test_the_queue_position_counts_those_ahead(orchestrator: Orchestrator) -> None:
    manager = orchestrator.job_manager
    low = manager.submit(Submission("ann", "x", "t", priority=1)).job.id
    first = manager.submit(Submission("ann", "x", "t", priority=9)).job.id
    second = manager.submit(Submission("ann", "x", "t", priority=9)).job.id

    assert [manager.progress(job_id).queue_position for job_id in (first, second, low)] == [1, 2, 3]


def test_a_large_job_shows_its_parts(orchestrator: Orchestrator) -> None:
    job_id = orchestrator.job_manager.submit(wish()).job.id
    with orchestrator.sessions.begin() as session:
        session.execute(text("UPDATE steps SET state = 'done' WHERE job_id = :id"), {"id": job_id})
        steps.insert(session, job_id, [NewStep(StepKind.EXTRACT, part=f"p{number}") for number in range(4)])
        events.append(session, job_id, "read.done")
        session.execute(text("UPDATE steps SET state = 'done' WHERE part IN ('p0', 'p1')"))

    progress = orchestrator.job_manager.progress(job_id)

    assert progress.parts == {"done": 2, "total": 4}
    assert progress.percent == 32
    with orchestrator.sessions() as session:
        assert session.get_one(Job, job_id).events_seq == 2
