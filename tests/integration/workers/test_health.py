"""Real workers answer for their health; a frozen one is taken out of dispatch and comes back."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import groupby, pairwise
from typing import Any

import psutil
import redis
import requests
from sqlalchemy import text

from orchestrator.stack.ports import free_port

API_WAITS_S = 40
"""For an agent's answer, if it asked one."""
KEEP_HISTORY = """
    CREATE TABLE breaker_history (seq bigint GENERATED ALWAYS AS IDENTITY, agent_id text, state text, failures int);
    CREATE FUNCTION note_breaker() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO breaker_history (agent_id, state, failures)
        VALUES (NEW.id, NEW.breaker_state, NEW.breaker_failures);
        RETURN NULL;
    END $$;
    CREATE TRIGGER note_breaker AFTER UPDATE OF breaker_state, breaker_failures ON agents
    FOR EACH ROW EXECUTE FUNCTION note_breaker();
"""
HISTORY = "SELECT state, failures FROM breaker_history WHERE agent_id = :id ORDER BY seq"
KEY = "ro_test_abcd1234_0123456789abcdef0123456789abcdef"
SHORT = {
    "ORCHESTRATOR_AGENT_HEALTH_INTERVAL_S": "1",
    "ORCHESTRATOR_HEALTH_READ_S": "0.7",
    "ORCHESTRATOR_BREAKER_FAILURES": "2",
    "ORCHESTRATOR_BREAKER_OPEN_S": "1",
    "ORCHESTRATOR_BREAKER_OPEN_CAP_S": "2",
}
WAYS = {
    ("closed", "open"),
    ("open", "half_open"),
    ("half_open", "open"),
    ("half_open", "closed"),
}
READ = "SELECT lease_owner FROM steps WHERE job_id = :id AND kind = 'read' AND state = 'done'"


def url_of(fleet: Any, process: Any) -> str:
    return str(fleet.scalar("SELECT health_url FROM agents WHERE pid = :pid", pid=process.pid))


def id_of(fleet: Any, process: Any) -> str:
    return str(fleet.scalar("SELECT id FROM agents WHERE pid = :pid", pid=process.pid))


def ask(url: str, page: str) -> tuple[int, Any]:
    answer = requests.get(f"{url}/{page}", timeout=30)
    return answer.status_code, answer.json()


def is_ready(url: str) -> bool:
    return ask(url, "ready")[0] == 200


class Watch:
    """What GET /agents/health of a real API says of one agent, asked all the time, and the requests that failed."""

    def __init__(self, url: str, agent_id: str) -> None:
        self.states: list[str] = []
        self.failed: list[str] = []
        self._url, self._agent_id = url, agent_id

    def look(self) -> None:
        """Ask once."""
        try:
            answer = requests.get(f"{self._url}/agents/health", headers={"X-API-Key": KEY}, timeout=API_WAITS_S / 2)
        except requests.RequestException as error:
            self.failed.append(str(error))
            return
        if answer.status_code == requests.codes.service_unavailable:
            return  # the database of a busy machine takes longer than the view waits for it
        (agent,) = (item for item in answer.json()["items"] if item["id"] == self._agent_id)
        self.states.append(agent["breaker_state"])


@contextmanager
def repeating(act: Callable[[], object], pause_s: float) -> Iterator[None]:
    """Do it again and again, beside what the block does."""
    over = threading.Event()

    def run() -> None:
        while not over.wait(pause_s):
            act()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(10)


def test_a_frozen_agent_opens_its_breaker_and_comes_back(fleet: Any, make_orchestrator: Any) -> None:
    fleet.orchestrator.accounts.ensure_admin_key(KEY)
    port = free_port()
    fleet.start("api", ORCHESTRATOR_API_PORT=str(port), ORCHESTRATOR_HEALTH_READ_S=str(API_WAITS_S))
    fleet.start("beat", **SHORT)
    fleet.worker("maintenance", **SHORT)
    fleet.worker("maintenance", **SHORT)
    frozen = fleet.worker("creator")
    watch = Watch(f"http://127.0.0.1:{port}", id_of(fleet, frozen))
    fleet.wait(lambda: answers(f"http://127.0.0.1:{port}/health"))
    checker = make_orchestrator(health_read_s=0.7, breaker_failures=2, breaker_open_s=1, breaker_open_cap_s=2)
    breaker = "SELECT breaker_state, breaker_failures, checked_at FROM agents WHERE pid = :pid"

    def is_now(state: str, failures: int) -> bool:
        row = fleet.rows(breaker, pid=frozen.pid)[0]
        enough = row.breaker_failures >= failures if failures else row.breaker_failures == 0
        return row.checked_at is not None and row.breaker_state == state and enough

    with fleet.orchestrator.sessions.begin() as session:
        session.execute(text(KEEP_HISTORY))
    fleet.wait(lambda: is_now("closed", 0))
    before = len(fleet.rows(HISTORY, id=id_of(fleet, frozen)))
    with repeating(watch.look, 0.03), repeating(checker.agent_health.check, 0.1):
        os.kill(frozen.pid, signal.SIGSTOP)
        fleet.wait(lambda: is_now("open", 3))
        job = fleet.submit()
        time.sleep(1)
        assert fleet.rows("SELECT state FROM steps WHERE job_id = :id", id=job) == [("pending",)]
        os.kill(frozen.pid, signal.SIGCONT)
        fleet.wait(lambda: is_now("closed", 0))
        fleet.wait(lambda: fleet.rows(READ, id=job))
        fleet.wait(lambda: watch.states[-1] == "closed")
    assert watch.failed == []
    assert watch.states[0] == "closed"
    assert "open" in watch.states
    history = fleet.rows(HISTORY, id=id_of(fleet, frozen))[before:]
    states = [state for state, _ in groupby(row.state for row in history)]
    assert {"half_open", "open"} <= set(states)
    assert set(pairwise(states)) <= WAYS
    # One check at a time: the failures grow one by one, though two workers and this process check.
    counts = [failures for failures, _ in groupby(row.failures for row in history) if failures]
    assert counts[:3] == [1, 2, 3]


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).ok
    except requests.RequestException:
        return False


def test_a_worker_answers_for_itself(fleet: Any) -> None:
    port = free_port()
    fleet.start("beat")
    worker = fleet.worker("creator", 2, ORCHESTRATOR_HEALTH_PORT=str(port))
    url, agent_id = url_of(fleet, worker), id_of(fleet, worker)
    assert url == f"http://127.0.0.1:{port}"
    assert ask(url, "health") == (200, {"status": "alive", "agent": agent_id})
    fleet.wait(lambda: is_ready(url))
    (fleet.failpoints / "after_claim.read").touch()
    fleet.submit()
    child = fleet.held_at("after_claim.read")
    code, status = ask(url, "status")
    assert code == 200
    assert status.items() >= {"id": agent_id, "kind": "creator", "pid": worker.pid, "slots": 2, "running": 1}.items()
    assert [step["pid"] for step in status["steps"]] == [child]
    assert status["last_claim_at"]
    assert 0 < status["uptime_s"] < 600
    assert status["version"]
    assert status["config_generation"] == 1
    assert ask(url, "nonsense")[0] == 404

    other = fleet.worker("creator", ORCHESTRATOR_HEALTH_PORT=str(port))
    assert url_of(fleet, other) not in (url, None), "a port that is taken is given up for a free one"
    assert ask(url_of(fleet, other), "health")[1]["agent"] == id_of(fleet, other)


def test_a_drained_agent_takes_nothing_until_it_is_resumed(fleet: Any) -> None:
    fleet.start("beat")
    workers = [fleet.worker("creator"), fleet.worker("creator")]
    ids = [id_of(fleet, worker) for worker in workers]
    urls = [url_of(fleet, worker) for worker in workers]
    for drained, working in ((0, 1), (1, 0)):
        fleet.wait(lambda: all(map(is_ready, urls)) and all(reads(fleet, worker) for worker in workers))
        fleet.orchestrator.agents.drain(ids[drained])
        fleet.wait(lambda drained=drained: not is_ready(urls[drained]))
        assert ask(urls[drained], "ready")[1]["checks"]["accepting"] is False
        time.sleep(1.2)  # what its consumer was reading from the broker has run out
        fleet.wait(lambda drained=drained: not reads(fleet, workers[drained]))
        jobs = [fleet.submit(prompt=f"Which duties are there? {drained} {number}") for number in range(4)]
        fleet.wait(lambda jobs=jobs: all(fleet.rows(READ, id=job) for job in jobs))
        owners = {fleet.rows(READ, id=job)[0].lease_owner.split(":")[0] for job in jobs}
        assert owners == {ids[working]}
        fleet.orchestrator.agents.resume(ids[drained])


def reads(fleet: Any, worker: Any) -> bool:
    """Whether a worker waits at the broker for a message."""
    ports = {each.laddr.port for each in psutil.Process(worker.pid).net_connections("tcp")}
    with redis.Redis.from_url(fleet.environment["REDIS_URL"]) as broker:
        blocked = [client["addr"] for client in broker.client_list() if "b" in client["flags"]]
    return any(int(address.rpartition(":")[2]) in ports for address in blocked)


def listens(process: psutil.Process, port: int) -> bool:
    sockets = process.net_connections("tcp")
    return any(each.status == psutil.CONN_LISTEN and each.laddr.port == port for each in sockets)


def test_a_killed_worker_leaves_its_port_to_the_next(fleet: Any) -> None:
    port = str(free_port())
    settings = {"ORCHESTRATOR_HEALTH_PORT": port, "ORCHESTRATOR_MAX_TASKS_PER_CHILD": "1"}
    beat = fleet.start("beat")
    first = fleet.worker("creator", **settings)
    (old,) = psutil.Process(first.pid).children()
    job = fleet.submit()
    fleet.wait(lambda: fleet.rows(READ, id=job))
    old.wait(60)
    (child,) = fleet.wait(psutil.Process(first.pid).children)
    fleet.wait(lambda: not listens(child, int(port)))  # it was forked while the port was open
    beat.send_signal(signal.SIGTERM)
    os.kill(first.pid, signal.SIGKILL)
    first.wait(60)

    second = fleet.worker("creator", **settings)

    assert url_of(fleet, second) == f"http://127.0.0.1:{port}"
    assert fleet.scalar("SELECT stopped_at IS NOT NULL FROM agents WHERE pid = :pid", pid=first.pid)


def test_the_watchdog_waits_for_a_new_worker_and_ends_a_silent_one(fleet: Any) -> None:
    with fleet.orchestrator.sessions.begin() as session:
        session.execute(
            text(
                "INSERT INTO steps (kind, queue, state, dispatched_at, correlation_id) "
                "VALUES ('read', 'creator', 'dispatched', now() - interval '1 hour', 'x')"
            )
        )
    worker = fleet.worker("creator", ORCHESTRATOR_WATCHDOG_S="4", ORCHESTRATOR_DISPATCHED_TIMEOUT_S="2")
    assert worker.wait(90) == 70
    lived = "SELECT extract(epoch FROM now() - started_at) FROM agents WHERE pid = :pid"
    assert fleet.scalar(lived, pid=worker.pid) > 2, "old steps wait, but it has just come"
