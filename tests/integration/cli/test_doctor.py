"""`orchestrator doctor` on real servers, and what processes say of servers that are too old."""

from __future__ import annotations

import contextlib
import json
import os
import socketserver
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from orchestrator.stack.doctor import packages
from orchestrator.stack.ports import free_port

OLD = "redis_version:3.2.1\r\n"


class OldRedis(socketserver.StreamRequestHandler):
    """Answers INFO as a Redis of 2016 does, and any other command with an error."""

    def handle(self) -> None:
        while line := self.rfile.readline():
            words = []
            for _ in range(int(line[1:])):
                self.rfile.readline()
                words.append(self.rfile.readline().strip().upper())
            known = words[0] == b"INFO"
            self.wfile.write(f"${len(OLD)}\r\n{OLD}\r\n".encode() if known else b"-ERR unknown command\r\n")


@contextlib.contextmanager
def old_redis() -> Iterator[str]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), OldRedis) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"redis://127.0.0.1:{server.server_address[1]}/0?protocol=2"
        server.shutdown()


@pytest.fixture
def surroundings(database_url: str, valkey_url: str, tmp_path: Path) -> dict[str, str]:
    """A migrated database, a broker, and a port that is free."""
    return {
        "DATABASE_URL": database_url,
        "REDIS_URL": valkey_url,
        "ORCHESTRATOR_STATE_DIR": str(tmp_path),
        "ORCHESTRATOR_API_PORT": str(free_port()),
    }


def examined(run: Any, surroundings: dict[str, str]) -> tuple[int, dict[str, dict[str, Any]]]:
    ended = run("doctor", "-o", "json", **surroundings)
    return ended.code, {each["check"]: each for each in json.loads(ended.out)}


def test_what_is_well_and_what_is_missing(run: Any, surroundings: dict[str, str]) -> None:
    code, found = examined(run, surroundings)
    assert code == 1  # nobody leads, nobody works
    assert {name for name, each in found.items() if not each["well"]} == {"leader", "workers"}
    assert "start `orchestrator beat`" in found["leader"]["text"]
    assert {"database", "clock", "schema", "connections", "broker", "port", "disk", "packages"} <= set(found)


def test_what_neo4j_has_not_got_is_told_where_it_is_used(run: Any, surroundings: dict[str, str]) -> None:
    engine = create_engine(surroundings["DATABASE_URL"])
    with engine.begin() as connection:
        old = "INSERT INTO graph_intents (nodes, edges, created_at) VALUES ('[]', '[]', now() - interval '90 hours')"
        connection.execute(text(old))
    engine.dispose()
    _, found = examined(run, surroundings)
    assert "graph" not in found
    _, found = examined(run, surroundings | {"NEO4J_URI": "bolt://127.0.0.1:9"})
    assert not found["graph"]["well"]
    assert "1 writes wait for Neo4j, the oldest for 324" in found["graph"]["text"]


def test_each_thing_that_is_wrong_says_what_to_do(
    run: Any, surroundings: dict[str, str], make_database: Callable[..., str]
) -> None:
    _, found = examined(run, surroundings | {"DATABASE_URL": make_database()})
    assert "run `orchestrator db upgrade`" in found["schema"]["text"]
    _, found = examined(run, surroundings | {"DATABASE_URL": "postgresql://me:hidden@127.0.0.1:9/x"})
    assert "DATABASE_URL is right" in found["database"]["text"]
    assert "hidden" not in json.dumps(found)
    _, found = examined(run, surroundings | {"REDIS_URL": "redis://:hidden@127.0.0.1:9/0"})
    assert "REDIS_URL is right" in found["broker"]["text"]
    _, found = examined(run, surroundings | {"ORCHESTRATOR_DATABASE_POOL": "200", "ORCHESTRATOR_API_PROCESSES": "9"})
    assert "raise max_connections" in found["connections"]["text"]
    with socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler) as taken:
        _, found = examined(run, surroundings | {"ORCHESTRATOR_API_PORT": str(taken.server_address[1])})
        assert "set ORCHESTRATOR_API_PORT" in found["port"]["text"]


def test_a_name_with_two_owners_is_found() -> None:
    found = list(packages(lambda: {"api": ["requirement-orchestrator", "another"], "workers": ["one", "one"]}))
    assert [each.well for each in found] == [False]
    assert "api is brought by another and requirement-orchestrator" in found[0].text


def test_a_broker_that_is_too_old_is_refused_in_one_line(run: Any, surroundings: dict[str, str]) -> None:
    with old_redis() as url:
        _, found = examined(run, surroundings | {"REDIS_URL": url})
        assert found["broker"]["text"] == "Redis 3.2 is too old: upgrade it to 6.2 or newer"
        command = [sys.executable, "-P", "-m", "orchestrator.cli.main", "beat"]
        environment = {**os.environ, **surroundings, "REDIS_URL": url}
        ended = subprocess.run(  # noqa: S603 - our own command
            command, env=environment, capture_output=True, text=True, timeout=60, check=False
        )
    assert ended.returncode == 69
    assert "orchestrator: The broker is Redis 3.2, which is too old. Upgrade it" in ended.stderr
