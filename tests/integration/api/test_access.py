"""Every route against callers who must not get through it: walked over the url map, so new routes are in it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask

from api.app import create_app
from api.auth import JOB_PARAMETERS, role_of
from api.context import EXTENSION
from orchestrator.bootstrap import build
from orchestrator.domain.access import Principal, Role
from orchestrator.domain.api_key import hash_of
from orchestrator.errors import NotFound
from orchestrator.observability import statements
from orchestrator.storage.models import ApiKey

SECRET = "0123456789abcdef"  # noqa: S105 - made up
PROMPT = "Wolpertinger duties"
SAMPLES = {
    "agent_id": "nobody",
    "delivery_id": str(uuid4()),
    "filename": "x",
    "key": "boid:x",
    "key_id": "zzzz0000",
    "name": "creator",
    "operation_id": str(uuid4()),
    "rid": "R-ABCDEFGH23",
    "webhook_id": str(uuid4()),
} | {name: str(uuid4()) for name in JOB_PARAMETERS}
"""A value for every parameter of a path. A parameter that is a job's id must be one of JOB_PARAMETERS."""


def key_of(stage: Any, owner: str, role: Role, **columns: Any) -> str:
    """A key of this owner."""
    key_id = hash_of(owner + role)[:8]
    with stage.sessions.begin() as session:
        row = {"id": key_id, "name": owner, "owner": owner, "role": role, "secret_sha256": hash_of(SECRET)}
        session.add(ApiKey(**(row | columns)))
    return f"ro_test_{key_id}_{SECRET}"


def calls(app: Flask, **parameters: str) -> Iterator[tuple[str, str, Any]]:
    """(method, path, rule) of every route that needs a role."""
    for rule in app.url_map.iter_rules():
        if role_of(app.view_functions[rule.endpoint]) is not None:
            path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: (SAMPLES | parameters)[found[1]], rule.rule)
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield method, path, rule


def test_nobody_gets_in_without_a_valid_key(app: Flask, stage: Any, call_as: Any) -> None:
    keys = {
        "none": None,
        "unknown": f"ro_test_zzzzzzzz_{SECRET}",
        "wrong secret": key_of(stage, "right", Role.ADMIN)[:-1] + "0",
        "expired": key_of(stage, "expired", Role.ADMIN),
        "revoked": key_of(stage, "revoked", Role.ADMIN),
        "token": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.",
    }
    stage.run("UPDATE api_keys SET expires_at = now() - interval '1 s' WHERE owner = 'expired'")
    stage.run("UPDATE api_keys SET revoked_at = now() WHERE owner = 'revoked'")

    let_in = [
        (name, method, path, answer.status_code)
        for name, key in keys.items()
        for method, path, _ in calls(app)
        if (answer := call_as(key)(method, path)).status_code != 401 or answer.get_json()["code"] != "unauthenticated"
    ]
    assert let_in == []


def test_a_lower_role_is_refused_everywhere(app: Flask, stage: Any, call_as: Any) -> None:
    callers = {role: call_as(key_of(stage, role.value, role)) for role in (Role.VIEWER, Role.OPERATOR)}

    seen = 0
    for method, path, rule in calls(app):
        needed = role_of(app.view_functions[rule.endpoint])
        for role, call in callers.items():
            if needed is not None and not role.includes(needed):
                answer = call(method, path)
                assert (answer.status_code, answer.get_json()["code"]) == (403, "denied"), (role, method, path)
                seen += 1
    assert seen > 20


def test_a_body_of_another_type_and_a_change_of_no_version_are_refused_everywhere(app: Flask, call: Any) -> None:
    paths = call("GET", "/openapi.json").get_json()["paths"]
    with_body, with_version = 0, 0
    for method, path, rule in calls(app):
        described = paths[re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)][method.lower()]
        if any(each.get("name") == "If-Match" for each in described.get("parameters", ())):
            with_version += 1
            assert call(method, path, headers={"If-Match": ""}).status_code == 428, (method, path)
            assert call(method, path, headers={"If-Match": '"0"'}, json={}).status_code in (404, 412, 422), path
        if "requestBody" in described:
            with_body += 1
            headers = {"Content-Type": "text/plain", "If-Match": "*"}
            assert call(method, path, headers=headers, data="x").status_code == 415, (method, path)
    assert (with_body > 10, with_version > 5) == (True, True)


@pytest.fixture(scope="session")
def own_app(shared: Any) -> Iterator[Flask]:
    """The application with `visibility: own`, on the same database."""
    made = build(replace(shared.settings, visibility="own"))
    yield create_app(made)
    made.close()


@pytest.fixture
def as_owner(own_app: Flask, stage: Any, call_as: Any) -> Callable[..., Any]:
    """`as_owner(owner, role=OPERATOR)` calls where everybody sees its own jobs."""

    def make(owner: str, role: Role = Role.OPERATOR) -> Any:
        caller = call_as(key_of(stage, owner, role))
        caller.client = own_app.test_client()
        return caller

    return make


def told(answer: Any, job_id: str) -> Any:
    """What an answer tells, without the id that was asked for and the request's own."""
    said = json.loads(answer.text.replace(job_id, "ID"))
    said.pop("request_id")
    return answer.status_code, said


def test_anothers_job_cannot_be_told_from_none(own_app: Flask, stage: Any, as_owner: Any) -> None:
    ada, ben = as_owner("ada"), as_owner("ben")
    job_id, nothing = ada.submit(prompt=PROMPT)["id"], str(uuid4())
    rid = stage.requirement(job_id, 1)

    walked = 0
    for name in JOB_PARAMETERS:
        mine = ben.submit(prompt=f"Mine, beside {name}")["id"]
        others = dict.fromkeys(JOB_PARAMETERS, mine)
        for method, path, rule in calls(own_app, rid=rid, **others | {name: job_id}):
            if name in rule.arguments:
                walked += 1
                unknown = ben(method, path.replace(job_id, nothing), headers={"If-Match": '"1"'})
                answer = ben(method, path, headers={"If-Match": '"1"'})
                assert answer.status_code == 404, (method, path)
                assert told(answer, job_id) == told(unknown, nothing), (method, path)
    assert walked > 10
    assert ada("GET", f"/jobs/{job_id}").get_json()["status"] == "created"


def test_the_database_is_asked_for_anothers_job_as_for_none(own_app: Flask, as_owner: Any) -> None:
    job_id = UUID(as_owner("ada").submit(prompt=PROMPT)["id"])
    visibility = own_app.extensions[EXTENSION].visibility

    def asks(job_id: UUID) -> bool:
        spent = statements.begin()
        with pytest.raises(NotFound):
            visibility.check(Principal("ben", Role.OPERATOR, "benskey0"), job_id)
        return spent.seconds > 0

    assert [asks(job_id), asks(job_id), asks(uuid4())] == [True] * 3


def test_owners_and_admins_get_through(own_app: Flask, stage: Any, as_owner: Any) -> None:
    ada, admin = as_owner("ada"), as_owner("root", Role.ADMIN)
    job_id = ada.submit(prompt=PROMPT)["id"]

    for caller in (ada, admin):
        for part in ("", "/steps", "/events", "/requirements", "/progress", "/document"):
            assert caller("GET", f"/jobs/{job_id}{part}").status_code == 200, part
    assert as_owner("ada", Role.VIEWER)("GET", f"/jobs/{job_id}").status_code == 200


def test_no_list_shows_anothers_jobs(own_app: Flask, stage: Any, as_owner: Any) -> None:
    ada, ben = as_owner("ada-of-the-fleet"), as_owner("ben")
    job_id = ada.submit(prompt=PROMPT)["id"]
    stage.requirement(job_id, 1, requirement_text="The Wolpertinger shall rest.")
    stage.run("UPDATE jobs SET created_at = now() - interval '3 days', stuck_after_minutes = 1")
    stage.run(
        "INSERT INTO graph_nodes (key, type, name, properties, source_job_id) "
        "VALUES ('R-ABCDEFGH23', 'Requirement', 'The Wolpertinger', '{}', CAST(:id AS uuid)) ON CONFLICT DO NOTHING",
        id=job_id,
    )
    marks = (job_id, "olpertinger", "ada-of-the-fleet")

    shown_to_owner = set()
    for method, path, rule in calls(own_app):
        if method == "GET" and not set(JOB_PARAMETERS) & rule.arguments:
            for query in ("", "?owner=ada-of-the-fleet", f"?q={PROMPT.split()[0]}", f"?job_id={job_id}"):
                answer = ben("GET", path + query)
                assert not any(mark in answer.text.replace(query[1:], "") for mark in marks if mark not in query), (
                    path, query, answer.text[:300],
                )  # fmt: skip
            if any(mark in ada("GET", path).text for mark in marks):
                shown_to_owner.add(path)
    stage.run("DELETE FROM graph_nodes WHERE key = 'R-ABCDEFGH23'")
    assert {"/jobs", "/events"} <= shown_to_owner


def test_what_concerns_the_jobs_of_all_is_refused(as_owner: Any) -> None:
    ben, admin = as_owner("ben"), as_owner("root", Role.ADMIN)

    shared = ("/graph/nodes", "/graph/nodes/boid:x/neighbours", "/graph/export", "/graph/verify")
    for method, path in (("POST", "/jobs/recover"), *(("GET", path) for path in shared)):
        assert ben(method, path).status_code == 403
        assert admin(method, path).status_code in (200, 404)


def test_counts_by_day_are_of_own_jobs(as_owner: Any) -> None:
    ada, ben = as_owner("ada"), as_owner("ben")
    ada.submit(prompt=PROMPT)
    ada.submit(prompt=PROMPT + " again")
    ben.submit(prompt="Mine")

    def today(caller: Any) -> Any:
        return caller("GET", "/stats/daily?days=1").get_json()["items"][0]["totals"]

    assert (today(ada)["jobs"], today(ada)["documents"]) == (2, 2)
    assert (today(ben)["jobs"], today(ben)["documents"]) == (1, 1)


@pytest.mark.parametrize("fields", [{"depends_on": ["ID"]}, {"successor_of": "ID"}])
def test_anothers_job_cannot_be_named_in_a_new_one(as_owner: Any, fields: dict[str, Any]) -> None:
    ada, ben = as_owner("ada"), as_owner("ben")
    job_id = ada.submit(prompt=PROMPT)["id"]
    body = json.loads(json.dumps({"prompt": "Mine"} | fields).replace("ID", job_id))

    answer = ben("POST", "/jobs", json=body)
    unknown = ben("POST", "/jobs", json=json.loads(json.dumps(body).replace(job_id, str(uuid4()))))
    assert answer.status_code in (404, 422), answer.text
    assert (answer.status_code, answer.get_json()["code"]) == (unknown.status_code, unknown.get_json()["code"])


def test_a_refusal_for_ownership_is_in_the_audit_log(own_app: Flask, as_owner: Any, stage: Any) -> None:
    audit = own_app.extensions["orchestrator"].audit
    audit.flush(everything=True)
    job_id = as_owner("ada").submit(prompt=PROMPT)["id"]
    as_owner("ben")("GET", f"/jobs/{job_id}")

    audit.flush(everything=True)
    noted = "SELECT actor, http_status, outcome FROM audit_log WHERE target = :target"
    assert stage.rows(noted, target=f"/jobs/{job_id}") == [("ben", 404, "refused")]
