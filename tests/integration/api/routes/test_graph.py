"""/graph: load the model, look around."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from orchestrator.domain.graph import Edge, EdgeType, GraphFacts, Node, NodeType
from orchestrator.graph_stores.postgres import PostgresGraphStore
from orchestrator.storage import held_facts

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
        "behind": 0,
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
    assert call("GET", "/graph").get_json() == {"behind": 0, "nodes": {}, "edges": {}}


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


def integrate(stage: Any, job: UUID, *rids: str) -> None:
    nodes = tuple(Node(rid, NodeType.REQUIREMENT, {"name": f"Name {rid}"}) for rid in rids)
    edges = tuple(Edge(rid, "BO-Kunde", EdgeType.RELATES_TO_OBJECT, {"words": [[0, 5]]}) for rid in rids)
    with stage.sessions.begin() as session:
        PostgresGraphStore().integrate(session, job, GraphFacts(nodes, edges))


def test_the_graph_is_exported_whole_as_json_and_as_cypher(call: Any, stage: Any) -> None:
    load(call)
    integrate(stage, uuid4(), *(f"R-AAAAAAAA{letters}" for letters in map("".join, product("ABCDEFGH", repeat=2))))

    whole = json.loads(call("GET", "/graph/export").data)
    script = call("GET", "/graph/export?format=cypher").get_data(as_text=True).splitlines()

    assert (len(whole["nodes"]), len(whole["edges"])) == (67, 65)
    assert whole["nodes"][0]["key"] == "BO-Kunde"
    assert len(script) == 3 + 67 + 65
    assert "MERGE (a)-[e:USES_OBJECT]->(b) SET e += {};" in script[-1] + script[3 + 67]


def test_the_gates_pass_until_the_metamodel_is_broken(call: Any, stage: Any) -> None:
    load(call)
    integrate(stage, uuid4(), "R-AAAAAAAAAA")
    sound = call("GET", "/graph/verify").get_json()
    stage.run("UPDATE graph_nodes SET name = '' WHERE key = 'BO-Rechnung'")
    broken = call("GET", "/graph/verify").get_json()

    assert (sound["passed"], broken["passed"]) == (True, False)
    assert [(gate["name"], gate["examples"]) for gate in broken["gates"] if gate["count"]] == [
        ("mandatory_ids", ["BO-Rechnung"]),
        ("objects_without_requirement", ["BO-Rechnung"]),
    ]


def test_a_job_is_taken_out_after_a_look_at_what_would_go(call: Any, stage: Any) -> None:
    ended_job = UUID(call.submit(context={"text": "Es ist zu prüfen."})["id"])
    stage.end(str(ended_job))
    load(call)
    integrate(stage, ended_job, "R-AAAAAAAAAA", "R-BBBBBBBBBB")
    integrate(stage, uuid4(), "R-BBBBBBBBBB")
    before = {"nodes": 2, "own_nodes": 1, "edges": 2, "own_edges": 1, "touched": 1}

    assert call("GET", f"/jobs/{ended_job}/graph").get_json() == before
    assert call("DELETE", f"/jobs/{ended_job}/graph").get_json() == before
    assert call("GET", f"/jobs/{ended_job}/graph").get_json() == dict.fromkeys(before, 0)
    assert call("GET", "/graph").get_json()["nodes"]["Requirement"] == 1
    kinds = [event["type"] for event in call("GET", f"/jobs/{ended_job}/events").get_json()["items"]]
    assert kinds[-1] == "graph.retracted"


def test_a_job_that_runs_is_not_taken_out(call: Any) -> None:
    live_job = call.submit(context={"text": "Es ist zu prüfen."})["id"]
    answer = call("DELETE", f"/jobs/{live_job}/graph")

    assert (answer.status_code, answer.get_json()["code"]) == (409, "invalid_transition")


@pytest.fixture
def held_job(call: Any, stage: Any) -> str:
    """A completed job whose facts are held: requirements 1 and 2 accepted, 3 rejected, each about BO-Kunde."""
    job_id: str = call.submit(context={"text": "Es ist zu prüfen."}, integrate=False)["id"]
    standing = ("integrated", "integrated", "rejected")
    rids = [stage.requirement(job_id, number, status=status) for number, status in enumerate(standing, 1)]
    nodes = tuple(Node(rid, NodeType.REQUIREMENT, {"name": "old"}) for rid in rids)
    edges = tuple(Edge(rid, "BO-Kunde", EdgeType.NOT_FULFILLED_BY_OBJECT) for rid in rids)
    with stage.sessions.begin() as session:
        held_facts.add(session, UUID(job_id), GraphFacts(nodes, edges))
    return job_id


def test_a_held_job_is_previewed_and_integrated_once(call: Any, stage: Any, held_job: str) -> None:
    load(call)
    early = call("POST", f"/jobs/{held_job}/graph")
    stage.end(held_job)
    does = {"adds": 2, "merges": 0, "edges": 2, "touches": 1, "conflict": None}

    assert (early.status_code, early.get_json()["code"]) == (409, "invalid_transition")
    assert call("GET", f"/jobs/{held_job}").get_json()["integrate"] is False
    assert call("GET", f"/jobs/{held_job}/graph/preview").get_json() == does
    assert "Requirement" not in call("GET", "/graph").get_json()["nodes"]
    assert call("POST", f"/jobs/{held_job}/graph").get_json() == does
    assert call("GET", "/graph").get_json()["nodes"]["Requirement"] == 2
    assert call("GET", f"/jobs/{held_job}/graph").get_json()["own_nodes"] == 2
    for method, path in (("GET", "graph/preview"), ("POST", "graph")):
        again = call(method, f"/jobs/{held_job}/{path}")
        assert (again.status_code, again.get_json()["code"]) == (409, "not_held")


def test_a_held_job_that_contradicts_the_graph_says_so_and_changes_nothing(
    call: Any, stage: Any, held_job: str
) -> None:
    load(call)
    stage.end(held_job)
    first = stage.rows("SELECT rid FROM requirements WHERE job_id = :id ORDER BY seq", id=held_job)[0].rid
    opposite = (Edge(first, "BO-Kunde", EdgeType.FULFILLED_BY_OBJECT),)
    with stage.sessions.begin() as session:
        facts = GraphFacts((Node(first, NodeType.REQUIREMENT, {"name": "n"}),), opposite)
        PostgresGraphStore().integrate(session, uuid4(), facts)

    told = call("GET", f"/jobs/{held_job}/graph/preview").get_json()
    refused = call("POST", f"/jobs/{held_job}/graph")

    assert (told["adds"], told["merges"]) == (1, 1)
    assert "FULFILLED_BY_OBJECT" in told["conflict"]
    assert (refused.status_code, refused.get_json()["code"]) == (409, "contradiction")
    assert call("GET", f"/jobs/{held_job}/graph/preview").get_json() == told
    assert call("GET", "/graph").get_json()["nodes"]["Requirement"] == 1
