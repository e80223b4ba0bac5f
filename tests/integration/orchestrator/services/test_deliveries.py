"""What follows from attempts at an endpoint that nobody answers at: the schedule, the breaker, the end."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from orchestrator.bootstrap import Orchestrator
from orchestrator.domain.access import Principal, Role
from orchestrator.domain.step import ClaimedStep
from orchestrator.domain.submission import Submission
from orchestrator.domain.webhook import EVENTS, RETRY_S
from orchestrator.errors import Invalid
from orchestrator.services.execution import Later
from orchestrator.services.webhooks import NewWebhook
from orchestrator.storage.models import Webhook, WebhookDelivery

OWNER = Principal("test", Role.OPERATOR, "abcd1234")
NEVER = 1_000


@pytest.fixture
def nowhere() -> Iterator[str]:
    """A URL of this machine at which nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}/hook"


class Post:
    """A webhook of a job that has one event, and what its deliverer does."""

    def __init__(self, orchestrator: Orchestrator, url: str) -> None:
        self.orchestrator = orchestrator
        self.hook, _ = orchestrator.webhooks.create(OWNER, NewWebhook(url, EVENTS))
        wish = Submission(owner="test", prompt="Which duties are there?", correlation_id="test")
        self.job = orchestrator.job_manager.submit(wish).job.id
        (self.id,) = self.rows("SELECT id FROM webhook_deliveries")[0]

    def rows(self, statement: str, **values: Any) -> list[Any]:
        with self.orchestrator.sessions.begin() as session:
            found = session.execute(text(statement), values)
            return list(found.all()) if found.returns_rows else []

    def attempt(self) -> Any:
        """One attempt with its transaction; returns the result or Later."""
        write = self.orchestrator.deliveries.attempt(self.id)
        with self.orchestrator.sessions.begin() as session:
            return write(session)

    def delivery(self) -> WebhookDelivery:
        with self.orchestrator.sessions() as session:
            return session.get_one(WebhookDelivery, self.id)

    def webhook(self) -> Webhook:
        with self.orchestrator.sessions() as session:
            return session.get_one(Webhook, self.hook.id)


@pytest.fixture
def post(make_orchestrator: Callable[..., Orchestrator], nowhere: str) -> Post:
    """One whose breaker stays closed."""
    return Post(make_orchestrator(outgoing_allow=("127.0.0.1",), breaker_failures=NEVER), nowhere)


def test_it_is_tried_nine_times_in_three_days_and_then_given_up(post: Post) -> None:
    delays = [post.attempt() for _ in range(len(RETRY_S))]

    assert [each.delay_s for each in delays] == list(RETRY_S)
    assert {each.error["code"] for each in delays} == {"not_delivered"}
    assert post.attempt() == {"status": None, "error": "The connection failed: connection refused."}
    delivery = post.delivery()
    assert (delivery.state, delivery.next_attempt_at) == ("failed", None)
    assert [each["number"] for each in delivery.attempts] == list(range(1, 10))
    assert post.attempt() == {"skipped": "there is nothing to deliver"}
    assert post.webhook().state == "active"


def test_a_webhook_that_fails_for_three_days_is_disabled_and_its_job_says_so(post: Post) -> None:
    post.attempt()
    post.rows("UPDATE webhooks SET failing_since = now() - interval '73 hours'")

    assert post.attempt()["status"] is None
    hook = post.webhook()
    assert (hook.state, hook.version) == ("disabled", 2)
    assert "failed since" in (hook.disabled_reason or "")
    events = post.rows("SELECT type FROM job_events WHERE job_id = :job ORDER BY seq", job=post.job)
    assert [event.type for event in events] == ["job.created", "webhook.disabled"]
    post.orchestrator.job_manager.cancel(post.job)
    assert len(post.rows("SELECT 1 FROM webhook_deliveries")) == 1, "nothing is planned for it any more"


def test_what_waits_for_a_disabled_webhook_is_cancelled(post: Post) -> None:
    post.orchestrator.webhooks.change(OWNER, post.hook.id, None, {"state": "disabled"})

    assert post.attempt() == {"skipped": "Disabled by test."}
    assert (post.delivery().state, post.delivery().attempts) == ("cancelled", [])
    post.orchestrator.webhooks.change(OWNER, post.hook.id, None, {"state": "active"})
    post.orchestrator.webhooks.delete(OWNER, post.hook.id, None)
    assert post.attempt() == {"skipped": "there is nothing to deliver"}


def test_behind_an_open_breaker_a_delivery_waits_uncounted_and_one_tries(
    make_orchestrator: Callable[..., Orchestrator], nowhere: str
) -> None:
    allowed = {"outgoing_allow": ("127.0.0.1",), "breaker_failures": 2, "breaker_open_s": 60.0}
    post = Post(make_orchestrator(**allowed), nowhere)
    for _ in range(2):
        post.attempt()
    held = post.attempt()

    assert isinstance(held, Later)
    assert held.error["code"] == "circuit_open"
    assert 0 < held.delay_s <= 60
    assert len(post.delivery().attempts) == 2
    post.rows("UPDATE webhooks SET breaker_open_until = now()")
    write = post.orchestrator.deliveries.attempt(post.id)  # the one that tries it
    assert post.attempt().error["code"] == "circuit_open"
    with post.orchestrator.sessions.begin() as session:
        assert write(session).error["code"] == "not_delivered"  # type: ignore[union-attr]
    assert len(post.delivery().attempts) == 3
    assert post.rows("SELECT breaker_open_until > now() + interval '90 seconds' FROM webhooks")[0][0], "it doubles"


def test_a_step_that_is_to_run_later_counts_nothing_and_keeps_its_place(post: Post) -> None:
    execution = post.orchestrator.execution
    post.rows("UPDATE steps SET state = 'dispatched', epoch = epoch + 1 WHERE kind = 'deliver'")
    (row,) = post.rows("SELECT id, epoch FROM steps WHERE kind = 'deliver'")
    step = execution.claim(row.id, row.epoch, "w:1")
    assert isinstance(step, ClaimedStep)
    execution.finish(step, post.orchestrator.deliveries.attempt(UUID(step.payload["delivery_id"])))

    columns = "state, error_count, crash_count, attempt, error ->> 'code', not_before > now() + interval '5 seconds'"
    assert tuple(post.rows(f"SELECT {columns} FROM steps WHERE kind = 'deliver'")[0]) == (  # noqa: S608 - names of the test, no input
        "waiting", 0, 0, 1, "not_delivered", True,
    )  # fmt: skip


def test_deliveries_that_ended_long_ago_are_deleted(post: Post) -> None:
    post.rows("UPDATE webhook_deliveries SET state = 'delivered', finished_at = now() - interval '31 days'")
    post.orchestrator.webhooks.test(OWNER, post.hook.id, "test")

    assert post.orchestrator.deliveries.prune() == 1
    assert [row.type for row in post.rows("SELECT type FROM webhook_deliveries")] == ["webhook.test"]


def test_an_address_that_is_refused_later_is_a_failed_attempt(make_orchestrator: Any, nowhere: str) -> None:
    post = Post(make_orchestrator(outgoing_allow=("127.0.0.1",)), nowhere)
    post.orchestrator = make_orchestrator()  # loopback is not allowed any more

    assert isinstance(post.attempt(), Later)
    assert "must not be called" in post.delivery().attempts[0]["error"]
    with pytest.raises(Invalid, match="must not be called"):
        post.orchestrator.webhooks.change(OWNER, post.hook.id, None, {"url": nowhere})
