"""The API as a user meets it: a gunicorn process and real HTTP."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPResponse
from pathlib import Path
from typing import Any
from uuid import UUID

import psutil
import pytest
import requests

from orchestrator.stack.ports import free_port

pytestmark = pytest.mark.xdist_group("wsgi")  # one server for them all, which the last one ends

KEY = "a-preset-key-needs-no-form"
BINARY = Path(sys.executable).with_name("orchestrator")
PATIENCE_S = 60.0


def until(condition: Callable[[], object]) -> None:
    limit = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < limit, "the condition did not come true in time"
        time.sleep(0.05)


class Server:
    """A running `orchestrator api`."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.url = f"http://127.0.0.1:{environment['ORCHESTRATOR_API_PORT']}"
        self.headers = {"X-API-Key": KEY}
        self.log = log
        with log.open("wb") as stream:
            self.child = subprocess.Popen([BINARY, "api"], env=environment, stderr=stream, start_new_session=True)  # noqa: S603 - a program of the project

    def wait(self) -> None:
        limit = time.monotonic() + PATIENCE_S
        while time.monotonic() < limit:
            try:
                if requests.get(f"{self.url}/health", timeout=10).ok:
                    return
            except (requests.ConnectionError, requests.Timeout):
                time.sleep(0.05)
        raise AssertionError(self.log.read_text())

    def post(self, path: str, **options: Any) -> requests.Response:
        return requests.post(self.url + path, headers=self.headers, timeout=PATIENCE_S, **options)

    def get(self, path: str, **options: Any) -> requests.Response:
        return requests.get(self.url + path, headers=self.headers, timeout=PATIENCE_S, **options)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty home directory."""
    return Path(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def server(shared: Any, home: Path) -> Iterator[Server]:
    """Two processes on the tests' database."""
    shared.accounts.ensure_admin_key(KEY)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "DATABASE_URL": shared.settings.database_url,
        "REDIS_URL": shared.settings.redis_url,
        "ORCHESTRATOR_API_PORT": str(free_port()),
        "ORCHESTRATOR_API_PROCESSES": "2",
        "ORCHESTRATOR_API_DRAIN_S": "5",
        "ORCHESTRATOR_MAX_UPLOAD_BYTES": "3000000",
    }
    running = Server(environment, home / "api.log")
    running.wait()
    yield running
    if running.child.poll() is None:
        os.killpg(running.child.pid, signal.SIGKILL)
        running.child.wait()


@pytest.fixture(autouse=True)
def _key(shared: Any) -> None:
    shared.accounts.ensure_admin_key(KEY)


def test_a_job_goes_in_and_comes_back(server: Server) -> None:
    answer = server.post("/jobs", data={"prompt": "Which?"}, files={"document": ("a.txt", b"A user must log in.")})

    assert answer.status_code == 202
    shown = server.get(answer.headers["Location"])
    assert shown.json()["document"]["file_name"] == "a.txt"
    assert server.get(answer.headers["Location"] + "/document").content == b"A user must log in."


def test_a_body_over_the_limit_gets_its_answer(server: Server) -> None:
    answer = server.post("/jobs", data={"prompt": "x"}, files={"document": ("a.txt", b"x" * 15_000_000)})

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert server.get("/jobs?limit=1").status_code == 200


def test_a_chunked_body_is_limited_too(server: Server) -> None:
    pieces = iter([b"x" * 1_000_000] * 12)
    headers = server.headers | {"Content-Type": "application/json"}
    answer = requests.post(f"{server.url}/jobs", data=pieces, headers=headers, timeout=PATIENCE_S)

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_who_does_not_hang_up_keeps_nobody_waiting(server: Server) -> None:
    address = ("127.0.0.1", int(server.url.rpartition(":")[2]))
    with contextlib.ExitStack() as kept:
        for _ in range(50):
            client = kept.enter_context(socket.create_connection(address, timeout=PATIENCE_S))
            client.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answers = [requests.get(f"{server.url}/health", timeout=PATIENCE_S).status_code for _ in range(4)]

    assert answers == [200] * 4


@pytest.mark.parametrize("line", [b"Authorization Bearer a-secret", b"X: a-secret\0", b"X: a-secret" + b"x" * 9000])
def test_what_is_no_http_is_a_problem_and_not_repeated(server: Server, line: bytes) -> None:
    address = ("127.0.0.1", int(server.url.rpartition(":")[2]))
    with socket.create_connection(address, timeout=PATIENCE_S) as client:
        client.sendall(b"GET /jobs HTTP/1.1\r\nHost: x\r\n" + line + b"\r\n\r\n")
        answer = HTTPResponse(client)
        answer.begin()
        problem = json.load(answer)

    assert (answer.status, answer.headers["Content-Type"]) == (400, "application/problem+json")
    assert (problem["code"], problem["request_id"]) == ("bad_request", answer.headers["X-Request-ID"])
    assert "a-secret" not in json.dumps(problem) + server.log.read_text()


def test_broken_chunks_are_a_fault_of_who_sent_them(server: Server) -> None:
    address = ("127.0.0.1", int(server.url.rpartition(":")[2]))
    head = f"POST /jobs HTTP/1.1\r\nHost: x\r\nX-API-Key: {KEY}\r\nContent-Type: application/json\r\n"
    with socket.create_connection(address, timeout=PATIENCE_S) as client:
        client.sendall(head.encode() + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n")
        answer = HTTPResponse(client)
        answer.begin()

    assert (answer.status, json.load(answer)["code"]) == (400, "bad_request")


def test_many_at_once_with_one_document_store_it_once(server: Server, shared: Any) -> None:
    def submit(number: int) -> requests.Response:
        files = {"document": ("a.txt", b"The same words must be kept for all.")}
        return server.post("/jobs", data={"prompt": f"job {number}"}, files=files)

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(submit, range(32)))

    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["document"]["id"] for answer in answers}) == 1
    assert len({answer.json()["id"] for answer in answers}) == 32


def test_every_line_of_the_log_is_json_and_holds_no_key(server: Server) -> None:
    server.get("/jobs", params={"limit": "1"})

    lines = server.log.read_text().splitlines()

    assert {json.loads(line)["service"] for line in lines} == {"api"}
    assert any(json.loads(line).get("route") == "/jobs" for line in lines)
    assert KEY not in server.log.read_text()


class SlowUpload:
    """A POST /jobs whose body comes in two halves."""

    def __init__(self, server: Server) -> None:
        text = {"prompt": "Which?", "context": {"text": "A user must log in slowly."}}
        self._body = json.dumps(text).encode()
        address = server.url.removeprefix("http://").split(":")
        self._line = socket.create_connection((address[0], int(address[1])), timeout=PATIENCE_S)
        head = f"POST /jobs HTTP/1.1\r\nHost: x\r\nX-API-Key: {KEY}\r\nContent-Type: application/json\r\n"
        self._line.sendall(f"{head}Content-Length: {len(self._body)}\r\n\r\n".encode() + self._body[:20])

    def finish(self) -> HTTPResponse:
        self._line.sendall(self._body[20:])
        answer = HTTPResponse(self._line)
        answer.begin()
        return answer


def test_on_sigterm_it_turns_others_away_ends_what_runs_and_leaves_nothing(
    server: Server, shared: Any, home: Path
) -> None:
    until(lambda: len(psutil.Process(server.child.pid).children()) == 2)
    family = [psutil.Process(server.child.pid), *psutil.Process(server.child.pid).children(recursive=True)]
    slow = SlowUpload(server)
    assert "server" not in server.get("/ready").json()["checks"]

    server.child.terminate()

    until(lambda: "server" in server.get("/ready").json()["checks"])
    said = server.get("/ready")
    assert (said.status_code, said.json()["checks"]["server"]["ok"]) == (503, False)
    assert server.get("/jobs?limit=1").status_code == 200
    until(lambda: len(psutil.Process(server.child.pid).children()) == 1)  # the idle one has left
    answer = slow.finish()
    assert answer.status == 202
    assert shared.job_manager.get(UUID(json.loads(answer.read())["id"])).job.status == "created"
    assert server.child.wait(timeout=PATIENCE_S) == 0
    assert [process for process in family if process.is_running()] == []
    assert [path.name for path in home.iterdir()] == ["api.log"]
