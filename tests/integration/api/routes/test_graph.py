"""/graph: load the model, look around."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from orchestrator.domain.graph import Edge, EdgeType, GraphFacts, Node, NodeType
from orchestrator.graph_stores.postgres import PostgresGraphStore

MODEL = {
    "business_objects": [
        {"boid": "BO-Kunde", "name": "Kunde", "attributes": ["name"], "aliases": ["Mieter"], "domain": "Verkauf"},
        {"boid": "BO-Rechnung", "name": "Rechnung"},
    ],
    "messages": [{"mid": "MSG-Anfrage", "name": "Anfrage", "direction": "in"}],
    "relations": [{"from": "MSG-Anfrage", "type": "USES_OBJECT", "to": "BO-Kunde"}],
}
SAMPLE = Path(__file__).parents[4] / "samples" / "domain-model.json"


@pytest.fixture(autouse=True)
def _empty_graph(stage: Any) -> None:
    stage.run("DELETE FROM graph_nodes")


def load(call: Any, model: Any = MODEL) -> Any:
    return call("POST", "/graph/model", json=model)


def test_a_model_is_loaded_and_counted(call: Any) -> None:
    answer = load(call)

    assert (answer.status_code, answer.get_json()) == (200, {"business_objects": 2, "messages": 1, "relations": 1})
    assert call("GET", "/graph").get_json() == {
        "nodes": {"BusinessObject": 2, "Message": 1},
        "edges": {"USES_OBJECT": 1},
    }


def test_the_sample_model_is_loaded_twice_alike(call: Any) -> None:
    model = json.loads(SAMPLE.read_text(encoding="utf-8"))
    load(call, model)
    counts = call("GET", "/graph").get_json()

    assert load(call, model).status_code == 200
    assert call("GET", "/graph").get_json() == counts
    assert counts["nodes"] == {"BusinessObject": len(model["business_objects"]), "Message": len(model["messages"])}


def test_a_model_with_faults_is_refused_whole(call: Any) -> None:
    bad = MODEL | {"relations": [{"from": "MSG-Anfrage", "type": "OWNS", "to": "BO-Kunde"}]}
    bad["messages"] = [*MODEL["messages"], {"mid": "BO-Kunde", "name": "Doppelt"}]

    answer = load(call, bad)

    problem = answer.get_json()
    assert answer.mimetype == "application/problem+json"
    assert (400 <= answer.status_code < 500, problem["code"]) == (True, "domain_model")
    assert "'OWNS' is no relation type" in problem["detail"]
    assert "'BO-Kunde' stands in the file more than once" in problem["detail"]
    assert call("GET", "/graph").get_json() == {"nodes": {}, "edges": {}}


def test_nodes_come_page_by_page_and_by_type(call: Any) -> None:
    load(call)
    first = call("GET", "/graph/nodes?limit=2").get_json()
    second = call("GET", f"/graph/nodes?limit=2&cursor={first['next_cursor']}").get_json()

    assert [node["key"] for node in first["items"] + second["items"]] == ["BO-Kunde", "BO-Rechnung", "MSG-Anfrage"]
    assert second["next_cursor"] is None
    messages = call("GET", "/graph/nodes?type=Message").get_json()["items"]
    assert [(node["key"], node["properties"]["name"]) for node in messages] == [("MSG-Anfrage", "Anfrage")]


@pytest.mark.parametrize("query", ["type=Thing", "limit=0", "limit=101", "cursor=%C3%A4", "colour=red"])
def test_a_wrong_query_is_refused(call: Any, query: str) -> None:
    assert call("GET", f"/graph/nodes?{query}").status_code in (400, 422)


def test_neighbours_of_a_requirement_come_with_their_evidence(call: Any, stage: Any) -> None:
    load(call)
    edge = Edge("R-AAAAAAAAAA", "BO-Kunde", EdgeType.RELATES_TO_OBJECT, {"match": "exact", "words": [[0, 5]]})
    node = Node("R-AAAAAAAAAA", NodeType.REQUIREMENT, {"name": "Kunde erfassen"})
    with stage.sessions.begin() as session:
        PostgresGraphStore().integrate(session, uuid4(), GraphFacts((node,), (edge,)))

    shown = call("GET", "/graph/nodes/R-AAAAAAAAAA/neighbours").get_json()

    assert shown["node"]["properties"]["name"] == "Kunde erfassen"
    assert shown["edges"] == [
        {
            "source": "R-AAAAAAAAAA",
            "type": "RELATES_TO_OBJECT",
            "destination": "BO-Kunde",
            "properties": {"match": "exact", "words": [[0, 5]]},
        }
    ]
    assert [other["key"] for other in shown["nodes"]] == ["BO-Kunde"]


def test_a_node_that_is_not_there_is_not_found(call: Any) -> None:
    answer = call("GET", "/graph/nodes/R-ZZZZZZZZZZ/neighbours")

    assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")
