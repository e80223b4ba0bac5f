"""The API while its servers are away, full or busy: a clear refusal, nothing half-done, and it goes on by itself."""

from __future__ import annotations

import contextlib
import io
import os
import pwd
import selectors
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url

from api.app import create_app
from orchestrator.bootstrap import build
from orchestrator.stack.ports import free_port

KEY = "ro_test_abcd1234_0123456789abcdef0123456789abcdef"
HEADERS = {"X-API-Key": KEY}
JOB = {"prompt": "Which?", "context": {"text": "A clerk must sign."}, "deduplicate": False}


class Gate:
    """Stands before a server; while it is shut, its connections are cut and new ones refused."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._pairs: list[socket.socket] = []
        self._listening: socket.socket | None = None
        self.port = free_port()  # none that a connection of another test may take while it is shut
        self.open()

    def open(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=(self._listening,), daemon=True).start()

    def shut(self) -> None:
        if self._listening is not None:
            self._listening.shutdown(socket.SHUT_RDWR)
            self._listening.close()
        self._listening = None
        for line in self._pairs:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        self._pairs.clear()

    def _accept(self, listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listening.accept()
                far = socket.create_connection(self._target)
                self._pairs += [near, far]
                threading.Thread(target=_carry, args=(near, far), daemon=True).start()


def _carry(near: socket.socket, far: socket.socket) -> None:
    with selectors.DefaultSelector() as selector, near, far, contextlib.suppress(OSError):
        selector.register(near, selectors.EVENT_READ, far)
        selector.register(far, selectors.EVENT_READ, near)
        while True:
            for key, _ in selector.select():
                data = key.fileobj.recv(65536)  # type: ignore[union-attr]
                if not data:
                    return
                key.data.sendall(data)


@pytest.fixture
def gate(stage: Any) -> Iterator[Gate]:
    url = make_url(stage.orchestrator.settings.database_url)
    made = Gate(str(url.host), int(url.port or 5432))
    yield made
    made.shut()


def client_of(stage: Any, **changes: Any) -> Any:
    return create_app(build(replace(stage.orchestrator.settings, **changes))).test_client()


def test_without_a_database_requests_are_put_off_and_it_recovers_alone(stage: Any, gate: Gate) -> None:
    url = make_url(stage.orchestrator.settings.database_url).set(host="127.0.0.1", port=gate.port)
    client = client_of(stage, database_url=url.render_as_string(hide_password=False))
    assert client.post("/jobs", json=JOB, headers=HEADERS).status_code == 202

    gate.shut()
    for method, path in (("GET", "/jobs"), ("POST", "/jobs"), ("GET", "/agents")):
        answer = client.open(path, method=method, json=JOB if method == "POST" else None, headers=HEADERS)
        assert (answer.status_code, answer.get_json()["code"]) == (503, "unavailable")
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.content_type == "application/problem+json"
    assert client.get("/health").status_code == 200
    assert client.get("/ready").get_json()["checks"]["database"]["ok"] is False

    gate.open()
    assert client.post("/jobs", json=JOB, headers=HEADERS).status_code == 202
    assert stage.count("jobs") == 2


def test_a_broker_that_is_frozen_or_away_delays_no_submit(stage: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as frozen:  # takes connections and never answers
        for port in (frozen.getsockname()[1], 1):
            client = client_of(stage, redis_url=f"redis://:x@127.0.0.1:{port}/0")
            assert client.post("/jobs", json=JOB, headers=HEADERS).status_code == 202
            assert client.get("/ready").get_json()["checks"]["broker"]["ok"] is False


def test_without_a_free_connection_a_request_is_turned_away_in_time(stage: Any) -> None:
    services = build(replace(stage.orchestrator.settings, database_pool=1, database_pool_wait_s=0.2))
    client = create_app(services).test_client()

    with contextlib.ExitStack() as held:
        for _ in range(2):
            held.enter_context(services.engine.connect())
        answer = client.post("/jobs", json=JOB, headers=HEADERS)
        assert (answer.status_code, answer.get_json()["code"]) == (503, "busy")
        assert "Retry-After" in answer.headers

    assert client.post("/jobs", json=JOB, headers=HEADERS).status_code == 202
    services.close()


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system of 1 MB that PostgreSQL may write to."""
    place = Path(tempfile.mkdtemp(prefix="orchestrator-small-", dir="/var/tmp"))
    mounted = subprocess.run(  # noqa: S603 - fixed words
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place],  # noqa: S607 - found by PATH
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        place.rmdir()
        pytest.skip(f"needs the right to mount a file system: {mounted.stderr.strip()}")
    account = pwd.getpwnam("nobody")
    subprocess.run(["chown", f"{account.pw_uid}:{account.pw_gid}", place], check=True)  # noqa: S603, S607 - fixed words
    yield place
    subprocess.run(["umount", "-l", place], check=True)  # noqa: S603, S607 - fixed words
    place.rmdir()


def test_a_full_disk_refuses_uploads_and_they_resume_when_there_is_room(
    stage: Any, call: Any, small_disk: Path
) -> None:
    def run(statement: str) -> None:
        with stage.orchestrator.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(statement))

    def upload() -> Any:
        content = os.urandom(1_400_000).hex()  # does not pack
        return call("POST", "/documents", data={"document": (io.BytesIO(content.encode()), "a.txt")})

    run(f"CREATE TABLESPACE small LOCATION '{small_disk}'")
    try:
        run("ALTER TABLE document_chunks SET TABLESPACE small")
        answer = upload()
        assert (answer.status_code, answer.get_json()["code"]) == (507, "storage_full")
        assert "Retry-After" in answer.headers
        assert stage.count("documents") == 0
        subprocess.run(["mount", "-o", "remount,size=64m", small_disk], check=True)  # noqa: S603, S607 - fixed words
        assert upload().status_code == 201
    finally:
        run("ALTER TABLE document_chunks SET TABLESPACE pg_default")
        run("DROP TABLESPACE small")
