"""Agents as they are shown."""

from __future__ import annotations

from marshmallow import Schema, fields


class AgentSchema(Schema):
    """A worker's main process; `running` of its `slots` are in use."""

    id = fields.String()
    kind = fields.String()
    host = fields.String()
    pid = fields.Integer()
    slots = fields.Integer()
    running = fields.Integer()
    version = fields.String()
    live = fields.Boolean()
    draining = fields.Boolean()
    heartbeat_age_s = fields.Float()
    started_at = fields.DateTime()
    stopped_at = fields.DateTime(allow_none=True)


class AgentListSchema(Schema):
    """Live agents, and those that stopped within the hour."""

    items = fields.List(fields.Nested(AgentSchema))
