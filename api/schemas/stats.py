"""Numbers over time."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from orchestrator.services.reporter import MOST_DAYS


class DailyQuery(Schema):
    """How far back."""

    days = fields.Integer(load_default=30, validate=validate.Range(1, MOST_DAYS))


class TotalsSchema(Schema):
    """The sums of a day."""

    jobs = fields.Integer()
    requirements = fields.Integer()
    documents = fields.Integer()


class DaySchema(Schema):
    """A day: the jobs submitted on it, their requirements, and documents first seen then, by status."""

    day = fields.String(metadata={"format": "date"})
    totals = fields.Nested(TotalsSchema)
    jobs = fields.Dict(keys=fields.String(), values=fields.Integer())
    requirements = fields.Dict(keys=fields.String(), values=fields.Integer())
    documents = fields.Dict(keys=fields.String(), values=fields.Integer())


class DailySchema(Schema):
    """Today (UTC) is the last."""

    items = fields.List(fields.Nested(DaySchema))
