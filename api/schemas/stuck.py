"""Jobs that stand still, and what recovery found."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from api.schemas.fields import Minutes
from orchestrator.domain.stuck import StuckReason


class StuckQuery(Schema):
    """What counts as stuck."""

    threshold_minutes = Minutes(metadata={"description": "For all jobs; else each job's own, else the settings'"})
    limit = fields.Integer(load_default=100, validate=validate.Range(1, 500))


class StuckJobSchema(Schema):
    """A job that stands still."""

    job_id = fields.UUID()
    status = fields.String()
    component = fields.String(metadata={"description": "creator, validator or leader"})
    reason = fields.String(validate=validate.OneOf(list(StuckReason)))
    progress_at = fields.DateTime(metadata={"description": "Its last step event or finished part"})
    minutes = fields.Float(metadata={"description": "Since then"})
    threshold_minutes = fields.Float()
    advice = fields.String()


class FoundSchema(Schema):
    """What recovery put right."""

    expired = fields.Integer(metadata={"description": "steps whose worker was not heard of"})
    lost = fields.Integer(metadata={"description": "steps whose message nobody claimed: sent again"})
    timed_out = fields.Integer(metadata={"description": "jobs past their deadline"})


class RecoveryRecordSchema(Schema):
    """What recovery did, whoever ran it."""

    looked_at = fields.DateTime(allow_none=True, metadata={"description": "Its last run; null before the first"})
    recovered_at = fields.DateTime(allow_none=True, metadata={"description": "Its last run that found something"})
    last = fields.Nested(FoundSchema, metadata={"description": "What that one found"})
    total = fields.Nested(FoundSchema, metadata={"description": "All that was ever found"})


class StuckListSchema(Schema):
    """Those that stand still the longest first, and what recovery did."""

    items = fields.List(fields.Nested(StuckJobSchema))
    recovery = fields.Nested(RecoveryRecordSchema)


class RecoverQuery(Schema):
    """Whether to do it."""

    dry_run = fields.Boolean(load_default=False, metadata={"description": "Count only"})


class RecoveredSchema(Schema):
    """What was recovered, or with `dry_run` would be."""

    dry_run = fields.Boolean()
    released = fields.Integer(metadata={"description": "steps whose waiting time is over"})
    expired = fields.Integer(metadata={"description": "steps whose worker was not heard of"})
    lost = fields.Integer(metadata={"description": "steps whose message nobody claimed"})
    timed_out = fields.Integer(metadata={"description": "jobs past their deadline"})
    moved_on = fields.Integer(metadata={"description": "live jobs without an open step"})
    validating_reset = fields.Integer(metadata={"description": "always 0: `validating` cannot get stuck"})
