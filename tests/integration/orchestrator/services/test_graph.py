"""The graph service commits each method."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import create_engine

from orchestrator.config import normalise_database_url
from orchestrator.domain.graph import EdgeType, NodeType
from orchestrator.errors import Invalid, NotFound
from orchestrator.graph_stores.postgres import PostgresGraphStore
from orchestrator.services.graph import Graph
from orchestrator.storage.engine import session_factory
from orchestrator.storage.paging import Paging

MODEL = {
    "business_objects": [{"boid": "BO-Leser", "name": "Leser"}, {"boid": "BO-Buch", "name": "Buch"}],
    "messages": [{"mid": "MSG-Mahnung", "name": "Mahnung"}],
    "relations": [{"from": "MSG-Mahnung", "type": "USES_OBJECT", "to": "BO-Leser"}],
}


@pytest.fixture(scope="module")
def graph(make_database: Callable[..., str], migrated_template: str) -> Iterator[Graph]:
    engine = create_engine(normalise_database_url(make_database(migrated_template)))
    yield Graph(session_factory(engine), PostgresGraphStore())
    engine.dispose()


def test_nothing_is_loaded_of_a_file_with_a_fault(graph: Graph) -> None:
    with pytest.raises(Invalid, match="neither an object nor a message"):
        graph.load(MODEL | {"relations": [{"from": "MSG-Mahnung", "type": "USES_OBJECT", "to": "BO-Kasse"}]})
    assert graph.show() == {"behind": 0, "nodes": {}, "edges": {}}


def test_a_loaded_model_is_there_and_can_be_walked(graph: Graph) -> None:
    assert graph.load(MODEL) == {"business_objects": 2, "messages": 1, "relations": 1}
    assert graph.load(MODEL) == {"business_objects": 2, "messages": 1, "relations": 1}
    assert graph.show() == {"behind": 0, "nodes": {"BusinessObject": 2, "Message": 1}, "edges": {"USES_OBJECT": 1}}
    assert [item.name for item in graph.model().objects] == ["Buch", "Leser"]
    node, edges, others = graph.neighbours("BO-Leser")
    assert node.type is NodeType.BUSINESS_OBJECT
    assert [(edge.source, edge.type) for edge in edges] == [("MSG-Mahnung", EdgeType.USES_OBJECT)]
    assert [other.key for other in others] == ["MSG-Mahnung"]


def test_nodes_come_in_pages(graph: Graph) -> None:
    graph.load(MODEL)
    first = graph.nodes(None, Paging(2))
    second = graph.nodes(None, Paging(2, first.next_cursor))
    assert [node.key for node in (*first.items, *second.items)] == ["BO-Buch", "BO-Leser", "MSG-Mahnung"]
    assert second.next_cursor is None


def test_what_is_not_there_is_told(graph: Graph) -> None:
    with pytest.raises(NotFound, match="no node 'R-1'"):
        graph.neighbours("R-1")
    with pytest.raises(Invalid) as caught:
        graph.nodes(None, Paging(2, "ä"))
    assert caught.value.code == "cursor"
