"""The timeline of a job, and that of all jobs."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from api.schemas.fields import CURSOR_CHARACTERS, PageQuery, Text
from api.streams import HEADER, place_of
from orchestrator.errors import Invalid


class StreamHeaders(Schema):
    """Where a stream goes on."""

    last = Text(
        data_key=HEADER,
        load_default="",
        validate=validate.Length(max=100),
        metadata={"description": "of a stream: the last event that was seen"},
    )


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


class LogQuery(Schema):
    """Which events of all jobs to list."""

    limit = fields.Integer(load_default=100, validate=validate.Range(1, 500))
    cursor = Text(
        load_default=None,
        validate=validate.Length(1, CURSOR_CHARACTERS),
        metadata={"description": "`next_cursor`, or the id of an event of the stream"},
    )

    @post_load
    def _after(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        cursor = data.pop("cursor")
        try:
            return data | {"after": place_of(cursor) if cursor else None}
        except Invalid as error:
            said = "The cursor does not belong to this list. Start again without `cursor`."
            raise Invalid(said, code="cursor", details={"parameter": "cursor"}) from error


class LoggedEventSchema(EventSchema):
    """Something that happened to some job."""

    job_id = fields.String()
    created_at = fields.String(metadata={"format": "date-time"})  # type: ignore[assignment]


class LogPageSchema(Schema):
    """A page of the events of all jobs, the oldest first."""

    items = fields.List(fields.Nested(LoggedEventSchema))
    next_cursor = fields.String(allow_none=True)
