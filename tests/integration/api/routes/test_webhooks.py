"""Webhooks over REST: whose they are, what is refused, what is shown once. Deliveries are tested with workers."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from orchestrator.domain.access import Role
from orchestrator.domain.webhook import CALLBACK_EVENTS, EVENTS, WEBHOOKS_MOST
from orchestrator.services.announcements import announce_report

URL = "https://192.0.43.10/hook"  # public, and a number: nothing is looked up


def create(call: Any, **fields: Any) -> dict[str, Any]:
    answer = call("POST", "/webhooks", json={"url": URL} | fields)
    assert answer.status_code == 201, answer.text
    return dict(answer.get_json())


def test_a_secret_is_shown_once(call: Any, capsys: Any) -> None:
    made = create(call)
    rotated = call("POST", f"/webhooks/{made['id']}/rotate-secret", json={"overlap_hours": 1}).get_json()
    callback = call("POST", "/webhooks/callback-secret", json={}).get_json()

    secrets = [made["secret"], rotated["secret"], callback["secret"]]
    assert len(set(secrets)) == 3
    assert all(secret.startswith("whsec_") for secret in secrets)
    shown = "".join(call("GET", path).text for path in ("/webhooks", f"/webhooks/{made['id']}", "/audit"))
    logged = capsys.readouterr()
    for secret in secrets:
        assert secret not in shown
        assert secret not in logged.out + logged.err
    assert (made["events"], made["state"], made["version"], rotated["version"]) == (list(EVENTS), "active", 1, 2)


def test_two_secrets_are_kept_at_most(call: Any, stage: Any) -> None:
    made = create(call)
    path = f"/webhooks/{made['id']}/rotate-secret"
    newest = [call("POST", path, json={}).get_json()["secret"] for _ in range(3)][-2:]

    (row,) = stage.rows("SELECT secrets FROM webhooks")
    assert [each["secret"] for each in row.secrets] == newest[::-1]
    assert (row.secrets[0]["until"] is None, row.secrets[1]["until"] is None) == (True, False)


def test_own_ones_for_operators_all_for_admins(call: Any, call_as: Any, stage: Any) -> None:
    operator, viewer = call_as(stage.key(Role.OPERATOR)), call_as(stage.key(Role.VIEWER))
    others, own = create(call, all_owners=True), create(operator)

    assert [hook["id"] for hook in operator("GET", "/webhooks").get_json()["items"]] == [own["id"]]
    assert [hook["id"] for hook in call("GET", "/webhooks").get_json()["items"]] == [own["id"], others["id"]]
    for method, path, body in [
        ("GET", "", None), ("PATCH", "", {"events": ["job.failed"]}), ("DELETE", "", None), ("POST", "/test", None),
        ("POST", "/rotate-secret", {}), ("GET", "/deliveries", None), ("GET", f"/deliveries/{uuid4()}", None),
        ("POST", f"/deliveries/{uuid4()}/redeliver", None),
    ]:  # fmt: skip
        answer = operator(method, f"/webhooks/{others['id']}{path}", json=body)
        assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found"), (method, path)
        assert viewer(method, f"/webhooks/{own['id']}{path}", json=body).status_code == 403
    assert operator("POST", "/webhooks", json={"url": URL, "all_owners": True}).status_code == 403
    assert call("DELETE", f"/webhooks/{own['id']}").status_code == 204


def test_a_change_names_the_version_it_was_made_on(call: Any) -> None:
    made = create(call, events=["job.failed", "job.failed"])
    path = f"/webhooks/{made['id']}"
    assert made["events"] == ["job.failed"]

    changed = call("PATCH", path, json={"state": "disabled"}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    assert changed.get_json()["disabled_reason"] == "Disabled by admin."
    assert call("PATCH", path, json={"state": "active"}, headers={"If-Match": '"1"'}).status_code == 412
    assert call("DELETE", path, headers={"If-Match": '"1"'}).status_code == 412
    assert call("POST", f"{path}/test").get_json()["code"] == "webhook_disabled"
    active = call("PATCH", path, json={"state": "active"}, headers={"If-Match": '"2"'}).get_json()
    assert (active["disabled_at"], active["disabled_reason"], active["version"]) == (None, None, 3)


@pytest.mark.parametrize(
    "body",
    [
        {}, {"url": ""}, {"url": 5}, {"url": "x" * 2_001}, {"url": URL, "events": []}, {"url": URL, "events": ["x"]},
        {"url": URL, "events": "job.failed"}, {"url": URL, "all_owners": "yes"}, {"url": URL, "secret": "mine"},
        {"url": "ftp://example.org/"}, {"url": "http://127.0.0.1/"}, {"url": "http://169.254.169.254/"},
        {"url": "http://[::1]/"}, {"url": "https://user:password@192.0.43.10/"}, {"url": "http://192.0.43.10:22/"},
    ],
)  # fmt: skip
def test_what_cannot_be_a_webhook_is_refused(call: Any, stage: Any, body: dict[str, Any]) -> None:
    answer = call("POST", "/webhooks", json=body)

    assert answer.status_code == 422
    assert answer.get_json()["code"] in ("invalid", "forbidden_url")
    assert stage.count("webhooks") == 0


def test_a_change_is_checked_as_well(call: Any) -> None:
    path = f"/webhooks/{create(call)['id']}"

    for body in ({}, {"state": "paused"}, {"url": "http://10.0.0.1/"}, {"events": []}, {"version": 3}):
        assert call("PATCH", path, json=body).status_code == 422
    assert call("POST", f"{path}/rotate-secret", json={"overlap_hours": 721}).status_code == 422
    assert call("GET", f"{path}/deliveries?state=lost").status_code == 422
    assert call("GET", "/webhooks/1").status_code == 422
    assert call("GET", f"/webhooks/{uuid4()}").status_code == 404
    assert call("POST", f"{path}/deliveries/{uuid4()}/redeliver").status_code == 404


def test_there_is_a_most(call: Any, stage: Any) -> None:
    create(call)
    stage.run(
        "INSERT INTO webhooks (id, owner, url, events) SELECT gen_random_uuid(), 'admin', 'https://x', '{}' "
        "FROM generate_series(2, :most)",
        most=WEBHOOKS_MOST,
    )
    answer = call("POST", "/webhooks", json={"url": URL})
    assert (answer.status_code, answer.get_json()["code"]) == (409, "too_many_webhooks")


def test_a_delivery_is_planned_with_its_event_and_nothing_for_others(call: Any, call_as: Any, stage: Any) -> None:
    wanted, narrow = create(call), create(call, events=["job.cancelled"])
    create(call_as(stage.key(Role.OPERATOR)))
    job = call.submit()

    (planned,) = call("GET", f"/webhooks/{wanted['id']}/deliveries").get_json()["items"]
    assert (planned["type"], planned["state"], planned["attempts"]) == ("job.created", "pending", [])
    assert planned["event_id"] == f"evt_{job['id'].replace('-', '')}_1"
    assert planned["payload"]["data"]["job_id"] == job["id"]
    assert call("GET", f"/webhooks/{narrow['id']}/deliveries").get_json()["items"] == []
    under_way = call("POST", f"/webhooks/{wanted['id']}/deliveries/{planned['id']}/redeliver")
    assert (under_way.status_code, under_way.get_json()["code"]) == (409, "under_way")

    call("DELETE", f"/jobs/{job['id']}")
    types = [each["type"] for each in call("GET", f"/webhooks/{wanted['id']}/deliveries").get_json()["items"]]
    assert types == ["job.cancelled", "job.created"]
    assert len(call("GET", f"/webhooks/{narrow['id']}/deliveries").get_json()["items"]) == 1
    steps = stage.rows("SELECT queue, blocking FROM steps WHERE kind = 'deliver'")
    assert {tuple(step) for step in steps} == {("delivery", False)}
    assert len(steps) == 3
    test = call("POST", f"/webhooks/{wanted['id']}/test")
    assert (test.status_code, test.get_json()["type"]) == (202, "webhook.test")
    shown = call("GET", f"/webhooks/{wanted['id']}/deliveries/{test.get_json()['id']}").get_json()
    assert shown["payload"]["data"]["webhook_id"] == wanted["id"]


def test_a_delivery_whose_step_was_given_up_is_failed_and_can_be_sent_again(call: Any, stage: Any) -> None:
    hook = create(call)
    call.submit()
    stage.run("UPDATE steps SET state = 'dead', epoch = epoch + 1 WHERE kind = 'deliver'")
    path = f"/webhooks/{hook['id']}/deliveries"

    (failed,) = call("GET", f"{path}?state=failed").get_json()["items"]
    again = call("POST", f"{path}/{failed['id']}/redeliver")
    assert (again.status_code, again.get_json()["state"]) == (202, "pending")
    assert call("GET", f"{path}?state=failed").get_json()["items"] == []
    assert [row.state for row in stage.rows("SELECT state FROM steps WHERE kind = 'deliver' ORDER BY id")] == [
        "dead",
        "pending",
    ]


def test_a_callback_url_is_told_of_one_job(call: Any, stage: Any) -> None:
    refused = call("POST", "/jobs", json={"prompt": "Which duties?", "callback_url": URL})
    assert (refused.status_code, refused.get_json()["code"]) == (422, "no_callback_secret")
    assert stage.count("jobs") == 0
    call("POST", "/webhooks/callback-secret", json={})
    forbidden = call("POST", "/jobs", json={"prompt": "Which duties?", "callback_url": "http://127.0.0.1:1/"})
    assert (forbidden.status_code, forbidden.get_json()["code"]) == (422, "forbidden_url")

    job, other = call.submit(callback_url=URL), call.submit(prompt="Which others?")
    (hook,) = call("GET", f"/webhooks?job_id={job['id']}").get_json()["items"]
    assert (hook["url"], hook["events"], hook["job_id"]) == (URL, list(CALLBACK_EVENTS), job["id"])
    assert call("GET", "/webhooks").get_json()["items"] == []
    for each in (job, other):
        call("DELETE", f"/jobs/{each['id']}")
    (told,) = call("GET", f"/webhooks/{hook['id']}/deliveries").get_json()["items"]
    assert (told["type"], told["job_id"]) == ("job.cancelled", job["id"])


def test_a_completed_job_tells_what_to_review_and_that_its_report_is_there(call: Any, stage: Any) -> None:
    hook = create(call, events=["requirement.review_needed", "report.ready", "job.started"])
    job = call.submit()["id"]
    rids = [stage.requirement(job, number, needs_review=True, status="integrated") for number in range(1, 23)]
    stage.requirement(job, 23, needs_review=False, status="integrated")
    stage.requirement(job, 24, needs_review=True, status="rejected")
    stage.end(job)
    with stage.sessions.begin() as session:
        announce_report(session, UUID(job), {"formats": ["json", "text"]})

    told = call("GET", f"/webhooks/{hook['id']}/deliveries").get_json()["items"][::-1]
    assert [each["type"] for each in told] == ["requirement.review_needed", "report.ready"]
    review, ready = (each["payload"]["data"] for each in told)
    assert (review["count"], review["rids"], review["status"]) == (22, rids[:20], "completed")
    assert ready["formats"] == ["json", "text"]
