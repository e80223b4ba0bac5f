"""Whether this process lives, and whether the service can do its work."""

from __future__ import annotations

from marshmallow import Schema, fields


class HealthSchema(Schema):
    """This process answers."""

    status = fields.String()
    version = fields.String()
    uptime_s = fields.Float()
    config_generation = fields.Integer(
        metadata={"description": "1 at start, one more with each change of the configuration file that was taken."}
    )


class CheckSchema(Schema):
    """One thing that the service needs."""

    ok = fields.Boolean()
    detail = fields.String()


class ReadySchema(Schema):
    """Every check by name."""

    status = fields.String()
    checks = fields.Dict(keys=fields.String(), values=fields.Nested(CheckSchema))
