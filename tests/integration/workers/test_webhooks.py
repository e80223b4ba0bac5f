"""Deliveries by a real worker to a real receiver, which verifies them by the standardwebhooks library."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestrator.bootstrap import Orchestrator
from orchestrator.domain.access import Principal, Role
from orchestrator.domain.webhook import EVENTS, TOLD
from orchestrator.services.webhooks import NewWebhook
from orchestrator.storage.paging import Paging

OWNER = Principal("test", Role.OPERATOR, "abcd1234")
SHORT = {
    "ORCHESTRATOR_OUTGOING_ALLOW": "127.0.0.1",
    "ORCHESTRATOR_WEBHOOK_RETRY_SCALE": "0.01",
    "ORCHESTRATOR_WEBHOOK_TIMEOUT_S": "3",
    "ORCHESTRATOR_BREAKER_OPEN_S": "0.3",
    "ORCHESTRATOR_BREAKER_OPEN_CAP_S": "0.6",
}


class Endpoint:
    """A receiver's folder: how it behaves, and what it got."""

    def __init__(self, place: Path) -> None:
        self._place = place
        (place / "received").touch()
        (place / "secrets").touch()
        self.behave("ok")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{(self._place / 'port').read_text()}/hook"

    @property
    def is_up(self) -> bool:
        return (self._place / "port").exists()

    def behave(self, how: str) -> None:
        (self._place / "behaviour.new").write_text(how)
        (self._place / "behaviour.new").rename(self._place / "behaviour")

    def knows(self, *secrets: str) -> None:
        (self._place / "secrets").write_text("\n".join(secrets))

    def received(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self._place / "received").read_text().splitlines()]


@pytest.fixture
def told(make_orchestrator: Callable[..., Orchestrator]) -> Orchestrator:
    """The services with loopback allowed."""
    return make_orchestrator(outgoing_allow=("127.0.0.1",))


@pytest.fixture
def endpoint(fleet: Any, tmp_path: Path) -> Iterator[Endpoint]:
    """A receiver, a leader and a maintenance worker."""
    place = tmp_path / "receiver"
    place.mkdir()
    running = Endpoint(place)
    process = subprocess.Popen([sys.executable, str(Path(__file__).with_name("receiver.py")), str(place)])
    try:
        fleet.start("beat")
        fleet.worker("maintenance", **SHORT)
        fleet.wait(lambda: running.is_up)
        yield running
    finally:
        process.kill()
        process.wait(timeout=60)


def all_delivered(fleet: Any) -> bool:
    return not fleet.scalar("SELECT count(*) FROM webhook_deliveries WHERE state <> 'delivered'")


def test_every_event_arrives_signed_and_under_one_id(fleet: Any, told: Orchestrator, endpoint: Endpoint) -> None:
    hook, first = told.webhooks.create(OWNER, NewWebhook(endpoint.url, EVENTS))
    hook, second = told.webhooks.rotate_secret(OWNER, hook.id, 1.0)
    endpoint.knows(first, second)
    job = fleet.submit()
    fleet.wait(lambda: all_delivered(fleet) and endpoint.received())
    (created,) = endpoint.received()
    assert created["signed_by"] == [first, second]
    assert created["body"]["type"] == "job.created"
    assert created["body"]["data"] | {"job_id": str(job), "seq": 1, "owner": "test"} == created["body"]["data"]

    endpoint.behave("down")
    jobs = [fleet.submit(prompt=f"Question {number}?") for number in range(4)]
    for each in jobs:
        told.job_manager.cancel(each)
    failed = "SELECT sum(jsonb_array_length(attempts)) FROM webhook_deliveries WHERE state = 'pending'"
    fleet.wait(lambda: (fleet.scalar(failed) or 0) >= 4)
    assert fleet.scalar("SELECT breaker_failures FROM webhooks") >= 3
    endpoint.behave("ok")
    reports = "SELECT count(*) FROM job_events WHERE type = 'report.ready'"
    fleet.wait(lambda: fleet.scalar(reports) == 4 and all_delivered(fleet), timeout_s=60)

    rows = fleet.rows("SELECT job_id, seq FROM job_events WHERE type = ANY (:told)", told=list(TOLD))
    events = {f"evt_{row.job_id.hex}_{row.seq}" for row in rows}
    taken = [note["id"] for note in endpoint.received() if note["behaviour"] == "ok"]
    assert len(events) == 13
    assert sorted(taken) == sorted(events)
    assert {note["id"] for note in endpoint.received()} == events
    assert all(note["signed_by"] == [first, second] for note in endpoint.received())

    retried = fleet.rows("SELECT attempts FROM webhook_deliveries WHERE jsonb_array_length(attempts) > 1")
    assert retried
    for row in retried:
        assert [each["number"] for each in row.attempts] == list(range(1, len(row.attempts) + 1))
        assert {(each["status"], each["response"]) for each in row.attempts[:-1]} == {(500, "out of order\ufffd")}
        assert row.attempts[-1]["status"] == 204
    counted = "SELECT sum(error_count + crash_count) FROM steps WHERE kind = 'deliver'"
    assert fleet.scalar(counted) == 0, "a failing endpoint is not the step's fault"
    assert fleet.scalar("SELECT breaker_failures FROM webhooks") == 0

    (fleet.failpoints / "after_send.deliver").touch()
    last = fleet.submit(prompt="Who comes last?")
    os.kill(fleet.held_at("after_send.deliver"), signal.SIGKILL)
    fleet.wait(lambda: all_delivered(fleet), timeout_s=60)
    assert [note["id"] for note in endpoint.received()][-2:] == [f"evt_{last.hex}_1"] * 2
    crashes = "SELECT attempt, crash_count FROM steps WHERE kind = 'deliver' AND job_id = :id"
    assert [tuple(row) for row in fleet.rows(crashes, id=last)] == [(2, 1)]
    assert not fleet.rows("SELECT 1 FROM job_events WHERE type = 'step.recovered'"), "it would have to be told in turn"


def test_whatever_the_endpoint_does_is_bounded_and_logged(fleet: Any, told: Orchestrator, endpoint: Endpoint) -> None:
    hook, secret = told.webhooks.create(OWNER, NewWebhook(endpoint.url, EVENTS))
    endpoint.knows(secret)

    def attempts_of(delivery: Any, state: str) -> list[dict[str, Any]]:
        asked = "SELECT attempts FROM webhook_deliveries WHERE id = :id AND state = :state AND attempts <> '[]'"
        (row,) = fleet.wait(lambda: fleet.rows(asked, id=delivery.id, state=state))
        return list(row.attempts)

    endpoint.behave("big")
    (taken,) = attempts_of(told.webhooks.test(OWNER, hook.id, "t"), "delivered")
    assert (taken["status"], taken["response"]) == (200, "x" * 1024)

    endpoint.behave("redirect")
    moved = told.webhooks.test(OWNER, hook.id, "t")
    refused = attempts_of(moved, "pending")[0]
    assert (refused["status"], refused["error"]) == (302, "It answered 302; redirects are not followed.")

    endpoint.behave("slow")
    slow = told.webhooks.test(OWNER, hook.id, "t")
    late = attempts_of(slow, "pending")[0]
    assert (late["status"], late["error"]) == (None, "It did not answer within 3 s.")
    assert late["duration_ms"] < 20_000

    endpoint.behave("gone")
    fleet.wait(lambda: told.webhooks.get(OWNER, hook.id).state == "disabled")
    assert "410" in (told.webhooks.get(OWNER, hook.id).disabled_reason or "")
    fleet.wait(lambda: not fleet.scalar("SELECT count(*) FROM webhook_deliveries WHERE state = 'pending'"))
    assert all(note["path"] == "/hook" for note in endpoint.received())

    endpoint.behave("ok")
    told.webhooks.change(OWNER, hook.id, None, {"state": "active"})
    told.webhooks.redeliver(OWNER, hook.id, slow.id, "t")
    assert attempts_of(slow, "delivered")[-1]["status"] == 204
    assert endpoint.received()[-1]["id"] == slow.event_id
    page = told.webhooks.deliveries(OWNER, hook.id, ("delivered",), Paging(10))
    assert len(page.items) == 2
    assert fleet.scalar("SELECT sum(error_count + crash_count) FROM steps WHERE kind = 'deliver'") == 0
