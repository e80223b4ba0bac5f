"""The ledger of a job."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from api.schemas.fields import PageQuery


class StepQuery(PageQuery):
    """Which steps to list."""

    limit = fields.Integer(load_default=100, validate=validate.Range(1, 500))


class StepSchema(Schema):
    """One unit of work."""

    id = fields.Integer()
    kind = fields.String()
    part = fields.String()
    queue = fields.String()
    state = fields.String()
    blocking = fields.Boolean()
    priority = fields.Integer()
    epoch = fields.Integer()
    attempt = fields.Integer()
    error_count = fields.Integer()
    crash_count = fields.Integer()
    retries = fields.Integer()
    lease_owner = fields.String(allow_none=True)
    lease_until = fields.DateTime(allow_none=True)
    not_before = fields.DateTime(allow_none=True)
    result = fields.Dict(allow_none=True)
    error = fields.Dict(allow_none=True)
    created_at = fields.DateTime()
    started_at = fields.DateTime(allow_none=True)
    finished_at = fields.DateTime(allow_none=True)


class StepPageSchema(Schema):
    """A page of steps, the oldest first."""

    items = fields.List(fields.Nested(StepSchema))
    next_cursor = fields.String(allow_none=True)
