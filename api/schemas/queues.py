"""The queues in numbers."""

from __future__ import annotations

from marshmallow import Schema, fields


class QueueSchema(Schema):
    """A queue: open steps by state, and the slots of the agents that get steps."""

    name = fields.String()
    depth = fields.Integer(metadata={"description": "pending and dispatched: ready and not begun"})
    oldest_age_s = fields.Float(allow_none=True, metadata={"description": "of the oldest of these"})
    waiting = fields.Integer()
    pending = fields.Integer()
    dispatched = fields.Integer()
    running = fields.Integer()
    agents = fields.Integer()
    slots = fields.Integer()
    free_slots = fields.Integer()
    paused_at = fields.DateTime(allow_none=True, metadata={"description": "since then nothing of it is dispatched"})
    paused_by = fields.String(allow_none=True)


class QueueListSchema(Schema):
    """In the order of the work."""

    items = fields.List(fields.Nested(QueueSchema))
