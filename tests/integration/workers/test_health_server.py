"""The health server alone: what it answers, to how many, and on which port."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from workers.health import CLIENTS, HealthServer
from workers.vitals import Vitals

ROW = {"id": "creator-1", "kind": "creator", "host": "h", "pid": 7, "slots": 2, "version": "1"}


@pytest.fixture
def server() -> Iterator[HealthServer]:
    made = HealthServer("127.0.0.1", 0, Vitals(ROW, 60.0, lambda: [{"id": 5, "pid": 9}]))
    made.start()
    yield made
    made.shutdown()
    made.server_close()


def ask(server: HealthServer, path: str) -> tuple[int, Any, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=30)
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read()), answer.headers["X-Agent-Id"]


def test_health_needs_nobody(server: HealthServer) -> None:
    assert ask(server, "/health") == (200, {"status": "alive", "agent": "creator-1"}, "creator-1")


def test_ready_needs_fresh_answers_of_both_servers_and_no_drain(server: HealthServer) -> None:
    checks = {"registered": False, "database": False, "broker": False, "accepting": True}
    assert ask(server, "/ready")[:2] == (503, {"status": "not_ready", "checks": checks})
    server.vitals.answered("database")
    assert ask(server, "/ready")[0] == 503
    server.vitals.answered("broker")
    assert ask(server, "/ready?verbose")[:2] == (200, {"status": "ready", "checks": dict.fromkeys(checks, True)})
    server.vitals.draining = True
    assert ask(server, "/ready")[1]["checks"] == dict.fromkeys(checks, True) | {"accepting": False}
    server.vitals = Vitals(ROW, 0.05, list)
    for name in ("database", "broker"):
        server.vitals.answered(name)
    time.sleep(0.1)
    stale = {"database": False, "broker": False}
    assert ask(server, "/ready")[1]["checks"] == dict.fromkeys(checks, True) | stale


def test_status_tells_what_runs(server: HealthServer) -> None:
    status = ask(server, "/status")[1]
    assert status.items() >= (ROW | {"running": 1, "steps": [{"id": 5, "pid": 9}], "last_claim_at": None}).items()
    server.vitals.claimed()
    assert ask(server, "/status")[1]["last_claim_at"].endswith("+00:00")


@pytest.mark.parametrize("path", ["/", "/healthy", "/%00", "/health/x"])
def test_there_is_nothing_else(server: HealthServer, path: str) -> None:
    assert ask(server, path)[0] == 404


def test_garbage_and_silent_clients_do_not_keep_others_out(server: HealthServer) -> None:
    with ExitStack() as open_ones:
        clients = [socket.create_connection(server.server_address[:2], timeout=5) for _ in range(CLIENTS - 1)]
        for client in clients:
            open_ones.enter_context(client)
        clients[0].sendall(b"\x00\xff\r\n\r\n")
        assert ask(server, "/health")[0] == 200


def test_more_than_so_many_clients_are_turned_away(server: HealthServer) -> None:
    with ExitStack() as open_ones:
        for _ in range(CLIENTS):
            open_ones.enter_context(socket.create_connection(server.server_address[:2], timeout=5))
        with pytest.raises((http.client.HTTPException, OSError)):
            ask(server, "/health")
    assert eventually(server) == 200


def eventually(server: HealthServer) -> int:
    until = time.monotonic() + 60
    while True:
        try:
            return ask(server, "/health")[0]
        except (http.client.HTTPException, OSError):
            if time.monotonic() > until:
                raise


def test_a_port_that_is_taken_is_given_up_for_a_free_one(server: HealthServer) -> None:
    other = HealthServer("127.0.0.1", server.server_port, server.vitals)
    other.server_close()
    assert other.server_port not in (0, server.server_port)
    assert other.url == f"http://127.0.0.1:{other.server_port}"


def test_on_every_address_it_is_reached_by_the_machine_s_name(server: HealthServer) -> None:
    other = HealthServer("0.0.0.0", 0, server.vitals)  # noqa: S104 - for as long as the test
    other.server_close()
    assert other.url == f"http://{socket.gethostname()}:{other.server_port}"


def test_an_address_of_another_machine_is_refused(server: HealthServer) -> None:
    with pytest.raises(OSError, match=r"."):
        HealthServer("203.0.113.1", 0, server.vitals)
