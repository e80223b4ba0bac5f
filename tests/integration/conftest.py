"""A migrated database per test, copied from one template; a Bolt server for the graph."""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import os
import secrets
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from neo4j import GraphDatabase
from neo4j.exceptions import DriverError, Neo4jError

from orchestrator.bootstrap import Orchestrator, build
from orchestrator.config import Settings
from orchestrator.stack.ports import free_port

MakeDatabase = Callable[..., str]
BOLT_START_S = 240.0
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


@pytest.fixture
def database_url(make_database: MakeDatabase, migrated_template: str) -> str:
    """A migrated database of the test's own."""
    return make_database(migrated_template)


@pytest.fixture
def settings(database_url: str, valkey_url: str, tmp_path: Path) -> Settings:
    """Settings with short waits, so that a recovery takes a second."""
    return Settings(
        database_url=database_url,
        redis_url=valkey_url,
        state_dir=tmp_path / "state",
        heartbeat_s=0.3,
        lease_s=1.0,
        leader_ttl_s=2.0,
        leader_renew_s=0.4,
        tick_s=0.2,
        dispatched_timeout_s=1.2,
        agent_timeout_s=30.0,
        backoff_base_s=0.1,
        finish_retry_s=10.0,
    )


@pytest.fixture
def make_orchestrator(settings: Settings) -> Iterator[Callable[..., Orchestrator]]:
    """`make_orchestrator(**changed_settings)` wires the services on the test's database."""
    made: list[Orchestrator] = []

    def make(**changes: Any) -> Orchestrator:
        made.append(build(replace(settings, **changes)))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def orchestrator(make_orchestrator: Callable[..., Orchestrator]) -> Orchestrator:
    """The services on the test's database."""
    return make_orchestrator()


class BoltServer(NamedTuple):
    """A Neo4j, or what speaks its protocol: how to get in."""

    uri: str
    username: str
    password: str
    database: str


@pytest.fixture(scope="session")
def arcadedb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BoltServer]:
    """ArcadeDB on a free port of 127.0.0.1, with an empty database."""
    place = tmp_path_factory.mktemp("arcadedb")
    wheel = _wheel()
    port = free_port()  # none that a connection of another test may take before Java is up
    server = BoltServer(f"bolt://127.0.0.1:{port}", "root", secrets.token_hex(16), "graph")
    with (place / "log.txt").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - a program of the project
            _command(wheel, place, port, server), stdout=log, stderr=log, cwd=place, preexec_fn=_die_with_the_tests
        )
        try:
            _wait(server, process, place / "log.txt")
            yield server
        finally:
            process.kill()
            process.wait(timeout=30)


@pytest.fixture(scope="session")
def neo4j() -> BoltServer:
    """The Neo4j that is there for tests: what these stores wrote there is removed."""
    uri = os.environ.get("NEO4J_TEST_URI")
    if not uri:
        pytest.skip("NEO4J_TEST_URI names no Neo4j")
    names = ("NEO4J_TEST_USERNAME", "neo4j"), ("NEO4J_TEST_PASSWORD", ""), ("NEO4J_TEST_DATABASE", "")
    return BoltServer(uri, *(os.environ.get(name, usual) for name, usual in names))


def _wheel() -> Path:
    found = importlib.util.find_spec("arcadedb_embedded")
    if found is None or found.origin is None:
        missing = "arcadedb-embedded is not installed (pip install -e '.[bolt-test]')"
        if os.environ.get("CI"):
            pytest.fail(f"{missing}, and CI must test Bolt")
        pytest.skip(missing)
    return Path(found.origin).parent


def _command(wheel: Path, place: Path, port: int, server: BoltServer) -> list[str]:
    settings = {
        "server.rootPath": place,
        "server.rootPassword": server.password,
        "server.httpIncomingHost": "127.0.0.1",
        "server.httpIncomingPort": 0,
        "server.plugins": "Bolt:com.arcadedb.bolt.BoltProtocolPlugin",
        "server.defaultDatabases": f"{server.database}[root]",
        "bolt.host": "127.0.0.1",
        "bolt.port": port,
    }
    options = [f"-Darcadedb.{name}={value}" for name, value in settings.items()]
    java = ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true"]
    classes = ["-cp", f"{wheel}/jars/*", "com.arcadedb.server.ArcadeDBServer"]
    return [f"{wheel}/jre/bin/java", *java, *options, *classes]


def _wait(server: BoltServer, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + BOLT_START_S
    with GraphDatabase.driver(server.uri, auth=(server.username, server.password), connection_timeout=2) as driver:
        while process.poll() is None and time.monotonic() < until:
            with contextlib.suppress(DriverError, Neo4jError):
                driver.execute_query("RETURN 1", database_=server.database)
                return
            time.sleep(0.1)
    pytest.fail(f"ArcadeDB did not start:\n{log.read_text()[-2000:]}")


def _die_with_the_tests() -> None:
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
