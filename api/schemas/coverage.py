"""What of a document's duties is cited."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from api.schemas.fields import PageQuery


class CoverageQuery(PageQuery):
    """Which gaps to list."""

    limit = fields.Integer(load_default=100, validate=validate.Range(1, 500))


class GapSchema(Schema):
    """A sentence with duty words that no requirement cites."""

    quote = fields.String()
    start = fields.Integer()
    end = fields.Integer()
    page = fields.Integer(allow_none=True)
    locator = fields.String()
    section = fields.String()


class CoverageSchema(Schema):
    """The numbers, and a page of gaps in the order of the document."""

    job_id = fields.UUID()
    known = fields.Boolean(metadata={"description": "false until the creator has finished: there are no numbers yet"})
    duty_sentences = fields.Integer()
    cited = fields.Integer()
    uncited = fields.Integer()
    items = fields.List(fields.Nested(GapSchema))
    next_cursor = fields.String(allow_none=True)
