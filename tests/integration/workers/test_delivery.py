"""What celeryconfig.py promises, seen on real workers and a real broker."""

from __future__ import annotations

import os
import signal
import time
from typing import Any

import psutil
import redis


def broker(fleet: Any) -> Any:
    return redis.Redis.from_url(fleet.environment["REDIS_URL"])


def waiting(fleet: Any, queue: str) -> int:
    prefix = f"orchestrator:{fleet.environment['ORCHESTRATOR_ENVIRONMENT']}:"
    with broker(fleet) as client:
        return int(client.llen(f"{prefix}{queue}"))


def unacknowledged(fleet: Any) -> int:
    prefix = f"orchestrator:{fleet.environment['ORCHESTRATOR_ENVIRONMENT']}:"
    with broker(fleet) as client:
        return int(client.hlen(f"{prefix}unacked"))


def requirements(fleet: Any, job: Any) -> list[tuple[Any, ...]]:
    columns = "rid, seq, requirement_text, status, citations"
    return [
        tuple(row)
        for row in fleet.rows(f"SELECT {columns} FROM requirements WHERE job_id = :id ORDER BY seq", id=job)  # noqa: S608 - names of the test, no input
    ]


def test_a_busy_worker_takes_nothing_ahead_and_acknowledges_late(fleet: Any) -> None:
    fleet.worker("creator", concurrency=1)
    (fleet.failpoints / "after_claim.read").touch()
    fleet.start("beat")
    first = fleet.submit()
    fleet.held_at("after_claim.read")
    fleet.submit(prompt="Which prohibitions are there?")
    fleet.wait(lambda: waiting(fleet, "creator"))
    time.sleep(0.5)
    assert waiting(fleet, "creator") == 1, "the second message must wait in the broker, not in the busy worker"
    assert unacknowledged(fleet) == 1, "the first message must not be acknowledged before its step has ended"
    for held in fleet.failpoints.iterdir():
        held.unlink()
    read = "SELECT count(*) FROM steps WHERE kind = 'read' AND state = 'done'"
    fleet.wait(lambda: fleet.scalar(read) == 2)
    fleet.wait(lambda: waiting(fleet, "creator") == unacknowledged(fleet) == 0)
    assert fleet.scalar("SELECT creator_status FROM jobs WHERE id = :id", id=first) == "completed"


def test_a_killed_child_is_counted_and_its_step_repeated(fleet: Any) -> None:
    fleet.start("beat")
    for kind in ("creator", "validator", "maintenance"):
        fleet.worker(kind)
    undisturbed = fleet.submit()
    assert fleet.wait_for_job(undisturbed) == "completed"
    (fleet.failpoints / "before_commit.read").touch()
    (fleet.failpoints / "before_commit.validate").touch()
    job = fleet.submit(prompt="Which duties are there? Again.")
    for point in ("before_commit.read", "before_commit.validate"):
        os.kill(fleet.held_at(point), signal.SIGKILL)
    assert fleet.wait_for_job(job) == "completed"
    crashes = fleet.rows("SELECT kind, crash_count, attempt FROM steps WHERE job_id = :id AND blocking", id=job)
    assert [(row.crash_count, row.attempt) for row in crashes if row.kind in ("read", "validate")] == [(1, 2), (1, 2)]
    assert requirements(fleet, job) == requirements(fleet, undisturbed) != []


def test_a_killed_worker_is_recovered_when_its_lease_ends(fleet: Any) -> None:
    fleet.start("beat")
    doomed = fleet.worker("creator")
    (fleet.failpoints / "after_claim.read").touch()
    job = fleet.submit()
    fleet.held_at("after_claim.read")
    os.killpg(doomed.pid, signal.SIGKILL)
    fleet.worker("creator")
    done = "SELECT crash_count FROM steps WHERE job_id = :id AND kind = 'read' AND state = 'done'"
    assert fleet.wait(lambda: fleet.rows(done, id=job))[0].crash_count == 1


def has_ended(process: psutil.Process) -> bool:
    """A zombie has: where nothing collects orphans it stays in the table."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_soft_shutdown_gives_back_what_it_cannot_end(fleet: Any) -> None:
    """Nor is it kept by a child that does not hear that it shall end, as one that was being forked just then."""
    fleet.start("beat")
    worker = fleet.worker("creator", concurrency=2)
    (fleet.failpoints / "after_claim.read").touch()
    job = fleet.submit()
    busy = fleet.held_at("after_claim.read")
    (deaf,) = [child for child in psutil.Process(worker.pid).children() if child.pid != busy]
    deaf.suspend()
    worker.send_signal(signal.SIGTERM)
    worker.wait(timeout=90)
    fleet.wait(lambda: has_ended(deaf))
    (row,) = fleet.rows("SELECT state, error_count, crash_count FROM steps WHERE job_id = :id", id=job)
    assert row.state in ("pending", "dispatched")
    assert (row.error_count, row.crash_count) == (0, 0)
    assert fleet.scalar("SELECT stopped_at IS NOT NULL FROM agents WHERE pid = :pid", pid=worker.pid)
    fleet.worker("creator")
    fleet.wait(
        lambda: fleet.rows("SELECT 1 FROM steps WHERE job_id = :id AND kind = 'read' AND state = 'done'", id=job)
    )


def test_a_soft_shutdown_lets_a_short_step_end(fleet: Any) -> None:
    fleet.start("beat")
    worker = fleet.registered(fleet.program("worker", "creator", "--concurrency=1", ORCHESTRATOR_SOFT_SHUTDOWN_S="10"))
    first = fleet.submit()  # what a step needs is loaded then
    fleet.wait(lambda: fleet.rows("SELECT 1 FROM steps WHERE job_id = :id AND state = 'done'", id=first))
    (fleet.failpoints / "after_claim.read").touch()
    job = fleet.submit(prompt="And which others?")
    fleet.held_at("after_claim.read")
    worker.send_signal(signal.SIGTERM)
    fleet.wait(lambda: fleet.scalar("SELECT draining FROM agents WHERE pid = :pid", pid=worker.pid))
    for held in fleet.failpoints.iterdir():
        held.unlink()
    worker.wait(timeout=90)
    (row, *_) = fleet.rows("SELECT state, attempt FROM steps WHERE job_id = :id ORDER BY id", id=job)
    assert (row.state, row.attempt) == ("done", 1)


def test_a_duplicate_and_a_garbage_message_change_nothing(fleet: Any) -> None:
    fleet.start("beat")
    fleet.worker("creator")
    job = fleet.submit()
    done = "SELECT id, epoch, attempt FROM steps WHERE job_id = :id AND kind = 'read' AND state = 'done'"
    (step,) = fleet.wait(lambda: fleet.rows(done, id=job))
    for epoch in (step.epoch, step.epoch - 1, step.epoch - 2):
        send(fleet, "workers.creator.read", [step.id, epoch])
    send(fleet, "workers.creator.read", ["no", "number", "at all"])
    send(fleet, "workers.creator.unknown", [])
    again = fleet.submit(prompt="And which others?")
    fleet.wait(lambda: fleet.rows(done, id=again))
    assert fleet.rows(done, id=job) == [step]


def send(fleet: Any, task: str, arguments: list[Any]) -> None:
    from celery import Celery

    app = Celery(broker=fleet.environment["REDIS_URL"])
    environment = fleet.environment["ORCHESTRATOR_ENVIRONMENT"]
    app.conf.broker_transport_options = {"global_keyprefix": f"orchestrator:{environment}:"}
    with app.connection_for_write() as connection:
        app.send_task(task, args=arguments, queue="creator", connection=connection, ignore_result=True)
