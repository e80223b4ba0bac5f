"""Webhooks: who is told of which events, and where. Each public method is one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, update
from sqlalchemy.orm import Session

from orchestrator.config import Settings
from orchestrator.domain.access import Principal, Role
from orchestrator.domain.step import DELIVERY
from orchestrator.domain.version import require_version
from orchestrator.domain.webhook import CALLBACK_EVENTS, TEST_EVENT, WEBHOOKS_MOST, new_secret, rotated
from orchestrator.errors import Conflict, Denied, Invalid, NotFound
from orchestrator.outgoing import check_url
from orchestrator.storage import audit, steps, webhooks
from orchestrator.storage.engine import SessionFactory
from orchestrator.storage.models import Job, Webhook, WebhookDelivery
from orchestrator.storage.paging import Page, Paging


@dataclass(frozen=True, slots=True)
class NewWebhook:
    """A webhook as wished; `all_owners` is for admins."""

    url: str
    events: tuple[str, ...]
    all_owners: bool = False


class Webhooks:
    """What a user may do with webhooks: operators with their own, admins with all. Of others' it says: not found."""

    def __init__(self, settings: Settings, sessions: SessionFactory) -> None:
        self._settings = settings
        self._sessions = sessions

    def create(self, caller: Principal, wish: NewWebhook) -> tuple[Webhook, str]:
        """Store a webhook; returns it and its secret, which is never shown again. Commits.

        Raises:
            Invalid: the URL must not be called.
            Denied: only admins hear of everybody's jobs.
            Conflict: code `too_many_webhooks`: the owner has as many as there may be.
        """
        check_url(wish.url, self._settings)
        _check_scope(caller, wish.all_owners)
        secret = new_secret()
        with self._sessions.begin() as session:
            if webhooks.count(session, caller.owner) >= WEBHOOKS_MOST:
                raise Conflict(
                    f"{caller.owner} has {WEBHOOKS_MOST} webhooks, the most there may be. Delete one first.",
                    code="too_many_webhooks",
                )
            hook = Webhook(
                id=uuid4(), owner=caller.owner, url=wish.url, events=list(wish.events), all_owners=wish.all_owners,
                secrets=rotated((), secret, webhooks.now(session), 0),
            )  # fmt: skip
            session.add(hook)
            session.flush()
            session.refresh(hook)
            audit.note(session, "webhook", hook.id, None, webhooks.facts(session, hook.id))
        return hook, secret

    def list(self, caller: Principal, job_id: UUID | None, at: Paging) -> Page:
        """A page of the caller's webhooks, or everybody's for an admin; with a job, its callback."""
        owner = None if caller.role is Role.ADMIN else caller.owner
        with self._sessions() as session:
            return webhooks.page(session, owner, job_id, at)

    def get(self, caller: Principal, webhook_id: UUID) -> Webhook:
        """One webhook.

        Raises:
            NotFound: there is none, or it is another owner's.
        """
        with self._sessions() as session:
            return _visible(caller, session.get(Webhook, webhook_id), webhook_id)

    def change(self, caller: Principal, webhook_id: UUID, version: int | None, changes: dict[str, Any]) -> Webhook:
        """Change `url`, `events`, `all_owners` or `state`; active again, its failures are forgotten. Commits.

        Raises:
            StaleVersion: it has changed since the caller saw it.
        """
        if "url" in changes:
            check_url(changes["url"], self._settings)
        _check_scope(caller, changes.get("all_owners", False))
        with self._sessions.begin() as session:
            hook = self._lock(session, caller, webhook_id, version)
            for name, value in changes.items():
                setattr(hook, name, value)
            if changes.get("state") == "disabled":
                hook.disabled_at, hook.disabled_reason = webhooks.now(session), f"Disabled by {caller.owner}."
            elif "state" in changes:
                hook.disabled_at = hook.disabled_reason = hook.failing_since = hook.breaker_open_until = None
                hook.breaker_failures = 0
            return self._next_version(session, hook)

    def _next_version(self, session: Session, hook: Webhook) -> Webhook:
        hook.version += 1
        hook.updated_at = webhooks.now(session)
        session.flush()
        return hook

    def _lock(self, session: Session, caller: Principal, webhook_id: UUID, version: int | None) -> Webhook:
        hook = _visible(caller, webhooks.lock(session, webhook_id), webhook_id)
        require_version(hook.version, version, f"webhook {webhook_id}")
        return hook

    def delete(self, caller: Principal, webhook_id: UUID, version: int | None) -> None:
        """Delete a webhook and its deliveries; what is under way is not sent any more. Commits.

        Raises:
            StaleVersion: it has changed since the caller saw it.
        """
        with self._sessions.begin() as session:
            self._lock(session, caller, webhook_id, version)
            webhooks.remove(session, webhook_id)

    def rotate_secret(self, caller: Principal, webhook_id: UUID, overlap_hours: float) -> tuple[Webhook, str]:
        """Give a webhook a new secret; the one before it signs as well until the overlap is over. Commits."""
        secret = new_secret()
        with self._sessions.begin() as session:
            hook = self._lock(session, caller, webhook_id, None)
            hook.secrets = rotated(hook.secrets, secret, webhooks.now(session), overlap_hours)
            return self._next_version(session, hook), secret

    def rotate_callback_secret(self, caller: Principal, overlap_hours: float) -> str:
        """Make what the `callback_url`s of the caller's jobs are signed with; as `rotate_secret`. Commits."""
        secret = new_secret()
        with self._sessions.begin() as session:
            held = webhooks.callback_secrets(session, caller.owner)
            kept = rotated(held, secret, webhooks.now(session), overlap_hours)
            webhooks.put_callback_secrets(session, caller.owner, kept)
        return secret

    def test(self, caller: Principal, webhook_id: UUID, correlation_id: str) -> WebhookDelivery:
        """Have an event of type `webhook.test` delivered. Commits.

        Raises:
            Conflict: code `webhook_disabled`.
        """
        with self._sessions.begin() as session:
            hook = self._active(session, caller, webhook_id)
            event_id = f"evt_test_{uuid4().hex}"
            delivery = WebhookDelivery(id=uuid4(), webhook_id=hook.id, event_id=event_id, type=TEST_EVENT)
            delivery.next_attempt_at = webhooks.now(session)
            data = {"webhook_id": str(hook.id), "owner": hook.owner, "correlation_id": correlation_id}
            at = delivery.next_attempt_at.isoformat()
            delivery.payload = {"type": TEST_EVENT, "timestamp": at, "data": data}
            session.add(delivery)
            session.flush()
            self._send(session, delivery.id, correlation_id)
            session.refresh(delivery)
        return delivery

    def redeliver(self, caller: Principal, webhook_id: UUID, delivery_id: UUID, correlation_id: str) -> WebhookDelivery:
        """Send a delivery that has ended again, under its old id and with all attempts. Commits.

        Raises:
            NotFound: this webhook has no such delivery.
            Conflict: code `webhook_disabled`, or `under_way`: it has not ended.
        """
        with self._sessions.begin() as session:
            hook = self._active(session, caller, webhook_id)
            row = webhooks.delivery(session, delivery_id)
            if row is None or row.WebhookDelivery.webhook_id != hook.id:
                raise NotFound(f"Webhook {webhook_id} has no delivery {delivery_id}.")
            delivery: WebhookDelivery = row.WebhookDelivery
            if row.shown == "pending":
                raise Conflict(f"Delivery {delivery_id} is still under way; wait until it has ended.", code="under_way")
            delivery.state, delivery.finished_at = "pending", None
            delivery.round, delivery.tries = delivery.round + 1, 0
            delivery.next_attempt_at = webhooks.now(session)
            session.flush()
            self._send(session, delivery_id, correlation_id)
        return delivery

    def _active(self, session: Session, caller: Principal, webhook_id: UUID) -> Webhook:
        hook = self._lock(session, caller, webhook_id, None)
        if hook.state != "active":
            raise Conflict(
                f"Webhook {webhook_id} is disabled: {hook.disabled_reason} Set its state to active first.",
                code="webhook_disabled",
            )
        return hook

    def _send(self, session: Session, delivery_id: UUID, correlation_id: str) -> None:
        webhooks.add_step(session, delivery_id, correlation_id)
        steps.notify(session, DELIVERY)

    def deliveries(self, caller: Principal, webhook_id: UUID, states: Sequence[str], at: Paging) -> Page:
        """A page of (delivery, shown state), the newest first.

        Raises:
            NotFound: there is no such webhook, or it is another owner's.
        """
        with self._sessions() as session:
            _visible(caller, session.get(Webhook, webhook_id), webhook_id)
            return webhooks.deliveries(session, webhook_id, states, at)

    def delivery(self, caller: Principal, webhook_id: UUID, delivery_id: UUID) -> Row[WebhookDelivery, str]:
        """One delivery and its shown state.

        Raises:
            NotFound: this webhook has no such delivery.
        """
        with self._sessions() as session:
            _visible(caller, session.get(Webhook, webhook_id), webhook_id)
            row = webhooks.delivery(session, delivery_id)
        if row is None or row.WebhookDelivery.webhook_id != webhook_id:
            raise NotFound(f"Webhook {webhook_id} has no delivery {delivery_id}.")
        return row


def add_callback(session: Session, owner: str, job_id: UUID, url: str) -> None:
    """Have this URL told of one job's end. Runs in the caller's transaction, before the job's first event.

    Raises:
        Invalid: code `no_callback_secret`: there is nothing to sign it with.
    """
    if not webhooks.callback_secrets(session, owner):
        raise Invalid(
            "callback_url needs a secret to sign with. Make one with POST /webhooks/callback-secret; it holds for all "
            f"jobs of {owner}.",
            code="no_callback_secret",
            details={"pointer": "/callback_url"},
        )
    session.add(Webhook(id=uuid4(), owner=owner, url=url, events=list(CALLBACK_EVENTS), job_id=job_id))
    session.execute(update(Job).where(Job.id == job_id).values(callback_url=url))
    session.flush()


def _check_scope(caller: Principal, all_owners: bool) -> None:
    if all_owners and caller.role is not Role.ADMIN:
        raise Denied("Only admins may hear of everybody's jobs. Leave out `all_owners`.")


def _visible(caller: Principal, hook: Webhook | None, webhook_id: UUID) -> Webhook:
    if hook is None or (caller.role is not Role.ADMIN and hook.owner != caller.owner):
        raise NotFound(f"There is no webhook {webhook_id}. GET /webhooks lists yours.")
    return hook
