"""The timeline of a job."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from api.schemas.fields import PageQuery


class EventQuery(PageQuery):
    """Which events to list."""

    limit = fields.Integer(load_default=100, validate=validate.Range(1, 500))


class EventSchema(Schema):
    """Something that happened."""

    seq = fields.Integer(metadata={"description": "1, 2, 3 ... within the job, without gaps"})
    type = fields.String(metadata={"description": "`job.completed`, `step.dead` and the like"})
    data = fields.Dict()
    correlation_id = fields.String()
    created_at = fields.DateTime()


class EventPageSchema(Schema):
    """A page of events, the oldest first."""

    items = fields.List(fields.Nested(EventSchema))
    next_cursor = fields.String(allow_none=True)
