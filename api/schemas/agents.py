"""Agents as they are shown."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from orchestrator.domain.breaker import BreakerState


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


class AgentHealthSchema(Schema):
    """An agent's last health check and its circuit breaker."""

    id = fields.String()
    kind = fields.String()
    host = fields.String()
    state = fields.String(
        validate=validate.OneOf(["live", "draining", "quarantined", "silent", "stopped", "unregistered"]),
        metadata={
            "description": "quarantined: fell ill too often; silent: no heartbeat; unregistered: known by its URL in "
            "the settings alone"
        },
    )
    slots = fields.Integer()
    health_url = fields.String(allow_none=True)
    breaker_state = fields.String(validate=validate.OneOf(list(BreakerState)))
    breaker_failures = fields.Integer(metadata={"description": "failed checks in a row"})
    breaker_open_until = fields.DateTime(allow_none=True, metadata={"description": "when an open one is tried again"})
    heartbeat_age_s = fields.Float(allow_none=True)
    checked_at = fields.DateTime(allow_none=True)
    check_error = fields.String(allow_none=True, metadata={"description": "what was wrong at the last check"})


class AgentHealthListSchema(Schema):
    """Live agents, those that stopped within the hour, and those of the settings that did not register."""

    items = fields.List(fields.Nested(AgentHealthSchema))
