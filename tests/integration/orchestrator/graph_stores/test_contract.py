"""The contract of the graph stores: on PostgreSQL's tables, and over Bolt on ArcadeDB and Neo4j."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from orchestrator.config import Settings, normalise_database_url
from orchestrator.domain.graph import DomainModel, Edge, EdgeType, GraphFacts, ModelObject, Node, NodeType
from orchestrator.errors import Conflict, Invalid
from orchestrator.graph_store import GraphStore
from orchestrator.graph_stores.neo4j import Neo4jGraphStore
from orchestrator.graph_stores.postgres import PostgresGraphStore
from orchestrator.storage.engine import session_factory

CUSTOMER = ModelObject("BO-Kunde", NodeType.BUSINESS_OBJECT, "Kunde", "", ("name",), ("Mieter",))
INVOICE = ModelObject("BO-Rechnung", NodeType.BUSINESS_OBJECT, "Rechnung", "Beleg", ("nummer", "datum"))
REQUEST = ModelObject("MSG-Anfrage", NodeType.MESSAGE, "Anfrage")
MODEL = DomainModel((CUSTOMER, INVOICE), (REQUEST,), (Edge("MSG-Anfrage", "BO-Kunde", EdgeType.USES_OBJECT),))
WRITERS = 4
ROUNDS = 12


TABLES = "graph_nodes, graph_edges, graph_assertions, graph_intents"
# What is read has to arrive first.
READS = frozenset({"model", "nodes", "nodes_of_type", "edges", "asserted", "neighbours", "counts"})


class Stage:
    """A store, called in one session; before a read, what was written is committed and brought where it is read."""

    def __init__(self, settings: Settings, engine: Engine, session: Session) -> None:
        self.settings = settings
        self.store = make_store(settings, engine)
        self.session = session

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            if name in READS:
                self.settle()
            return getattr(self.store, name)(self.session, *arguments, **named)

        return call

    def settle(self) -> None:
        """Commit, and bring it where it is read."""
        self.session.commit()
        self.store.catch_up()
        assert self.store.behind(self.session) == 0

    def one(self, statement: str) -> Any:
        """What one SQL statement says."""
        return self.session.scalar(text(statement))


def make_store(settings: Settings, engine: Engine) -> GraphStore:
    return Neo4jGraphStore(settings, session_factory(engine)) if settings.neo4j_uri else PostgresGraphStore()


@pytest.fixture(scope="module")
def url(make_database: Callable[..., str], migrated_template: str) -> str:
    return normalise_database_url(make_database(migrated_template))


@pytest.fixture(scope="module")
def engine(url: str) -> Iterator[Engine]:
    engine = create_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture(
    params=[
        "postgres",
        pytest.param("arcadedb", marks=pytest.mark.xdist_group("bolt")),
        pytest.param("neo4j", marks=pytest.mark.xdist_group("bolt")),
    ]
)
def graph_settings(request: pytest.FixtureRequest, url: str) -> Settings:
    """Settings that choose the store."""
    settings = Settings(database_url=url, redis_url="redis://127.0.0.1:1/0")
    if request.param == "postgres":
        return settings
    server: Any = request.getfixturevalue(request.param)
    chosen = {f"neo4j_{name}": value for name, value in server._asdict().items()}
    return replace(settings, **chosen, neo4j_connect_s=60.0, neo4j_total_s=90.0)


@pytest.fixture
def stage(graph_settings: Settings, engine: Engine) -> Iterator[Stage]:
    with Session(engine) as session:
        session.execute(text(f"TRUNCATE {TABLES}"))
        session.commit()
        stage = Stage(graph_settings, engine, session)
        if isinstance(stage.store, Neo4jGraphStore):
            stage.store.copy()
        stage.load_model(MODEL)
        session.commit()
        yield stage
        stage.store.close()


def requirement(number: int, **properties: str) -> Node:
    return Node(f"R-{number:04d}", NodeType.REQUIREMENT, {"name": f"Nr. {number}", **properties})


def facts(*numbers: int, kind: EdgeType = EdgeType.RELATES_TO_OBJECT, to: str = "BO-Kunde") -> GraphFacts:
    nodes = tuple(requirement(number) for number in numbers)
    return GraphFacts(nodes, tuple(Edge(node.key, to, kind, {"match": "exact"}) for node in nodes))


def test_model_comes_back_as_loaded(stage: Stage) -> None:
    assert stage.model() == MODEL


def test_loading_again_replaces_a_definition_and_leaves_requirements_alone(stage: Stage) -> None:
    stage.integrate(uuid4(), facts(1))
    bare = ModelObject("BO-Kunde", NodeType.BUSINESS_OBJECT, "Kunde")
    stage.load_model(DomainModel((bare,)))
    assert stage.model().objects == (bare, INVOICE)
    assert stage.counts()["nodes"] == {"BusinessObject": 2, "Message": 1, "Requirement": 1}


def test_a_changed_definition_voids_fulfilment_and_nothing_else(stage: Stage) -> None:
    stage.integrate(uuid4(), facts(1, kind=EdgeType.NOT_FULFILLED_BY_OBJECT))
    stage.integrate(uuid4(), facts(1))
    stage.integrate(uuid4(), facts(1, kind=EdgeType.NOT_FULFILLED_BY_OBJECT, to="BO-Rechnung"))
    grown = ModelObject("BO-Kunde", NodeType.BUSINESS_OBJECT, "Kunde", "", ("name", "geburtsdatum"))
    stage.load_model(DomainModel((grown, INVOICE)))
    left = [(edge.destination, edge.type) for edge in stage.neighbours("R-0001")]
    assert left == [
        ("BO-Kunde", EdgeType.RELATES_TO_OBJECT),
        ("BO-Rechnung", EdgeType.NOT_FULFILLED_BY_OBJECT),
    ]
    stage.integrate(uuid4(), facts(1, kind=EdgeType.FULFILLED_BY_OBJECT))


def test_integrating_twice_changes_nothing(stage: Stage) -> None:
    job = uuid4()
    stage.integrate(job, facts(1, 2))
    stage.settle()
    before = stage.session.execute(text("SELECT * FROM graph_nodes ORDER BY key")).all()
    stage.integrate(job, facts(2, 1, 2))
    assert stage.counts() == {
        "nodes": {"BusinessObject": 2, "Message": 1, "Requirement": 2},
        "edges": {"RELATES_TO_OBJECT": 2, "USES_OBJECT": 1},
    }
    assert stage.one("SELECT count(*) FROM graph_assertions") == 4
    assert stage.session.execute(text("SELECT * FROM graph_nodes ORDER BY key")).all() == before


def test_a_node_names_the_job_that_made_it(stage: Stage) -> None:
    first, second = uuid4(), uuid4()
    stage.integrate(first, facts(1))
    stage.integrate(second, facts(1))
    (node,) = stage.nodes(["R-0001", "R-9999"])
    assert node.properties == {"name": "Nr. 1", "sourceJobId": str(first)}


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (GraphFacts((Node("BO-Neu", NodeType.BUSINESS_OBJECT),)), "only `orchestrator graph load`"),
        (facts(1, to="BO-Fremd"), "BO-Fremd must be a BusinessObject but is not in the graph"),
        (facts(1, to="MSG-Anfrage"), "MSG-Anfrage must be a BusinessObject but is a Message"),
        (GraphFacts((), (Edge("MSG-Anfrage", "BO-Kunde", EdgeType.USES_OBJECT),)), "may not be written here"),
        (GraphFacts((Node("BO-Kunde", NodeType.REQUIREMENT),)), "cannot become a Requirement"),
    ],
)
def test_what_breaks_the_metamodel_is_refused(stage: Stage, bad: GraphFacts, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        stage.integrate(uuid4(), bad)


def test_a_contradiction_within_the_facts_is_a_conflict(stage: Stage) -> None:
    both = GraphFacts(
        (requirement(1),),
        (
            Edge("R-0001", "BO-Kunde", EdgeType.FULFILLED_BY_OBJECT),
            Edge("R-0001", "BO-Kunde", EdgeType.NOT_FULFILLED_BY_OBJECT),
        ),
    )
    with pytest.raises(Conflict) as caught:
        stage.integrate(uuid4(), both)
    assert caught.value.code == "contradiction"


def test_a_contradiction_with_the_graph_is_a_conflict(stage: Stage) -> None:
    stage.integrate(uuid4(), facts(1, kind=EdgeType.FULFILLED_BY_OBJECT))
    stage.settle()
    with pytest.raises(Conflict) as caught:
        stage.integrate(uuid4(), facts(1, kind=EdgeType.NOT_FULFILLED_BY_OBJECT))
    assert caught.value.details["stored"] == "FULFILLED_BY_OBJECT"


def test_a_contradiction_with_a_writer_at_the_same_time_is_a_conflict(engine: Engine, stage: Stage) -> None:
    stage.integrate(uuid4(), facts(1))
    stage.settle()
    with ThreadPoolExecutor(1) as pool, Session(engine) as other:
        stage.store.integrate(other, uuid4(), facts(1, kind=EdgeType.FULFILLED_BY_OBJECT))
        late = pool.submit(oppose, stage.settings)
        wait_for_a_blocked_writer(stage.session)
        other.commit()
        assert late.result(timeout=60) == "contradiction"


def wait_for_a_blocked_writer(session: Session) -> None:
    waits = text(
        "SELECT pg_sleep(0.01) IS NULL OR count(*) > 0 FROM pg_stat_activity "
        "WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    for _ in range(6000):
        if session.scalar(waits):
            return
        session.rollback()
    pytest.fail("the second writer never waited for the first")


def oppose(settings: Settings) -> str:
    engine = create_engine(settings.database_url)
    try:
        with Session(engine) as session:
            edges = facts(1, kind=EdgeType.NOT_FULFILLED_BY_OBJECT).edges
            make_store(settings, engine).integrate(session, uuid4(), GraphFacts((), edges))
            session.commit()
    except Conflict as error:
        return error.code
    finally:
        engine.dispose()
    return "written"


def test_retracting_requirements_leaves_the_others_and_what_another_job_asserts(stage: Stage) -> None:
    first, second = uuid4(), uuid4()
    links = (Edge("R-0001", "R-0002", EdgeType.REFINES), Edge("R-0003", "R-0001", EdgeType.DEPENDS_ON))
    stage.integrate(first, facts(1, 2, 3))
    stage.integrate(first, GraphFacts((), links))
    stage.integrate(second, facts(2))

    assert stage.retract_requirements(first, ["R-0001", "R-0002"]) == 4
    assert [node.key for node in stage.nodes(["R-0001", "R-0002", "R-0003"])] == ["R-0002", "R-0003"]
    assert [edge.source for edge in stage.edges(after=None, limit=10)] == ["MSG-Anfrage", "R-0002", "R-0003"]
    assert stage.retract_requirements(first, ["R-0001", "R-0002"]) == 0
    assert stage.retract(first) == 2
    assert stage.retract(second) == 2


def test_retract_removes_only_what_no_other_job_asserts(stage: Stage) -> None:
    first, second = uuid4(), uuid4()
    stage.integrate(first, facts(1, 2))
    stage.integrate(second, facts(2, 3))
    assert stage.retract(first) == 2
    assert [node.key for node in stage.nodes(["R-0001", "R-0002", "R-0003"])] == ["R-0002", "R-0003"]
    assert stage.nodes(["R-0002"])[0].properties["sourceJobId"] == str(second)
    assert stage.retract(first) == 0
    assert stage.retract(second) == 4
    assert stage.counts() == {"nodes": {"BusinessObject": 2, "Message": 1}, "edges": {"USES_OBJECT": 1}}


def test_an_edge_keeps_its_requirements_alive(stage: Stage) -> None:
    first, second = uuid4(), uuid4()
    stage.integrate(first, facts(1, 2))
    stage.integrate(second, GraphFacts((), (Edge("R-0001", "R-0002", EdgeType.DEPENDS_ON),)))
    assert stage.retract(first) == 2
    assert [edge.type for edge in stage.neighbours("R-0001")] == [EdgeType.DEPENDS_ON]


def test_neighbours_are_ordered_and_bounded(stage: Stage) -> None:
    stage.integrate(uuid4(), facts(3, 1, 2))
    found = stage.neighbours("BO-Kunde", limit=2)
    assert [edge.source for edge in found] == ["MSG-Anfrage", "R-0001"]


def test_nodes_are_listed_by_type_page_by_page(stage: Stage) -> None:
    stage.integrate(uuid4(), facts(1, 2, 3))
    pages = [
        [node.key for node in stage.nodes_of_type(NodeType.REQUIREMENT, after=after, limit=2)]
        for after in ("", "R-0002")
    ]
    assert pages == [["R-0001", "R-0002"], ["R-0003"]]
    assert len(stage.nodes_of_type(None, after="", limit=10)) == 6


def test_edges_come_page_by_page_in_one_order(stage: Stage) -> None:
    stage.integrate(uuid4(), facts(2, 1))
    stage.integrate(uuid4(), facts(1, to="BO-Rechnung", kind=EdgeType.IMPACTS_OBJECT))
    first = stage.edges(after=None, limit=3)
    rest = stage.edges(after=first[-1], limit=3)
    expected = [
        ("MSG-Anfrage", "BO-Kunde"),
        ("R-0001", "BO-Kunde"),
        ("R-0001", "BO-Rechnung"),
        ("R-0002", "BO-Kunde"),
    ]
    assert [(edge.source, edge.destination) for edge in (*first, *rest)] == expected

    bare = tuple(Node(f"{key}-bare", NodeType.REQUIREMENT, {"name": key}) for key in ("A", "R-0001", "R-0002", "Z"))
    stage.integrate(uuid4(), GraphFacts(bare, ()))
    one_by_one: list[Edge] = []
    while page := stage.edges(after=one_by_one[-1] if one_by_one else None, limit=1):
        one_by_one += page
    assert [(edge.source, edge.destination) for edge in one_by_one] == expected


def test_properties_of_every_kind_come_back_as_they_were(stage: Stage) -> None:
    properties = {
        "name": "Grüße \u2028 'und' \\ \U0001f600",
        "confidence": 1.0,
        "number": 2**40,
        "huge": 2**70,
        "yes": True,
        "nothing": None,
        "list": ["a", "b"],
        "none": [],
        "mixed": [1, "a", None],
        "words": [[0, 3], [7, 9]],
        "deep": {"a": {"b": [1.5]}},
        "key": "R-9999",
        "fence": 0,
        "restJson": "{}",
    }
    evidence = {name: value for name, value in properties.items() if name != "name"}
    edge = Edge("R-0001", "BO-Kunde", EdgeType.RELATES_TO_OBJECT, evidence)
    stage.integrate(uuid4(), GraphFacts((Node("R-0001", NodeType.REQUIREMENT, properties),), (edge,)))
    (node,) = stage.nodes_of_type(NodeType.REQUIREMENT, after="", limit=2)
    assert stage.nodes(["R-0001"])[0].properties == node.properties
    assert {name: value for name, value in node.properties.items() if name != "sourceJobId"} == properties
    assert stage.neighbours("R-0001")[0].properties == evidence


def test_four_writers_of_the_same_facts_neither_deadlock_nor_double(stage: Stage) -> None:
    jobs = [uuid4() for _ in range(WRITERS)]
    with ProcessPoolExecutor(WRITERS, mp_context=get_context("fork")) as pool:
        written = list(pool.map(write, itertools.repeat(stage.settings), jobs, range(WRITERS), timeout=90))
    assert written == [ROUNDS] * WRITERS
    assert stage.counts()["nodes"]["Requirement"] == 40
    assert stage.counts()["edges"]["RELATES_TO_OBJECT"] == 80
    assert stage.one("SELECT count(*) FROM graph_assertions") == WRITERS * 120


def write(settings: Settings, job: UUID, writer: int) -> int:
    """Each writer sends the same 40 requirements and 80 edges in its own order, ROUNDS times."""
    engine = create_engine(settings.database_url)
    store = make_store(settings, engine)
    done = 0
    for turn in range(ROUNDS):
        numbers = sorted(range(40), key=lambda number: hash((number * 7919 + writer * 31 + turn) % 41))
        both = [facts(*numbers), facts(*numbers, to="BO-Rechnung")]
        merged = GraphFacts(both[0].nodes, both[0].edges + both[1].edges)
        with Session(engine) as session:
            store.integrate(session, job, merged)
            session.commit()
        store.catch_up()
        done += 1
    store.close()
    engine.dispose()
    return done
