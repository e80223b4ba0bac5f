"""Deliveries: an event on its way to an endpoint, as a step that runs until it is taken or given up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

import requests
import structlog
from sqlalchemy.orm import Session

from orchestrator.config import Settings
from orchestrator.domain.breaker import BreakerRule, BreakerState
from orchestrator.domain.webhook import ATTEMPTS_KEPT, active, delay_after
from orchestrator.observability.failpoints import failpoint
from orchestrator.outgoing import guarded_session
from orchestrator.services.breaking import rule_of
from orchestrator.services.execution import Later, Write
from orchestrator.services.sending import Answer, send
from orchestrator.storage import events, webhooks
from orchestrator.storage.engine import SessionFactory
from orchestrator.storage.models import Webhook, WebhookDelivery

PRUNED_AT_ONCE = 1_000
Outcome = Mapping[str, Any] | Later

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery whose turn it is."""

    id: UUID
    webhook_id: UUID
    url: str
    event_id: str
    payload: Mapping[str, Any]
    secrets: list[str]


class Deliveries:
    """Sends; the row of the delivery and that of the webhook say what came of it."""

    def __init__(self, settings: Settings, sessions: SessionFactory) -> None:
        self._settings = settings
        self._sessions = sessions

    @property
    def rule(self) -> BreakerRule:
        """Of the breaker, as the settings say now."""
        return rule_of(self._settings)

    @cached_property
    def _outgoing(self) -> requests.Session:
        return guarded_session(self._settings)

    def attempt(self, delivery_id: UUID) -> Write:
        """Send a delivery once, unless it is settled or its endpoint's breaker is open.

        Returns what logs the attempt and settles the delivery inside the finishing transaction; a crash before that
        sends it again under the same id. Commits where it asks the breaker.
        """
        found = self._due(delivery_id)
        if not isinstance(found, Due):
            return found
        answer = send(
            self._outgoing, found.url, found.event_id, found.payload, found.secrets, self._settings.webhook_timeout_s
        )
        failpoint("after_send", "deliver")
        return lambda session: self._settle(session, delivery_id, found.webhook_id, answer)

    def _due(self, delivery_id: UUID) -> Due | Write:
        with self._sessions.begin() as session:
            row = webhooks.delivery(session, delivery_id)
            hook = session.get(Webhook, row.WebhookDelivery.webhook_id) if row else None
            if row is None or hook is None or row.WebhookDelivery.state != "pending":
                return _nothing
            if hook.state != "active":
                return lambda session: _cancel(session, delivery_id, hook)
            if (open_s := webhooks.may_send(session, hook, 2 * self._settings.webhook_timeout_s)) is not None:
                return lambda session: _wait(session, delivery_id, hook, open_s)
            held = webhooks.callback_secrets(session, hook.owner) if hook.job_id else hook.secrets
            keys = active(held, webhooks.now(session))
        waiting = row.WebhookDelivery
        if not keys:
            return lambda session: _cancel(session, delivery_id, hook)
        return Due(delivery_id, hook.id, hook.url, waiting.event_id, waiting.payload, keys)

    def _settle(self, session: Session, delivery_id: UUID, webhook_id: UUID, answer: Answer) -> Outcome:
        hook = webhooks.lock(session, webhook_id)
        delivery = session.get(WebhookDelivery, delivery_id, with_for_update=True, populate_existing=True)
        if hook is None or delivery is None:
            return {"skipped": "the webhook was deleted"}
        now = webhooks.now(session)
        _log_attempt(delivery, answer, now)
        if answer.delivered:
            webhooks.note_success(session, hook)
            return _end(delivery, "delivered", now, {"status": answer.status})
        self._note_failure(session, hook, delivery.job_id, answer)
        delay_s = delay_after(delivery.tries, self._settings.webhook_retry_scale)
        if delay_s is None or hook.state != "active":
            return _end(delivery, "failed", now, {"status": answer.status, "error": answer.error})
        delay_s = max(delay_s, answer.retry_after_s)
        delivery.next_attempt_at = now + timedelta(seconds=delay_s)
        return Later(delay_s, {"code": "not_delivered", "message": answer.error or ""})

    def _note_failure(self, session: Session, hook: Webhook, job_id: UUID | None, answer: Answer) -> None:
        log.warning("delivery_failed", webhook_id=str(hook.id), status=answer.status, error=answer.error)
        state = BreakerState.CLOSED if hook.breaker_open_until is None else BreakerState.OPEN
        verdict = self.rule.after(state, hook.breaker_failures, healthy=False)
        webhooks.note_failure(session, hook, verdict.failures, verdict.open_s)
        session.refresh(hook)
        failing = webhooks.now(session) - (hook.failing_since or webhooks.now(session))
        if answer.gone:
            self._disable(session, hook, job_id, "The endpoint answered 410: it wants nothing more.")
        elif failing > timedelta(seconds=self._settings.webhook_disable_after_s):
            self._disable(session, hook, job_id, f"It has failed since {hook.failing_since:%Y-%m-%d %H:%M} UTC.")

    def _disable(self, session: Session, hook: Webhook, job_id: UUID | None, reason: str) -> None:
        if hook.state != "active":
            return
        webhooks.disable(session, hook, reason)
        session.refresh(hook)
        log.error("webhook_disabled", webhook_id=str(hook.id), owner=hook.owner, reason=reason)
        if job_id is not None:
            events.append(session, job_id, "webhook.disabled", {"webhook_id": str(hook.id), "reason": reason})

    def prune(self) -> int:
        """Delete deliveries past their retention. Returns how many. Commits."""
        deleted = 0
        while True:
            with self._sessions.begin() as session:
                count = webhooks.prune(session, self._settings.retention_days, PRUNED_AT_ONCE)
            deleted += count
            if count < PRUNED_AT_ONCE:
                return deleted


def _log_attempt(delivery: WebhookDelivery, answer: Answer, now: datetime) -> None:
    delivery.tries += 1
    number = (delivery.attempts[-1]["number"] if delivery.attempts else 0) + 1
    said = {name: getattr(answer, name) for name in ("status", "duration_ms", "error", "response")}
    delivery.attempts = [*delivery.attempts, {"number": number, "at": now.isoformat(), **said}][-ATTEMPTS_KEPT:]


def _end(delivery: WebhookDelivery, state: str, now: datetime, result: dict[str, Any]) -> dict[str, Any]:
    delivery.state, delivery.finished_at, delivery.next_attempt_at = state, now, None
    return result


def _nothing(_: Session) -> Mapping[str, Any]:
    return {"skipped": "there is nothing to deliver"}


def _cancel(session: Session, delivery_id: UUID, hook: Webhook) -> Mapping[str, Any]:
    delivery = session.get(WebhookDelivery, delivery_id, with_for_update=True, populate_existing=True)
    if delivery is None:
        return {"skipped": "the webhook was deleted"}
    reason = hook.disabled_reason or "there is no secret to sign it with"
    return _end(delivery, "cancelled", webhooks.now(session), {"skipped": reason})


def _wait(session: Session, delivery_id: UUID, hook: Webhook, open_s: float) -> Later:
    delivery = session.get(WebhookDelivery, delivery_id, with_for_update=True, populate_existing=True)
    delay_s = max(open_s, 0.1)
    if delivery is not None:
        delivery.next_attempt_at = webhooks.now(session) + timedelta(seconds=delay_s)
    return Later(delay_s, {"code": "circuit_open", "message": "The endpoint has failed repeatedly and is left alone."})
