"""One fault after the other on one real stack; after each, all that was accepted ends as if nothing had happened.

The clocks of one creator and one validator are two hours off all the time: only the database's clock counts.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
import redis
import requests
from invariants import Run, check
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from stall import StallWatch
from town import Town, town

from orchestrator.stack.process import ChildSpec
from orchestrator.stack.supervisor import TICK_S

pytestmark = [pytest.mark.xdist_group("town"), pytest.mark.timeout(280)]
PATIENCE_S = 90.0
CLOCKS = {"creator-2": 7200, "validator-2": -7200}
SHIFTED = str(Path(__file__).with_name("shifted_clock"))
SECTION = (
    "{n} Duties\n\nThe operator shall log every access to file {n}.{job}.\n\n" + "Nothing else is said here. " * 14
)
COUNTED = "SELECT coalesce(sum(error_count + crash_count), 0) FROM steps WHERE job_id = ANY(CAST(:jobs AS uuid[]))"
LIVE = """SELECT count(*) FROM agents WHERE stopped_at IS NULL AND NOT draining
          AND heartbeat_at > now() - make_interval(secs => 2)"""
WORKERS = 5
ROUNDS = 5


def with_its_clock(spec: ChildSpec) -> ChildSpec:
    shift = CLOCKS.get(spec.name)
    return replace(spec, env={**spec.env, "PYTHONPATH": SHIFTED, "CLOCK_SHIFT_S": str(shift)}) if shift else spec


class Scene:
    """The stack, and what a user did with it."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self._stall = StallWatch()
        self._stall.start()
        self.jobs: list[str] = []
        self._numbers = iter(range(1_000_000))

    def submit(self, count: int = 1, sections: int = 2) -> list[str]:
        """Submit so many jobs; each must be answered 202."""
        found = []
        for _ in range(count):
            job = next(self._numbers)
            words = "\n\n".join(SECTION.format(n=n, job=job) for n in range(1, sections + 1))
            wish = {"prompt": f"Which duties are there in {job}?", "context": {"text": words}, "deduplicate": False}
            answer = requests.post(
                f"{self.town.url}/jobs", json=wish, headers={"Authorization": f"Bearer {self.town.key}"}, timeout=20
            )
            assert answer.status_code == requests.codes.accepted, answer.text
            found.append(str(answer.json()["id"]))
        self.jobs += found
        return found

    def scalar(self, statement: str, **values: Any) -> Any:
        with self.town.sessions() as session:
            return session.execute(text(statement), values).scalars().first()

    def run(self, statement: str) -> None:
        with self.town.sessions.begin() as session:
            session.execute(text(statement))

    def wait(self, condition: Callable[[], Any], what: str) -> Any:
        """Let the supervisor work until the condition holds."""
        limit = time.monotonic() + PATIENCE_S
        while True:
            self.town.tick()
            with contextlib.suppress(SQLAlchemyError):
                if found := condition():
                    return found
            assert time.monotonic() < limit, f"{what}: not within {PATIENCE_S:.0f} s"
            time.sleep(TICK_S)

    def pause(self, seconds: float, *, supervised: bool = True) -> None:
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            if supervised:
                self.town.tick()
            time.sleep(TICK_S)

    def all_work(self) -> None:
        """Wait until every worker is heard of."""
        self.wait(lambda: self.scalar(LIVE) == WORKERS, "not all workers are heard of")

    def broker(self) -> Any:
        return redis.Redis.from_url(self.town.settings.redis_url, socket_timeout=2)

    def held_at(self, point: str) -> Path:
        found: list[Path] = self.wait(lambda: list(self.town.failpoints.glob(f"{point}.*")), f"nobody came to {point}")
        return found[0]

    def all_well(self, jobs: list[str] | None = None) -> None:
        """Everything ends, and what the fault touched was counted nowhere; then the invariants."""
        run = Run(self.town.settings, self.jobs)
        self.wait(lambda: not check(self.town.sessions, run, "I1"), "work does not end")
        run = replace(run, stall_s=self._stall.worst_s)
        assert check(self.town.sessions, run) == {}
        done = self.scalar("SELECT count(*) FROM jobs WHERE status <> 'completed'")
        assert done == 0, f"{done} jobs did not complete"
        if jobs is not None:
            assert self.scalar(COUNTED, jobs=jobs) == 0, "an attempt was counted that was nobody's fault"


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    before = dict(os.environ)
    try:
        with town(with_its_clock) as running:
            running.await_ready()
            yield Scene(running)
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextlib.contextmanager
def frozen(processes: list[psutil.Process]) -> Iterator[None]:
    for each in processes:
        each.suspend()
    try:
        yield
    finally:
        for each in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                each.resume()


def empty(scene: Scene) -> None:
    with scene.broker() as broker:
        broker.flushall()


def kill_without_its_file(scene: Scene) -> None:
    (server,) = scene.town.named("valkey")
    directory = Path(server.cwd()) / "appendonlydir"
    server.kill()
    server.wait(5)
    shutil.rmtree(directory)


def kill(scene: Scene) -> None:
    scene.town.named("valkey")[0].kill()


@pytest.mark.parametrize("lose", [empty, kill_without_its_file, kill])
def test_messages_lost_with_the_broker_are_sent_again(scene: Scene, lose: Callable[[Scene], None]) -> None:
    sent_again = "SELECT lost FROM recovery_log"
    scene.all_work()
    before = scene.scalar(sent_again)
    with frozen(scene.town.named("creator")):
        jobs = scene.submit(5)
        scene.wait(lambda: scene.scalar("SELECT count(*) FROM steps WHERE state = 'dispatched'") >= 4, "no message")
        scene.pause(0.3)
        lose(scene)
    scene.all_well(jobs)
    if lose is not kill:  # with its append-only file, next to nothing is lost
        assert scene.scalar(sent_again) > before


def test_a_frozen_broker_delays_and_loses_nothing(scene: Scene) -> None:
    with frozen(scene.town.named("valkey")):
        jobs = []
        for _ in range(5):
            jobs += scene.submit()
            scene.pause(1)
    scene.all_well(jobs)


def test_a_full_broker_delays_and_loses_nothing(scene: Scene) -> None:
    with scene.broker() as broker:
        before = scene.town.counted("publish_failed")
        broker.config_set("maxmemory", "1")
        jobs = scene.submit(3)
        scene.wait(lambda: scene.town.counted("publish_failed") != before, "nothing was refused")
        broker.config_set("maxmemory", "256mb")
    scene.all_well(jobs)


def test_messages_that_cannot_be_read_change_nothing(scene: Scene) -> None:
    with scene.broker() as broker:
        for queue in ("creator", "validator", "maintenance"):
            for raw in (b"\x00\xff no message", b"{}", b'{"body": "!", "headers": {}, "properties": {}}'):
                broker.rpush(scene.town.settings.key_prefix + queue, raw)
    scene.all_well(scene.submit(2))


def test_a_database_that_is_away_for_longer_than_a_lease_burns_no_attempt(scene: Scene) -> None:
    (scene.town.failpoints / "after_claim.read").touch()
    (scene.town.failpoints / "after_write.extract").touch()
    jobs = scene.submit(3)
    points = [scene.held_at("after_claim.read"), scene.held_at("after_write.extract")]
    for server in scene.town.named("postgres"):
        server.kill()
    scene.pause(2, supervised=False)
    for each in points:  # one meets the outage in its work, the other one in its finish
        each.unlink()
    scene.pause(scene.town.settings.lease_s, supervised=False)
    scene.all_well(jobs)


def test_a_database_that_stands_still_for_longer_than_a_lease_burns_no_attempt(scene: Scene) -> None:
    (scene.town.failpoints / "after_claim.read").touch()
    jobs = scene.submit(2)
    held = scene.held_at("after_claim.read")
    with scene.town.sessions.begin() as session:
        session.execute(text("LOCK TABLE steps IN ACCESS EXCLUSIVE MODE"))
        scene.pause(scene.town.settings.lease_s + 2)
    held.unlink()
    scene.all_well(jobs)


def test_a_zombie_that_wakes_up_is_fenced(scene: Scene) -> None:
    fenced = "SELECT count(*) FROM steps WHERE job_id = CAST(:job AS uuid) AND kind = 'read' AND crash_count = 1"
    (scene.town.failpoints / "after_claim.read").touch()
    (job,) = scene.submit()
    held = scene.held_at("after_claim.read")
    child = psutil.Process(int(held.suffix[1:]))
    with frozen([child.parent(), child]):
        scene.wait(lambda: scene.scalar(fenced + " AND state = 'done'", job=job), "nobody took over")
        before = scene.town.counted("fenced_write", "step_lost")
        held.unlink()
    scene.wait(lambda: scene.town.counted("fenced_write", "step_lost") != before, "the zombie was not fenced")
    scene.all_well()
    assert scene.scalar("SELECT attempt FROM steps WHERE job_id = CAST(:job AS uuid) AND kind = 'read'", job=job) == 2


def test_stopping_all_workers_again_and_again_under_load_counts_no_attempt(scene: Scene) -> None:
    jobs = scene.submit(6, sections=4)
    for _ in range(ROUNDS):
        scene.all_work()
        jobs += scene.submit(2)
        stopped = scene.town.workers()
        for worker in stopped:
            worker.terminate()
            scene.pause(0.2)
        scene.wait(lambda stopped=stopped: not any(map(lives, stopped)), "a worker does not stop")
    scene.all_well(jobs)


def lives(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def test_an_api_that_is_killed_again_and_again_keeps_all_that_it_answered(scene: Scene) -> None:
    def one_after_the_other(until: threading.Event) -> list[str]:
        answered = []
        while not until.is_set():
            with contextlib.suppress(requests.RequestException, AssertionError):  # unanswered, or answered 503
                answered += scene.submit(sections=1)
            time.sleep(0.02)
        return answered

    enough = threading.Event()
    with ThreadPoolExecutor(3) as clients:
        told = [clients.submit(one_after_the_other, enough) for _ in range(3)]
        for _ in range(4):
            seen = len(scene.jobs)
            scene.wait(lambda seen=seen: len(scene.jobs) >= seen + 3, "the API answers nothing")
            for process in scene.town.named("api"):
                for each in [*process.children(), process]:
                    with contextlib.suppress(psutil.NoSuchProcess):
                        each.kill()
        enough.set()
        answered = [job for each in told for job in each.result(timeout=60)]
    scene.town.await_ready()
    stored = scene.scalar("SELECT count(*) FROM jobs WHERE id = ANY(CAST(:ids AS uuid[]))", ids=answered)
    assert stored == len(answered) >= 12
    scene.all_well(answered)
