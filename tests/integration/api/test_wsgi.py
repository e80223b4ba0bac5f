"""The API as a user meets it: a gunicorn process and real HTTP."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests

KEY = "a-preset-key-needs-no-form"
BINARY = Path(sys.executable).with_name("orchestrator")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """A running `orchestrator api`."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.url = f"http://127.0.0.1:{environment['ORCHESTRATOR_API_PORT']}"
        self.headers = {"X-API-Key": KEY}
        self.log = log
        with log.open("wb") as stream:
            self.child = subprocess.Popen([BINARY, "api"], env=environment, stderr=stream, start_new_session=True)

    def wait(self) -> None:
        limit = time.monotonic() + 30
        while time.monotonic() < limit:
            try:
                if requests.get(f"{self.url}/health", timeout=10).ok:
                    return
            except requests.ConnectionError:
                time.sleep(0.05)
        raise AssertionError(self.log.read_text())

    def post(self, path: str, **options: Any) -> requests.Response:
        return requests.post(self.url + path, headers=self.headers, timeout=20, **options)

    def get(self, path: str, **options: Any) -> requests.Response:
        return requests.get(self.url + path, headers=self.headers, timeout=20, **options)


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
    answer = requests.post(f"{server.url}/jobs", data=pieces, headers=headers, timeout=20)

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


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


def test_it_stops_on_sigterm_and_leaves_nothing(server: Server, home: Path) -> None:
    family = [psutil.Process(server.child.pid), *psutil.Process(server.child.pid).children(recursive=True)]

    server.child.terminate()
    code = server.child.wait(timeout=15)

    assert code == 0
    assert [process for process in family if process.is_running()] == []
    assert [path.name for path in home.iterdir()] == ["api.log"]
