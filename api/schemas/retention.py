"""What is past its time."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.schemas.fields import Flag


class RetentionWishSchema(Schema):
    """Whether to do it."""

    dry_run = Flag(required=True, metadata={"description": "Count only; nothing is changed"})


class ByStatusSchema(Schema):
    """A number for each status that a job ends in."""

    completed = fields.Integer()
    failed = fields.Integer()
    cancelled = fields.Integer()


class ByRuleSchema(Schema):
    """For each of the two rules."""

    redact = fields.Nested(ByStatusSchema)
    delete = fields.Nested(ByStatusSchema)


class RetentionSchema(Schema):
    """What the settings say, and what is due by them."""

    dry_run = fields.Boolean()
    days = fields.Nested(ByRuleSchema, metadata={"description": "After the end of a job; 0: never"})
    due = fields.Nested(
        ByRuleSchema, metadata={"description": "Jobs; one that is due for both counts as one to delete"}
    )
