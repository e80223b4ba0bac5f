"""Streams of events from a real server: nothing lost, nothing doubled, bounded in number and time."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import requests

from api.wsgi import GRACE_S
from orchestrator.bootstrap import Orchestrator
from orchestrator.client import Client
from orchestrator.domain.submission import Submission
from orchestrator.stack.ports import free_port
from orchestrator.storage import events

KEY = "a-preset-key-needs-no-form"
BINARY = Path(sys.executable).with_name("orchestrator")
STREAMS = 3
STREAM_S = 5.0
PATIENCE_S = 60.0


class Server:
    """A running `orchestrator api` with room for three streams of five seconds."""

    def __init__(self, orchestrator: Orchestrator, place: Path) -> None:
        orchestrator.accounts.ensure_admin_key(KEY)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(place),
            "DATABASE_URL": orchestrator.settings.database_url,
            "REDIS_URL": orchestrator.settings.redis_url,
            "ORCHESTRATOR_API_PORT": str(port),
            "ORCHESTRATOR_API_DRAIN_S": "0",
            "ORCHESTRATOR_EVENT_STREAMS": str(STREAMS),
            "ORCHESTRATOR_EVENT_STREAM_S": str(STREAM_S),
            "ORCHESTRATOR_EVENT_HEARTBEAT_S": "0.3",
        }
        self.child = subprocess.Popen([BINARY, "api"], env=environment, start_new_session=True)  # noqa: S603 - a program of the project

    def open(self, path: str, last: str | None = None) -> requests.Response:
        headers = {"X-API-Key": KEY, "Accept": "text/event-stream"} | ({"Last-Event-ID": last} if last else {})
        return requests.get(self.url + path, headers=headers, stream=True, timeout=PATIENCE_S)

    def open_a_place(self, path: str, last: str | None = None) -> requests.Response:
        """A stream that runs: those left before are noticed to be gone only when they say something."""
        limit = time.monotonic() + PATIENCE_S
        while time.monotonic() < limit:
            answer = self.open(path, last)
            if answer.status_code == 200:
                return answer
            assert (answer.status_code, answer.json()["code"]) == (503, "too_many_streams")
            time.sleep(0.05)
        raise AssertionError("the places of ended streams were never free again")

    def wait(self) -> None:
        limit = time.monotonic() + PATIENCE_S
        while time.monotonic() < limit:
            with contextlib.suppress(requests.ConnectionError, requests.Timeout):
                requests.get(f"{self.url}/health", timeout=10)
                return
            time.sleep(0.05)
        raise AssertionError("the server did not start")


@pytest.fixture
def server(orchestrator: Orchestrator, tmp_path: Path) -> Iterator[Server]:
    running = Server(orchestrator, tmp_path)
    running.wait()
    yield running
    if running.child.poll() is None:
        os.killpg(running.child.pid, signal.SIGKILL)
    running.child.wait(timeout=PATIENCE_S)


def messages(answer: requests.Response) -> Iterator[dict[str, str]]:
    """The fields of each message, going on where the last call stopped; comments have the name ''."""
    lines = answer.__dict__.setdefault("lines", answer.iter_lines(chunk_size=1, decode_unicode=True))
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.strip()
        else:
            yield fields
            fields = {}


def told(answer: requests.Response, count: int) -> list[tuple[str, dict[str, Any]]]:
    """The next events as (id, data)."""
    found = []
    for message in messages(answer):
        if "id" in message:
            found.append((message["id"], json.loads(message["data"])))
        if len(found) == count:
            break
    return found


def told_behind(server: Server, path: str, last: str, count: int) -> list[tuple[str, dict[str, Any]]]:
    """The events behind one, over as many streams as it takes: one may end before it has told them all."""
    found: list[tuple[str, dict[str, Any]]] = []
    limit = time.monotonic() + PATIENCE_S
    while len(found) < count and time.monotonic() < limit:
        with server.open_a_place(path, last) as stream:
            found += told(stream, count - len(found))
        last = found[-1][0] if found else last
    return found


def submit(orchestrator: Orchestrator, number: int = 0) -> UUID:
    wish = Submission(owner="test", prompt=f"Which duties are there? {number}", correlation_id="test")
    return orchestrator.job_manager.submit(wish).job.id


def add(orchestrator: Orchestrator, job_id: UUID, note: int) -> None:
    with orchestrator.sessions.begin() as session:
        events.append(session, job_id, "test.noted", {"note": note})


def test_streams_lose_and_double_nothing_and_end(
    server: Server, orchestrator: Orchestrator, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = submit(orchestrator)
    path = f"/jobs/{job}/events"
    with server.open_a_place(path) as stream:
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        first = told(stream, 1)
        add(orchestrator, job, 1)
        second = told(stream, 1)
    second = second or told_behind(server, path, "1", 1)
    assert [(number, event["type"]) for number, event in first + second] == [("1", "job.created"), ("2", "test.noted")]
    assert second[0][1]["job_id"] == str(job)

    for note in (2, 3, 4):
        add(orchestrator, job, note)
    rest = told_behind(server, path, "2", 3)
    assert [(number, event["data"]["note"]) for number, event in rest] == [("3", 2), ("4", 3), ("5", 4)]

    assert server.open(path, last="x").json()["code"] == "invalid"
    assert server.open("/events", last="5").json()["code"] == "invalid"
    assert server.open(f"/jobs/{UUID(int=1)}/events").status_code == 404
    plain = requests.get(f"{server.url}{path}", headers={"X-API-Key": KEY}, timeout=PATIENCE_S).json()
    assert [event["seq"] for event in plain["items"]] == [1, 2, 3, 4, 5]

    monkeypatch.setattr("orchestrator.client.streams.RECONNECT_S", 0.1)
    _follow_beyond_one_stream(server, orchestrator, job)
    _reconnect_while_others_write(server, orchestrator)
    _no_more_than_there_is_room_for(server)
    _the_end(server, path)


def _follow_beyond_one_stream(server: Server, orchestrator: Orchestrator, job_id: UUID) -> None:
    seen: list[Any] = []
    with Client(server.url, KEY) as client:
        for event in client.follow(str(job_id), after="4", timeout_s=60):
            seen.append(event)
            if len(seen) == 1:
                time.sleep(STREAM_S + 0.5)  # longer than a stream lives
                add(orchestrator, job_id, 5)
            if len(seen) == 2:
                break
    assert [(event["id"], event["seq"], event["data"]["note"]) for event in seen] == [("5", 5, 4), ("6", 6, 5)]
    assert {event["job_id"] for event in seen} == {str(job_id)}


def _write(orchestrator: Orchestrator, job_id: UUID) -> None:
    for note in range(40):
        add(orchestrator, job_id, note)


def _reconnect_while_others_write(server: Server, orchestrator: Orchestrator) -> None:
    jobs = [submit(orchestrator, number) for number in range(1, 5)]
    with server.open_a_place("/events") as stream:
        next(messages(stream))
        writers = [threading.Thread(target=_write, args=(orchestrator, job)) for job in jobs]
        for writer in writers:
            writer.start()
        heard = told(stream, 7)
    # A stream may begin with what was before it, where some transaction of the server was still open.
    ours = set(map(str, jobs))
    while len(seen := [each for each in heard if each[1]["type"] == "test.noted" and each[1]["job_id"] in ours]) < 160:
        heard += told_behind(server, "/events", heard[-1][0], min(33, 160 - len(seen)))
    for writer in writers:
        writer.join()
    assert len({number for number, _ in heard}) == len(heard), "none comes twice"
    assert len({number for number, _ in seen}) == 160
    for job in jobs:
        notes = [event["data"]["note"] for _, event in seen if event["job_id"] == str(job)]
        assert sorted(notes) == list(range(40))
    log: list[dict[str, Any]] = []
    cursor = {}
    while cursor is not None:
        page = requests.get(
            f"{server.url}/events", params={"limit": 50} | cursor, headers={"X-API-Key": KEY}, timeout=PATIENCE_S
        ).json()
        log += page["items"]
        cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else None  # type: ignore[assignment]
    assert [event for event in log if event["type"] == "test.noted"][-160:] == [event for _, event in seen]


def _no_more_than_there_is_room_for(server: Server) -> None:
    started = time.monotonic()
    streams = [server.open_a_place("/events") for _ in range(STREAMS)]
    refused = server.open("/events")
    assert (refused.status_code, refused.json()["code"]) == (503, "too_many_streams")
    assert refused.headers["Retry-After"]
    heard = [list(messages(stream)) for stream in streams]  # until they end by themselves
    assert time.monotonic() - started >= STREAM_S
    assert all({"": "nothing new"} in each for each in heard)


def _the_end(server: Server, path: str) -> None:
    with server.open_a_place(path) as stream:
        next(messages(stream))
        started = time.monotonic()
        server.child.send_signal(signal.SIGTERM)
        list(messages(stream))
    assert server.child.wait(timeout=PATIENCE_S) == 0
    assert time.monotonic() - started < GRACE_S, "the streams must not use up the time that requests are given"
