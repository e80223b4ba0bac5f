"""Reviews through the real application."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from api.app import create_app
from orchestrator.bootstrap import Orchestrator, build
from orchestrator.domain.access import Role
from orchestrator.domain.api_key import hash_of
from orchestrator.domain.graph import Edge, EdgeType, GraphFacts, Node, NodeType
from orchestrator.graph_stores.postgres import PostgresGraphStore
from orchestrator.storage.models import ApiKey
from orchestrator.storage.reviews import ReviewFilter, waiting

STORE = PostgresGraphStore()


@pytest.fixture
def job_id(call: Any, stage: Any) -> str:
    """A completed job: 1 and 2 integrated and linked in the graph, 3 rejected, 4 failed, 5 pending."""
    made: str = call.submit()["id"]
    stage.run("DELETE FROM graph_nodes")
    rids = [
        stage.requirement(made, 1, status="integrated", needs_review=True, confidence_score=0.6),
        stage.requirement(made, 2, status="integrated", needs_review=True, confidence_score=0.6, priority="low"),
        stage.requirement(made, 3, status="rejected", rejection_reason="de.x: none", needs_review=True),
        stage.requirement(made, 4, status="failed", needs_review=True, confidence_score=0.5, priority=None),
        stage.requirement(made, 5),
    ]
    nodes = tuple(Node(rid, NodeType.REQUIREMENT, {"name": rid, "text": "x"}) for rid in rids[:2])
    with stage.sessions.begin() as session:
        facts = GraphFacts(nodes, (Edge(rids[0], rids[1], EdgeType.REFINES),))
        STORE.integrate(session, UUID(made), facts)
    stage.end(made)
    return made


@pytest.fixture
def rids(stage: Any, job_id: str) -> list[str]:
    return [row.rid for row in stage.rows("SELECT rid FROM requirements WHERE job_id = :id ORDER BY seq", id=job_id)]


def decide(call: Any, job_id: str, rid: str, decision: str, version: str = "*", **said: Any) -> Any:
    body = {"decision": decision, "reason": "As agreed."} | said
    return call("POST", f"/jobs/{job_id}/requirements/{rid}/review", json=body, headers={"If-Match": version})


def graph(stage: Any) -> list[str]:
    return [row.key for row in stage.rows("SELECT key FROM graph_nodes WHERE type = 'Requirement' ORDER BY key")]


def test_a_decision_is_kept_with_its_reason_and_told(call: Any, stage: Any, job_id: str, rids: list[str]) -> None:
    seen = call("GET", f"/jobs/{job_id}/requirements/{rids[0]}")
    answer = decide(call, job_id, rids[0], "accept", seen.headers["ETag"])
    late = decide(call, job_id, rids[0], "reject", seen.headers["ETag"])
    again = decide(call, job_id, rids[0], "accept")

    assert answer.status_code == 200, answer.text
    assert (seen.headers["ETag"], answer.headers["ETag"], late.status_code) == ('"1"', '"2"', 412)
    shown = answer.get_json()
    assert shown["review"] == {"state": "accepted", "accepted_by": ["admin"], "reason": "As agreed."}
    assert (shown["status"], shown["needs_review"]) == ("integrated", False)
    assert (again.status_code, again.get_json()["code"]) == (409, "decided")
    (act,) = call("GET", f"/jobs/{job_id}/requirements/{rids[0]}/reviews").get_json()["items"]
    assert (act["decision"], act["reviewer"], act["reason"]) == ("accept", "admin", "As agreed.")
    assert act["before"] == {"state": None, "status": "integrated"}
    assert act["after"] == {"state": "accepted", "status": "integrated"}
    told = call("GET", f"/jobs/{job_id}/events").get_json()["items"]
    assert [each["type"] for each in told][-3:] == [
        "job.completed",
        "requirement.review_needed",
        "requirement.reviewed",
    ]
    assert told[-1]["data"] == {"rid": rids[0], "decision": "accept", "state": "accepted", "reviewer": "admin"}
    (noted,) = stage.rows(
        "SELECT changes FROM audit_log WHERE target LIKE :path AND outcome = 'done'", path=f"%{rids[0]}%"
    )
    assert noted.changes[0] | {"before": 0, "after": 0} == {
        "kind": "requirement", "id": f"{job_id}/{rids[0]}", "before": 0, "after": 0,
    }  # fmt: skip


def test_the_graph_follows(call: Any, stage: Any, job_id: str, rids: list[str]) -> None:
    edited = decide(call, job_id, rids[0], "edit", name="A log", type="process", priority=None).get_json()
    node = stage.rows("SELECT name, properties FROM graph_nodes WHERE key = :rid", rid=rids[0])[0]
    assert (node.name, node.properties) == ("A log", {"text": "x", "type": "process"})
    assert [edited[name] for name in ("requirement_name", "requirement_type", "priority")] == ["A log", "process", None]
    assert edited["review"]["edited"] == {"name": "A log", "type": "process", "priority": None}
    assert (edited["review"]["state"], edited["needs_review"]) == (None, True)

    rejected = decide(call, job_id, rids[0], "reject", reason="It is none.").get_json()
    assert (rejected["status"], rejected["rejection_reason"]) == ("rejected", "review: It is none.")
    assert (rejected["needs_review"], rejected["review"]["rejected_by"]) == (False, "admin")
    assert (graph(stage), stage.count("graph_edges")) == ([rids[1]], 0)
    assert call("GET", f"/jobs/{job_id}").get_json()["requirements"]["rejected"] == 2


def test_an_edit_takes_an_acceptance_back(call: Any, job_id: str, rids: list[str]) -> None:
    decide(call, job_id, rids[0], "accept")
    edited = decide(call, job_id, rids[0], "edit", priority="low").get_json()

    assert (edited["review"]["state"], edited["needs_review"], edited["priority"]) == (None, True, "low")
    again = decide(call, job_id, rids[0], "accept").get_json()
    assert (again["review"]["state"], again["review"]["edited"]) == ("accepted", {"priority": "low"})


def test_accepting_what_was_not_integrated_asks_the_validator(
    call: Any, stage: Any, job_id: str, rids: list[str]
) -> None:
    for rid in rids[2:4]:
        assert decide(call, job_id, rid, "accept").get_json()["review"]["state"] == "accepted"
    stage.run(
        "UPDATE requirements SET rejection_reason = 'grounding.quote: x', review = NULL WHERE rid = :rid", rid=rids[2]
    )

    steps = stage.rows("SELECT part, queue, blocking FROM steps WHERE kind = 'integrate' ORDER BY part")
    assert [tuple(step) for step in steps] == [(f"{rid}.2", "validator", False) for rid in rids[2:4]]
    assert decide(call, job_id, rids[2], "accept").get_json()["code"] == "ungrounded"
    assert decide(call, job_id, rids[4], "accept").get_json()["code"] == "not_judged"
    assert call("GET", f"/jobs/{job_id}").get_json()["status"] == "completed"


@pytest.fixture
def strict(shared: Orchestrator, client: Any, stage: Any, call_as: Any) -> Any:
    """`strict(owner)` calls where two have to accept, and none of them the job's owner."""
    made = build(replace(shared.settings, four_eyes=True, no_self_approval=True))
    app = create_app(made)

    def caller(owner: str) -> Any:
        key_id = f"{owner:x<8}"[:8]
        with stage.sessions.begin() as session:
            session.merge(
                ApiKey(id=key_id, name=owner, owner=owner, role=Role.OPERATOR, secret_sha256=hash_of("s" * 16))
            )
        found = call_as(f"ro_test_{key_id}_{'s' * 16}")
        found.client = app.test_client()
        return found

    yield caller
    made.close()


def test_two_have_to_accept_and_the_owner_is_none_of_them(
    strict: Callable[[str], Any], job_id: str, rids: list[str]
) -> None:
    ann, bob, owner = strict("ann"), strict("bob"), strict("admin")

    assert decide(owner, job_id, rids[0], "accept").get_json()["code"] == "self_approval"
    first = decide(ann, job_id, rids[0], "accept").get_json()
    assert (first["review"]["state"], first["needs_review"]) == ("awaiting_second", True)
    assert decide(ann, job_id, rids[0], "accept").get_json()["code"] == "second_reviewer"
    waiting = bob("GET", "/reviews?state=awaiting_second").get_json()["items"]
    assert [(each["rid"], each["owner"], each["job_id"]) for each in waiting] == [(rids[0], "admin", job_id)]
    second = decide(bob, job_id, rids[0], "accept").get_json()
    assert (second["review"]["state"], second["review"]["accepted_by"]) == ("accepted", ["ann", "bob"])
    assert decide(owner, job_id, rids[1], "reject").status_code == 200


def test_the_queue_has_low_confidence_and_high_priority_first(
    call: Any, call_as: Any, stage: Any, job_id: str, rids: list[str]
) -> None:
    other = call.submit()["id"]
    stage.requirement(other, 1, needs_review=True, confidence_score=0.1)  # its job goes on
    path = f"/reviews?job_id={job_id}"

    items = call("GET", "/reviews").get_json()["items"]
    first = call("GET", path + "&limit=2").get_json()
    rest = call("GET", path + f"&limit=2&cursor={first['next_cursor']}").get_json()

    assert [each["rid"] for each in items] == [rids[0], rids[3], rids[1]]
    assert first["items"] + rest["items"] == items
    for query, expected in (
        ("priority=low", [1]), ("max_confidence=0.5", [3]), ("type=legal&priority=high", [0]), ("state=suspect", []),
        ("state=unreviewed", [0, 3, 1]), ("owner=nobody", []),
    ):  # fmt: skip
        found = call("GET", f"{path}&{query}").get_json()["items"]
        assert [each["rid"] for each in found] == [rids[number] for number in expected], query
    decide(call, job_id, rids[3], "reject")
    assert [each["rid"] for each in call("GET", "/reviews").get_json()["items"]] == [rids[0], rids[1]]


def test_the_queue_is_read_from_its_index(stage: Any) -> None:
    with stage.sessions() as session:
        session.execute(text("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off"))
        statement = (
            waiting(ReviewFilter()).limit(50).compile(session.connection(), compile_kwargs={"literal_binds": True})
        )
        plan = "\n".join(session.scalars(text(f"EXPLAIN {statement}".replace(":", "\\:"))))

    assert "Index Scan using ix_requirements_review" in plan
    assert "Sort" not in plan


def test_suspects_are_cleared_one_by_one_and_all_at_once(call: Any, stage: Any, job_id: str, rids: list[str]) -> None:
    said = '{"state": "suspect", "cause": ["number_changed"], "was_flagged": true}'
    stage.run("UPDATE requirements SET needs_review = true, review = CAST(:said AS jsonb) WHERE seq < 4", said=said)
    path, body = f"/jobs/{job_id}/requirements/{rids[0]}/review/clear", {"reason": "Ten years is right."}

    assert len(call("GET", "/reviews?state=suspect").get_json()["items"]) == 3
    assert call("POST", path, json=body).status_code == 428
    one = call("POST", path, json=body, headers={"If-Match": '"1"'}).get_json()
    again = call("POST", path, json=body, headers={"If-Match": "*"})
    rest = call("POST", f"/jobs/{job_id}/reviews/clear", json=body).get_json()

    assert (one["review"], one["version"], one["needs_review"]) == (None, 2, True)
    assert again.get_json()["code"] == "not_suspect"
    assert rest == {"cleared": 2, "more": False}
    assert call("GET", "/reviews?state=suspect").get_json()["items"] == []
    history = call("GET", f"/jobs/{job_id}/requirements/{rids[1]}/reviews").get_json()["items"]
    assert [(act["decision"], act["before"]["state"], act["after"]["state"]) for act in history] == [
        ("clear", "suspect", None)
    ]
    last = call("GET", f"/jobs/{job_id}/events").get_json()["items"][-1]
    assert last["data"] == {"decision": "clear", "count": 2, "reviewer": "admin"}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"decision": "maybe", "reason": "x"}, "/decision"),
        ({"reason": "x"}, "/decision"),
        ({"decision": "accept"}, "/reason"),
        ({"decision": "accept", "reason": " "}, "/reason"),
        ({"decision": "accept", "reason": "x" * 2_001}, "/reason"),
        ({"decision": "accept", "reason": "x", "name": "y"}, "/decision"),
        ({"decision": "edit", "reason": "x"}, "/decision"),
        ({"decision": "edit", "reason": "x", "name": "a\nb"}, "/name"),
        ({"decision": "edit", "reason": "x", "type": "y"}, "/type"),
        ({"decision": "edit", "reason": "x", "priority": 1}, "/priority"),
        ({"decision": "edit", "reason": "x", "name": "y", "requirement_text": "z"}, "/requirement_text"),
        ({"decision": "edit", "reason": "x", "name": "y", "citations": []}, "/citations"),
    ],
)
def test_a_bad_decision_is_refused(
    call: Any, stage: Any, job_id: str, rids: list[str], body: Any, pointer: str
) -> None:
    path = f"/jobs/{job_id}/requirements/{rids[0]}/review"
    answer = call("POST", path, json=body, headers={"If-Match": "*"})

    assert answer.status_code == 422, answer.text
    assert pointer in [error["pointer"] for error in answer.get_json()["errors"]]
    assert stage.rows("SELECT 1 FROM requirement_reviews WHERE job_id = :id", id=job_id) == []


def test_what_cannot_be_reviewed(call: Any, stage: Any, job_id: str, rids: list[str]) -> None:
    live, unknown = call.submit()["id"], "00000000-0000-4000-8000-000000000000"
    rid = stage.requirement(live, 1)

    assert decide(call, live, rid, "accept").get_json()["code"] == "invalid_transition"
    assert decide(call, job_id, "R-ABCDEFGH23", "accept").status_code == 404
    assert decide(call, unknown, rid, "accept").status_code == 404
    assert decide(call, job_id, "x", "accept").status_code == 422
    assert decide(call, job_id, rids[0], "accept", version="").status_code == 428
    assert call("GET", f"/jobs/{unknown}/requirements/{rid}/reviews").status_code == 404
    assert call("GET", f"/jobs/{job_id}/requirements/R-ABCDEFGH23/reviews").status_code == 404
    assert call("POST", f"/jobs/{live}/reviews/clear", json={"reason": "x"}).status_code == 409
    assert call("GET", "/reviews?state=accepted").status_code == 422
    assert call("GET", "/reviews?cursor=x").get_json()["code"] == "cursor"


def test_the_successor_of_a_job_names_it_and_can_be_compared(call: Any, stage: Any, job_id: str) -> None:
    unknown = "00000000-0000-4000-8000-000000000000"
    made = call("POST", "/jobs", json={"prompt": "And now?", "successor_of": job_id})
    same = call("POST", "/jobs", json={"prompt": "And now?", "successor_of": job_id})
    other = call("POST", "/jobs", json={"prompt": "And now?"})

    assert (made.status_code, made.get_json()["successor_of"]) == (202, job_id)
    assert (same.status_code, same.get_json()["id"]) == (200, made.get_json()["id"])
    assert (other.status_code, other.get_json()["successor_of"]) == (202, None)
    form = {"prompt": "Again", "successor_of": job_id}
    assert call("POST", "/jobs", data=form, content_type="multipart/form-data").get_json()["successor_of"] == job_id
    for wrong, status in ((unknown, 404), ("x", 422), (1, 422)):
        assert call("POST", "/jobs", json={"prompt": "x", "successor_of": wrong}).status_code == status
    stage.end(made.get_json()["id"])
    counts = call("GET", f"/jobs/{job_id}/compare/{made.get_json()['id']}").get_json()["counts"]
    assert counts["removed"] == 5
