"""Webhooks and deliveries."""

from __future__ import annotations

from typing import Any, TypedDict


class Webhook(TypedDict):
    """An endpoint that is told of events, without its secrets."""

    id: str
    owner: str
    url: str
    events: list[str]
    all_owners: bool
    job_id: str | None
    state: str
    disabled_at: str | None
    disabled_reason: str | None
    failing_since: str | None
    breaker_failures: int
    breaker_open_until: str | None
    version: int
    created_at: str
    updated_at: str


class MadeWebhook(Webhook):
    """A webhook with its new secret, which is shown this once."""

    secret: str


class Attempt(TypedDict):
    """One request and what came of it; `status` None: no answer, `error` None: it was taken."""

    number: int
    at: str
    status: int | None
    duration_ms: int
    error: str | None
    response: str


class Delivery(TypedDict):
    """One event on its way to one webhook; `event_id` is the `webhook-id` of every attempt."""

    id: str
    webhook_id: str
    job_id: str | None
    event_id: str
    type: str
    payload: dict[str, Any]
    state: str
    attempts: list[Attempt]
    next_attempt_at: str | None
    created_at: str
    finished_at: str | None
