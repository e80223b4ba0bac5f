"""The graph contract on a real PostgreSQL."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from uuid import UUID, uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from orchestrator.config import normalise_database_url
from orchestrator.domain.graph import DomainModel, Edge, EdgeType, GraphFacts, ModelObject, Node, NodeType
from orchestrator.errors import Conflict, Invalid
from orchestrator.graph_stores.postgres import PostgresGraphStore
from orchestrator.storage import migrate

STORE = PostgresGraphStore()
CUSTOMER = ModelObject("BO-Kunde", NodeType.BUSINESS_OBJECT, "Kunde", "", ("name",), ("Mieter",))
INVOICE = ModelObject("BO-Rechnung", NodeType.BUSINESS_OBJECT, "Rechnung", "Beleg", ("nummer", "datum"))
REQUEST = ModelObject("MSG-Anfrage", NodeType.MESSAGE, "Anfrage")
MODEL = DomainModel((CUSTOMER, INVOICE), (REQUEST,), (Edge("MSG-Anfrage", "BO-Kunde", EdgeType.USES_OBJECT),))
WRITERS = 4
ROUNDS = 12


@pytest.fixture(scope="module")
def url(make_database) -> str:
    made = make_database()
    migrate.upgrade(made)
    return normalise_database_url(made)


@pytest.fixture(scope="module")
def engine(url: str) -> Iterator[Engine]:
    engine = create_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with Session(engine) as session:
        session.execute(text("TRUNCATE graph_nodes, graph_edges, graph_assertions"))
        STORE.load_model(session, MODEL)
        session.commit()
        yield session


def requirement(number: int, **properties: str) -> Node:
    return Node(f"R-{number:04d}", NodeType.REQUIREMENT, {"name": f"Nr. {number}", **properties})


def facts(*numbers: int, kind: EdgeType = EdgeType.RELATES_TO_OBJECT, to: str = "BO-Kunde") -> GraphFacts:
    nodes = tuple(requirement(number) for number in numbers)
    return GraphFacts(nodes, tuple(Edge(node.key, to, kind, {"match": "exact"}) for node in nodes))


def test_model_comes_back_as_loaded(session: Session) -> None:
    assert STORE.model(session) == MODEL


def test_loading_again_replaces_a_definition_and_leaves_requirements_alone(session: Session) -> None:
    STORE.integrate(session, uuid4(), facts(1))
    bare = ModelObject("BO-Kunde", NodeType.BUSINESS_OBJECT, "Kunde")
    STORE.load_model(session, DomainModel((bare,)))
    assert STORE.model(session).objects == (bare, INVOICE)
    assert STORE.counts(session)["nodes"] == {"BusinessObject": 2, "Message": 1, "Requirement": 1}


def test_a_changed_definition_voids_fulfilment_and_nothing_else(session: Session) -> None:
    STORE.integrate(session, uuid4(), facts(1, kind=EdgeType.NOT_FULFILLED_BY_OBJECT))
    STORE.integrate(session, uuid4(), facts(1))
    STORE.integrate(session, uuid4(), facts(1, kind=EdgeType.NOT_FULFILLED_BY_OBJECT, to="BO-Rechnung"))
    grown = ModelObject("BO-Kunde", NodeType.BUSINESS_OBJECT, "Kunde", "", ("name", "geburtsdatum"))
    STORE.load_model(session, DomainModel((grown, INVOICE)))
    left = [(edge.destination, edge.type) for edge in STORE.neighbours(session, "R-0001")]
    assert left == [
        ("BO-Kunde", EdgeType.RELATES_TO_OBJECT),
        ("BO-Rechnung", EdgeType.NOT_FULFILLED_BY_OBJECT),
    ]
    STORE.integrate(session, uuid4(), facts(1, kind=EdgeType.FULFILLED_BY_OBJECT))


def test_integrating_twice_changes_nothing(session: Session) -> None:
    job = uuid4()
    STORE.integrate(session, job, facts(1, 2))
    session.commit()
    before = session.execute(text("SELECT xmin::text, * FROM graph_nodes ORDER BY key")).all()
    STORE.integrate(session, job, facts(2, 1, 2))
    session.commit()
    assert STORE.counts(session) == {
        "nodes": {"BusinessObject": 2, "Message": 1, "Requirement": 2},
        "edges": {"RELATES_TO_OBJECT": 2, "USES_OBJECT": 1},
    }
    assert session.scalar(text("SELECT count(*) FROM graph_assertions")) == 4
    after = session.execute(text("SELECT xmin::text, * FROM graph_nodes ORDER BY key")).all()
    assert [row[1:] for row in after] == [row[1:] for row in before]


def test_a_node_names_the_job_that_made_it(session: Session) -> None:
    first, second = uuid4(), uuid4()
    STORE.integrate(session, first, facts(1))
    STORE.integrate(session, second, facts(1))
    (node,) = STORE.nodes(session, ["R-0001", "R-9999"])
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
def test_what_breaks_the_metamodel_is_refused(session: Session, bad: GraphFacts, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        STORE.integrate(session, uuid4(), bad)


def test_a_contradiction_within_the_facts_is_a_conflict(session: Session) -> None:
    both = GraphFacts(
        (requirement(1),),
        (
            Edge("R-0001", "BO-Kunde", EdgeType.FULFILLED_BY_OBJECT),
            Edge("R-0001", "BO-Kunde", EdgeType.NOT_FULFILLED_BY_OBJECT),
        ),
    )
    with pytest.raises(Conflict) as caught:
        STORE.integrate(session, uuid4(), both)
    assert caught.value.code == "contradiction"


def test_a_contradiction_with_the_graph_is_a_conflict(session: Session) -> None:
    STORE.integrate(session, uuid4(), facts(1, kind=EdgeType.FULFILLED_BY_OBJECT))
    session.commit()
    with pytest.raises(Conflict) as caught:
        STORE.integrate(session, uuid4(), facts(1, kind=EdgeType.NOT_FULFILLED_BY_OBJECT))
    assert caught.value.details["stored"] == "FULFILLED_BY_OBJECT"


def test_a_contradiction_with_a_writer_at_the_same_time_is_a_conflict(engine: Engine, session: Session) -> None:
    STORE.integrate(session, uuid4(), facts(1))
    session.commit()
    with ThreadPoolExecutor(1) as pool, Session(engine) as other:
        STORE.integrate(other, uuid4(), facts(1, kind=EdgeType.FULFILLED_BY_OBJECT))
        late = pool.submit(oppose, engine.url.render_as_string(hide_password=False))
        wait_for_a_blocked_writer(session)
        other.commit()
        assert late.result(timeout=30) == "contradiction"


def wait_for_a_blocked_writer(session: Session) -> None:
    for _ in range(1500):
        if session.scalar(text("SELECT pg_sleep(0.01) IS NULL OR count(*) > 0 FROM pg_locks WHERE NOT granted")):
            return
        session.rollback()
    pytest.fail("the second writer never waited for the first")


def oppose(url: str) -> str:
    engine = create_engine(url)
    try:
        with Session(engine) as session:
            edges = facts(1, kind=EdgeType.NOT_FULFILLED_BY_OBJECT).edges
            STORE.integrate(session, uuid4(), GraphFacts((), edges))
            session.commit()
    except Conflict as error:
        return error.code
    finally:
        engine.dispose()
    return "written"


def test_retracting_requirements_leaves_the_others_and_what_another_job_asserts(session: Session) -> None:
    first, second = uuid4(), uuid4()
    links = (Edge("R-0001", "R-0002", EdgeType.REFINES), Edge("R-0003", "R-0001", EdgeType.DEPENDS_ON))
    STORE.integrate(session, first, facts(1, 2, 3))
    STORE.integrate(session, first, GraphFacts((), links))
    STORE.integrate(session, second, facts(2))

    assert STORE.retract_requirements(session, first, ["R-0001", "R-0002"]) == 4
    assert [node.key for node in STORE.nodes(session, ["R-0001", "R-0002", "R-0003"])] == ["R-0002", "R-0003"]
    assert [edge.source for edge in STORE.edges(session, after=None, limit=10)] == ["MSG-Anfrage", "R-0002", "R-0003"]
    assert STORE.retract_requirements(session, first, ["R-0001", "R-0002"]) == 0
    assert STORE.retract(session, first) == 2
    assert STORE.retract(session, second) == 2


def test_retract_removes_only_what_no_other_job_asserts(session: Session) -> None:
    first, second = uuid4(), uuid4()
    STORE.integrate(session, first, facts(1, 2))
    STORE.integrate(session, second, facts(2, 3))
    assert STORE.retract(session, first) == 2
    session.commit()
    assert [node.key for node in STORE.nodes(session, ["R-0001", "R-0002", "R-0003"])] == ["R-0002", "R-0003"]
    assert STORE.nodes(session, ["R-0002"])[0].properties["sourceJobId"] == str(second)
    assert STORE.retract(session, first) == 0
    assert STORE.retract(session, second) == 4
    assert STORE.counts(session) == {"nodes": {"BusinessObject": 2, "Message": 1}, "edges": {"USES_OBJECT": 1}}


def test_an_edge_keeps_its_requirements_alive(session: Session) -> None:
    first, second = uuid4(), uuid4()
    STORE.integrate(session, first, facts(1, 2))
    STORE.integrate(session, second, GraphFacts((), (Edge("R-0001", "R-0002", EdgeType.DEPENDS_ON),)))
    assert STORE.retract(session, first) == 2
    assert [edge.type for edge in STORE.neighbours(session, "R-0001")] == [EdgeType.DEPENDS_ON]


def test_neighbours_are_ordered_and_bounded(session: Session) -> None:
    STORE.integrate(session, uuid4(), facts(3, 1, 2))
    found = STORE.neighbours(session, "BO-Kunde", limit=2)
    assert [edge.source for edge in found] == ["MSG-Anfrage", "R-0001"]


def test_nodes_are_listed_by_type_page_by_page(session: Session) -> None:
    STORE.integrate(session, uuid4(), facts(1, 2, 3))
    pages = [
        [node.key for node in STORE.nodes_of_type(session, NodeType.REQUIREMENT, after=after, limit=2)]
        for after in ("", "R-0002")
    ]
    assert pages == [["R-0001", "R-0002"], ["R-0003"]]
    assert len(STORE.nodes_of_type(session, None, after="", limit=10)) == 6


def test_four_writers_of_the_same_facts_neither_deadlock_nor_double(url: str, session: Session) -> None:
    jobs = [uuid4() for _ in range(WRITERS)]
    with ProcessPoolExecutor(WRITERS, mp_context=get_context("fork")) as pool:
        written = list(pool.map(write, itertools.repeat(url), jobs, range(WRITERS), timeout=60))
    assert written == [ROUNDS] * WRITERS
    assert STORE.counts(session)["nodes"]["Requirement"] == 40
    assert STORE.counts(session)["edges"]["RELATES_TO_OBJECT"] == 80
    assert session.scalar(text("SELECT count(*) FROM graph_assertions")) == WRITERS * 120


def write(url: str, job: UUID, writer: int) -> int:
    """Each writer sends the same 40 requirements and 80 edges in its own order, ROUNDS times."""
    engine = create_engine(url)
    done = 0
    for turn in range(ROUNDS):
        numbers = sorted(range(40), key=lambda number: hash((number * 7919 + writer * 31 + turn) % 41))
        both = [facts(*numbers), facts(*numbers, to="BO-Rechnung")]
        merged = GraphFacts(both[0].nodes, both[0].edges + both[1].edges)
        with Session(engine) as session:
            STORE.integrate(session, job, merged)
            session.commit()
        done += 1
    engine.dispose()
    return done
