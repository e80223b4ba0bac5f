"""Webhooks and deliveries as they are asked for and shown."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from api.schemas.fields import CommaList, Flag, Identifier, Name, PageQuery
from orchestrator.domain.webhook import EVENTS, OVERLAP_HOURS, URL_CHARACTERS
from orchestrator.services.webhooks import NewWebhook

STATES = ("active", "disabled")
DELIVERY_STATES = ("pending", "delivered", "failed", "cancelled")


def _url(**kwargs: Any) -> Name:
    said = {
        "description": "http or https; a public address unless the settings allow it",
        "example": "https://example.org/hook",
    }
    return Name(validate=validate.Length(1, URL_CHARACTERS), metadata=said, **kwargs)


def _events(**kwargs: Any) -> fields.List[str]:
    one = Name(validate=validate.OneOf(EVENTS))
    return fields.List(one, validate=validate.Length(1, len(EVENTS)), **kwargs)


class NewWebhookSchema(Schema):
    """A webhook that is wanted."""

    url = _url(required=True)
    events = _events(load_default=list(EVENTS), metadata={"description": "all of them where left out"})
    all_owners = Flag(
        load_default=False, truthy={True}, falsy={False},
        metadata={"description": "hear of everybody's jobs; for admins"},
    )  # fmt: skip

    @post_load
    def _wanted(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {"wanted": NewWebhook(data["url"], tuple(dict.fromkeys(data["events"])), data["all_owners"])}


class WebhookChangeSchema(Schema):
    """What of a webhook to change; what is left out stays."""

    url = _url()
    events = _events()
    all_owners = Flag(truthy={True}, falsy={False})
    state = Name(validate=validate.OneOf(STATES), metadata={"description": "`active` forgets the failures"})

    @validates_schema
    def _not_empty(self, data: dict[str, Any], **_: Any) -> None:
        if not data:
            raise ValidationError("Nothing to change: send url, events, all_owners or state.")


class RotateSecretSchema(Schema):
    """How a secret is rotated."""

    overlap_hours = fields.Float(
        load_default=24.0,
        validate=validate.Range(*OVERLAP_HOURS),
        metadata={"description": "how long the secret before it signs as well"},
    )


class WebhookQuery(PageQuery):
    """Which webhooks to list."""

    job_id = Identifier(load_default=None, metadata={"description": "the callback of this job, in place of the others"})


class WebhookSchema(Schema):
    """A webhook without its secrets."""

    id = fields.UUID()
    owner = fields.String()
    url = fields.String()
    events = fields.List(fields.String(validate=validate.OneOf(EVENTS)))
    all_owners = fields.Boolean()
    job_id = fields.UUID(allow_none=True, metadata={"description": "of the job whose `callback_url` it is"})
    state = fields.String(validate=validate.OneOf(STATES))
    disabled_at = fields.DateTime(allow_none=True)
    disabled_reason = fields.String(allow_none=True)
    failing_since = fields.DateTime(allow_none=True, metadata={"description": "the first of the failures in a row"})
    breaker_failures = fields.Integer(metadata={"description": "failures in a row"})
    breaker_open_until = fields.DateTime(allow_none=True, metadata={"description": "nothing is sent before"})
    version = fields.Integer()
    created_at = fields.DateTime()
    updated_at = fields.DateTime()


class MadeWebhookSchema(WebhookSchema):
    """A webhook with its new secret, which is shown this once."""

    secret = fields.String(metadata={"description": "`whsec_...`, for a Standard Webhooks library"})


class WebhookPageSchema(Schema):
    """A page of webhooks, the newest first."""

    items = fields.List(fields.Nested(WebhookSchema))
    next_cursor = fields.String(allow_none=True)


class CallbackSecretSchema(Schema):
    """What the callbacks of the caller's jobs are signed with, shown this once."""

    secret = fields.String()


class DeliveryQuery(PageQuery):
    """Which deliveries to list."""

    state = CommaList(*DELIVERY_STATES)


class AttemptSchema(Schema):
    """One request and what came of it."""

    number = fields.Integer()
    at = fields.String()
    status = fields.Integer(allow_none=True, metadata={"description": "null: there was no answer"})
    duration_ms = fields.Integer()
    error = fields.String(allow_none=True, metadata={"description": "null: it was taken"})
    response = fields.String(metadata={"description": "the first 1,024 bytes of the answer"})


class DeliverySchema(Schema):
    """One event on its way to one webhook."""

    id = fields.UUID()
    webhook_id = fields.UUID()
    job_id = fields.UUID(allow_none=True)
    event_id = fields.String(metadata={"description": "`webhook-id` of every attempt"})
    type = fields.String(metadata={"description": "one of the events, or `webhook.test`"})
    payload = fields.Dict()
    state = fields.String(validate=validate.OneOf(DELIVERY_STATES))
    attempts = fields.List(fields.Nested(AttemptSchema), metadata={"description": "the last 40"})
    next_attempt_at = fields.DateTime(allow_none=True)
    created_at = fields.DateTime()
    finished_at = fields.DateTime(allow_none=True)


class DeliveryPageSchema(Schema):
    """A page of deliveries, the newest first."""

    items = fields.List(fields.Nested(DeliverySchema))
    next_cursor = fields.String(allow_none=True)
