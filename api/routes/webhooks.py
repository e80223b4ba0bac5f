"""/webhooks: who is told of which events, and what became of it."""

from __future__ import annotations

from typing import Any

from api.arguments import Resource
from api.auth import requires
from api.context import principal, request_id, services, uuid_of
from api.idempotency import shown_once
from api.paging import shown
from api.preconditions import etag, if_match
from api.schemas.webhooks import (
    CallbackSecretSchema,
    DeliveryPageSchema,
    DeliveryQuery,
    DeliverySchema,
    MadeWebhookSchema,
    NewWebhookSchema,
    RotateSecretSchema,
    WebhookChangeSchema,
    WebhookPageSchema,
    WebhookQuery,
    WebhookSchema,
)
from orchestrator.domain.access import Role

blp = Resource("webhooks", __name__, description="Endpoints that are told of events: own ones, for admins all.")


@blp.get("/webhooks")
@requires(Role.OPERATOR)
@blp.takes(WebhookQuery, "query")
@blp.answers(200, WebhookPageSchema)
def index(query: dict[str, Any]) -> Any:
    """List webhooks, the newest first."""
    return shown(services().webhooks.list(principal(), query["job_id"], query["paging"]))


@blp.post("/webhooks")
@requires(Role.OPERATOR)
@shown_once
@blp.takes(NewWebhookSchema, "json")
@blp.answers(201, MadeWebhookSchema)
def create(fields: dict[str, Any]) -> Any:
    """Add a webhook. The answer shows its secret, and nothing shows it again."""
    hook, secret = services().webhooks.create(principal(), fields["wanted"])
    return _with_secret(hook, secret), etag(hook.version)


@blp.post("/webhooks/callback-secret")
@requires(Role.OPERATOR)
@shown_once
@blp.takes(RotateSecretSchema, "json")
@blp.answers(200, CallbackSecretSchema)
def callback_secret(fields: dict[str, Any]) -> Any:
    """Make the secret that `callback_url`s of the caller's jobs are signed with, or rotate it."""
    return {"secret": services().webhooks.rotate_callback_secret(principal(), fields["overlap_hours"])}


@blp.get("/webhooks/<webhook_id>")
@requires(Role.OPERATOR)
@blp.answers(200, WebhookSchema)
def show(webhook_id: str) -> Any:
    """Show a webhook without its secrets."""
    hook = services().webhooks.get(principal(), uuid_of(webhook_id, "webhook_id"))
    return hook, etag(hook.version)


@blp.patch("/webhooks/<webhook_id>")
@requires(Role.OPERATOR)
@if_match
@blp.takes(WebhookChangeSchema, "json")
@blp.answers(200, WebhookSchema)
def change(fields: dict[str, Any], webhook_id: str, version: int | None) -> Any:
    """Change a webhook; `state: active` enables it again."""
    hook = services().webhooks.change(principal(), uuid_of(webhook_id, "webhook_id"), version, fields)
    return hook, etag(hook.version)


@blp.delete("/webhooks/<webhook_id>")
@requires(Role.OPERATOR)
@if_match
@blp.also(204, description="Gone")
def remove(webhook_id: str, version: int | None) -> Any:
    """Delete a webhook and its deliveries."""
    services().webhooks.delete(principal(), uuid_of(webhook_id, "webhook_id"), version)
    return "", 204


@blp.post("/webhooks/<webhook_id>/rotate-secret")
@requires(Role.OPERATOR)
@shown_once
@blp.takes(RotateSecretSchema, "json")
@blp.answers(200, MadeWebhookSchema)
def rotate_secret(fields: dict[str, Any], webhook_id: str) -> Any:
    """Give a webhook a new secret; the one before it signs as well until the overlap is over."""
    where = uuid_of(webhook_id, "webhook_id")
    hook, secret = services().webhooks.rotate_secret(principal(), where, fields["overlap_hours"])
    return _with_secret(hook, secret), etag(hook.version)


@blp.post("/webhooks/<webhook_id>/test")
@requires(Role.OPERATOR)
@blp.answers(202, DeliverySchema)
def test(webhook_id: str) -> Any:
    """Have an event of type `webhook.test` delivered."""
    return services().webhooks.test(principal(), uuid_of(webhook_id, "webhook_id"), request_id())


@blp.get("/webhooks/<webhook_id>/deliveries")
@requires(Role.OPERATOR)
@blp.takes(DeliveryQuery, "query")
@blp.answers(200, DeliveryPageSchema)
def deliveries(query: dict[str, Any], webhook_id: str) -> Any:
    """List what was and will be delivered, the newest first, with every attempt."""
    where = uuid_of(webhook_id, "webhook_id")
    page = services().webhooks.deliveries(principal(), where, query["state"], query["paging"])
    page, headers = shown(page)
    return {"items": [_delivery(row) for row in page.items], "next_cursor": page.next_cursor}, headers


@blp.get("/webhooks/<webhook_id>/deliveries/<delivery_id>")
@requires(Role.OPERATOR)
@blp.answers(200, DeliverySchema)
def delivery(webhook_id: str, delivery_id: str) -> Any:
    """Show a delivery with every attempt."""
    ids = uuid_of(webhook_id, "webhook_id"), uuid_of(delivery_id, "delivery_id")
    return _delivery(services().webhooks.delivery(principal(), *ids))


@blp.post("/webhooks/<webhook_id>/deliveries/<delivery_id>/redeliver")
@requires(Role.OPERATOR)
@blp.answers(202, DeliverySchema)
def redeliver(webhook_id: str, delivery_id: str) -> Any:
    """Send a delivery that has ended again, under the same `webhook-id`."""
    ids = uuid_of(webhook_id, "webhook_id"), uuid_of(delivery_id, "delivery_id")
    return services().webhooks.redeliver(principal(), *ids, request_id())


def _with_secret(hook: Any, secret: str) -> dict[str, Any]:
    return {name: getattr(hook, name) for name in WebhookSchema().fields} | {"secret": secret}


def _delivery(row: Any) -> dict[str, Any]:
    known = row.WebhookDelivery
    return {name: getattr(known, name) for name in DeliverySchema().fields} | {"state": row.shown}
