"""Neo4j follows the tables, whatever dies or is away meanwhile."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner
from neo4j import GraphDatabase
from sqlalchemy import text

from orchestrator.bootstrap import Orchestrator, build
from orchestrator.cli.graph import graph
from orchestrator.config import Settings
from orchestrator.domain.graph import Edge, EdgeType, GraphFacts, Node, NodeType
from orchestrator.errors import Unavailable
from orchestrator.graph_stores.neo4j import Neo4jGraphStore
from orchestrator.observability import failpoints

pytestmark = pytest.mark.xdist_group("bolt")

MODEL = {"business_objects": [{"boid": "BO-Kunde", "name": "Kunde"}]}
NODES = tuple(Node(f"R-{number}", NodeType.REQUIREMENT, {"name": f"Nr. {number}"}) for number in range(3))
FACTS = GraphFacts(NODES, tuple(Edge(node.key, "BO-Kunde", EdgeType.RELATES_TO_OBJECT) for node in NODES))
WRITTEN = {"nodes": {"BusinessObject": 1, "Requirement": 3}, "edges": {"RELATES_TO_OBJECT": 3}}
CONTENT = (
    "SELECT key, type, name, properties, source_job_id FROM graph_nodes ORDER BY key",
    "SELECT source, destination, type, properties, source_job_id FROM graph_edges ORDER BY 1, 2, 3",
    "SELECT job_id, node_key, e.source, e.type FROM graph_assertions a LEFT JOIN graph_edges e ON e.id = edge_id "
    "ORDER BY 1, 2, 3",
)
BARE = {"nodes": {"BusinessObject": 1}, "edges": {}}


class Stage:
    """The services on a database with a model, and a Neo4j that has it."""

    def __init__(self, settings: Settings, server: Any) -> None:
        self.server = server
        chosen = {f"neo4j_{name}": value for name, value in server._asdict().items()}
        self.settings = replace(settings, **chosen, neo4j_connect_s=60.0, neo4j_total_s=90.0)
        self.orchestrator = build(self.settings)
        self.store = store_of(self.orchestrator)
        self.orchestrator.graph.load(MODEL)
        self.store.copy()
        self.store.catch_up()

    def integrate(self, job: Any) -> None:
        with self.orchestrator.sessions.begin() as session:
            self.store.integrate(session, job, FACTS)

    def behind(self) -> int:
        with self.orchestrator.sessions() as session:
            return self.store.behind(session)

    def counts(self) -> dict[str, Any]:
        with self.orchestrator.sessions() as session:
            return self.store.counts(session)

    def ask(self, statement: str, **values: Any) -> list[dict[str, Any]]:
        """What Neo4j answers to anybody."""
        with GraphDatabase.driver(self.server.uri, auth=(self.server.username, self.server.password)) as driver:
            return [row.data() for row in driver.execute_query(statement, values, database_=self.server.database)[0]]

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with self.orchestrator.sessions() as session:
            return [tuple(row) for row in session.execute(text(statement))]

    def sql(self, statement: str) -> None:
        with self.orchestrator.sessions.begin() as session:
            session.execute(text(statement))


def bolt_environment(server: Any) -> list[tuple[str, str]]:
    return [(f"NEO4J_{name.upper()}", value) for name, value in server._asdict().items()]


def store_of(orchestrator: Orchestrator) -> Neo4jGraphStore:
    store = orchestrator.graph._store
    assert isinstance(store, Neo4jGraphStore)
    return store


@pytest.fixture
def stage(settings: Settings, arcadedb: Any) -> Iterator[Stage]:
    stage = Stage(settings, arcadedb)
    yield stage
    stage.orchestrator.close()


def catch_up(settings: Settings, directory: str) -> None:
    """In a process of its own, which stops where it is told to."""
    failpoints._directory = directory
    orchestrator = build(settings)
    orchestrator.graph.catch_up()
    orchestrator.close()


@pytest.fixture
def hold(stage: Stage, tmp_path: Path) -> Iterator[Callable[[str], tuple[BaseProcess, Path]]]:
    """`hold(place)` starts a process that catches up and waits until it is held there."""
    started: list[BaseProcess] = []

    def start(place: str) -> tuple[BaseProcess, Path]:
        (tmp_path / f"{place}.graph_update").touch()
        arguments = (stage.settings, str(tmp_path))
        stage.orchestrator.engine.dispose()  # a connection that two processes have is ended by the first to end
        process = multiprocessing.get_context("fork").Process(target=catch_up, args=arguments)
        process.start()
        started.append(process)
        held = tmp_path / f"{place}.graph_update.{process.pid}"
        wait(held.exists)
        return process, held

    yield start
    for process in started:
        process.kill()
        process.join(30)


def wait(condition: Callable[[], Any]) -> None:
    until = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < until, "not within 60 s"
        time.sleep(0.02)


def test_what_a_killed_process_wrote_is_written_again_and_nothing_is_there_twice(stage: Stage, hold: Any) -> None:
    stage.integrate(uuid4())
    process, _ = hold("after_neo4j")
    os.kill(process.pid, signal.SIGKILL)
    process.join(30)

    assert (stage.counts(), stage.behind()) == (WRITTEN, 1)
    assert stage.store.catch_up() == 1
    assert (stage.counts(), stage.behind()) == (WRITTEN, 0)


def test_a_process_that_lost_its_lock_writes_nothing_any_more(stage: Stage, hold: Any) -> None:
    job = uuid4()
    stage.integrate(job)
    process, held = hold("before_neo4j")
    stage.sql(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    with stage.orchestrator.sessions.begin() as session:
        stage.store.retract(session, job)
    assert stage.store.catch_up() == 2
    held.unlink()
    process.join(60)
    assert process.exitcode == 1
    assert (stage.counts(), stage.behind()) == (BARE, 0)


def test_each_fact_tells_who_asserts_it(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orchestrator.graph_stores.following.FACTS", 1)  # one intent after the other
    jobs = sorted(str(uuid4()) for _ in range(2))
    for job in jobs:
        stage.integrate(job)
    assert stage.store.catch_up() == 2
    assert stage.ask("MATCH (n:Requirement)-[e]->() RETURN DISTINCT n.assertedBy AS node, e.assertedBy AS edge") == [
        {"node": jobs, "edge": jobs}
    ]
    assert {row["n"] for row in stage.ask("MATCH (n:Requirement) RETURN n.sourceJobId AS n")} == {jobs[0]}


def test_a_neo4j_that_is_away_holds_up_nothing_and_gets_all_later(stage: Stage) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        away = replace(stage.settings, neo4j_uri=f"bolt://127.0.0.1:{port}", neo4j_connect_s=0.3, neo4j_total_s=0.5)
        orchestrator = build(away)
        with orchestrator.sessions.begin() as session:
            store_of(orchestrator).integrate(session, uuid4(), FACTS)
        for _ in range(2):
            with pytest.raises(Unavailable, match="Neo4j"):
                orchestrator.graph.catch_up()
        orchestrator.close()
    refusing = build(replace(away, neo4j_total_s=30.0))
    for said in ("does not answer", "did not answer a moment ago"):
        with pytest.raises(Unavailable, match=said):
            refusing.graph.show()
    refusing.close()
    assert (stage.counts(), stage.behind()) == (BARE, 1)
    stage.store.catch_up()
    assert (stage.counts(), stage.behind()) == (WRITTEN, 0)


def test_an_empty_neo4j_gets_what_the_tables_had_before_it(stage: Stage) -> None:
    stage.integrate(uuid4())
    stage.sql("TRUNCATE graph_intents")
    stage.ask("MATCH (n) DETACH DELETE n")
    assert stage.counts() == {"nodes": {}, "edges": {}}
    stage.store.catch_up()
    assert stage.counts() == WRITTEN


def test_copying_removes_what_this_store_wrote_and_leaves_the_nodes_of_others(stage: Stage) -> None:
    stage.integrate(uuid4())
    stage.store.catch_up()
    stage.sql("DELETE FROM graph_nodes WHERE type = 'Requirement'")
    stage.ask("CREATE (:Message {key: 'theirs'})")
    stage.store.copy()
    assert stage.counts() == BARE
    assert stage.ask("MATCH (n:Message) RETURN n.key AS key") == [{"key": "theirs"}]
    stage.ask("MATCH (n:Message) DELETE n")


def test_a_graph_migrates_to_neo4j_and_back_without_loss(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):
        stage.integrate(uuid4())
    strange = {"words": [[0, 3]], "huge": 2**70, "nothing": None, "name": "Ä"}
    with stage.orchestrator.sessions.begin() as session:
        stage.store.integrate(session, uuid4(), GraphFacts((Node("R-0", NodeType.REQUIREMENT, strange),)))
    tables = [stage.rows(statement) for statement in CONTENT]
    monkeypatch.setattr("orchestrator.graph_stores.migration.PAGE", 2)
    for name, value in (("DATABASE_URL", stage.settings.database_url), *bolt_environment(stage.server)):
        monkeypatch.setenv(name, value)

    def migrate(target: str) -> tuple[int, dict[str, int]]:
        ended = CliRunner().invoke(graph, ["migrate", "--to", target, "-o", "json"])
        return ended.exit_code, json.loads(ended.stdout)

    same = {"nodes": 4, "edges": 3, "assertions": 13, "missing": 0, "extra": 0, "different": 0}
    assert migrate("neo4j") == (0, same)
    stage.sql("TRUNCATE graph_nodes, graph_edges, graph_assertions, graph_intents")
    assert migrate("postgres") == (0, same)
    assert [stage.rows(statement) for statement in CONTENT] == tables

    stage.ask("MATCH (n:Requirement {key: 'R-1'}) SET n.name = 'other'")
    stage.sql("DELETE FROM graph_nodes WHERE key = 'R-2'")
    assert stage.orchestrator.graph_migration is not None
    compared = stage.orchestrator.graph_migration.compare()
    assert (compared.missing, compared.extra, compared.different) == (0, 2, 1)
