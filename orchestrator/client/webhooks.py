"""Webhooks: who is told of events, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypedDict, Unpack, cast

from orchestrator.client.answers import Delivery, MadeWebhook, Webhook
from orchestrator.client.resource import Resource, segment


class WebhookChange(TypedDict, total=False):
    """What of a webhook to change; `state` is active or disabled."""

    url: str
    events: Sequence[str]
    all_owners: bool
    state: str


class Webhooks(Resource):
    """The calls of `/webhooks`."""

    def webhooks(self, job_id: str | None = None, limit: int | None = None) -> Iterator[Webhook]:
        """Webhooks, the newest first; with a job, its callback."""
        return self._items("/webhooks", {"job_id": job_id}, limit)

    def webhook(self, webhook_id: str) -> Webhook:
        """One webhook."""
        return cast(Webhook, self._get(f"/webhooks/{segment(webhook_id)}"))

    def create_webhook(self, url: str, events: Sequence[str] = (), *, all_owners: bool = False) -> MadeWebhook:
        """Add a webhook for these events, all of them where none is named. The answer alone shows its secret."""
        wanted: dict[str, Any] = {"url": url, "all_owners": all_owners} | ({"events": list(events)} if events else {})
        return cast(MadeWebhook, self._post("/webhooks", wanted))

    def change_webhook(self, webhook_id: str, version: int | None = None, **change: Unpack[WebhookChange]) -> Webhook:
        """Change a webhook that still has this version; None: any."""
        answer = self._transport.patch(f"/webhooks/{segment(webhook_id)}", change, version)
        return cast(Webhook, self._transport.json(answer))

    def delete_webhook(self, webhook_id: str, version: int | None = None) -> None:
        """Delete a webhook that still has this version, with its deliveries; None: any."""
        self._transport.delete(f"/webhooks/{segment(webhook_id)}", version=version)

    def rotate_webhook_secret(self, webhook_id: str, overlap_hours: float = 24.0) -> MadeWebhook:
        """Give a webhook a new secret; the one before it signs as well for so long."""
        wanted = {"overlap_hours": overlap_hours}
        return cast(MadeWebhook, self._post(f"/webhooks/{segment(webhook_id)}/rotate-secret", wanted))

    def rotate_callback_secret(self, overlap_hours: float = 24.0) -> str:
        """Make what `callback_url`s of one's own jobs are signed with."""
        return str(self._post("/webhooks/callback-secret", {"overlap_hours": overlap_hours})["secret"])

    def test_webhook(self, webhook_id: str) -> Delivery:
        """Have an event of type `webhook.test` delivered."""
        return cast(Delivery, self._post(f"/webhooks/{segment(webhook_id)}/test"))

    def deliveries(self, webhook_id: str, state: Sequence[str] = (), limit: int | None = None) -> Iterator[Delivery]:
        """What was and will be delivered, the newest first."""
        return self._items(f"/webhooks/{segment(webhook_id)}/deliveries", {"state": ",".join(state)}, limit)

    def delivery(self, webhook_id: str, delivery_id: str) -> Delivery:
        """One delivery with its attempts."""
        return cast(Delivery, self._get(f"/webhooks/{segment(webhook_id)}/deliveries/{segment(delivery_id)}"))

    def redeliver(self, webhook_id: str, delivery_id: str) -> Delivery:
        """Send a delivery that has ended again.

        Raises:
            Conflict: code `under_way` or `webhook_disabled`.
        """
        path = f"/webhooks/{segment(webhook_id)}/deliveries/{segment(delivery_id)}/redeliver"
        return cast(Delivery, self._post(path))
