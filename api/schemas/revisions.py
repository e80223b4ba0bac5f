"""Re-runs, and what changed between two jobs."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from api.schemas.fields import CommaList, JsonObject, PageQuery, Text, visible
from api.schemas.jobs import JobItemSchema
from orchestrator.domain.comparison import Change
from orchestrator.domain.llm import ENGINES
from orchestrator.domain.submission import PROMPT_CHARACTERS, SCOPE_CHARACTERS


class RerunSchema(Schema):
    """What shall be other than in the job; what is left out stays as it is."""

    prompt = Text(validate=[validate.Length(1, PROMPT_CHARACTERS), visible])
    engine = Text(validate=validate.OneOf(ENGINES))
    scope = Text(
        allow_none=True,
        validate=[validate.Length(1, SCOPE_CHARACTERS), visible],
        metadata={"description": "Places; `gaps`: the sentences that the job left uncited; null: the whole document"},
    )
    context = JsonObject()

    @validates_schema
    def _no_text(self, data: dict[str, Any], **_: Any) -> None:
        if "text" in data.get("context", {}):
            raise ValidationError(
                {"text": ["The document stays the same; submit a new job for another text."]}, "context"
            )


class RevisionListSchema(Schema):
    """All revisions of a job, the oldest first."""

    items = fields.List(fields.Nested(JobItemSchema))


class CompareQuery(PageQuery):
    """Which differences to list, and how."""

    limit = fields.Integer(load_default=100, validate=validate.Range(1, 500))
    change = CommaList(*Change, said="Only these; comma list")
    format = Text(
        load_default=None,
        validate=validate.OneOf(["json", "text"]),
        metadata={"description": "Else by Accept: text/plain or application/json"},
    )


class StatementSchema(Schema):
    """A requirement in one of the jobs."""

    rid = fields.String()
    seq = fields.Integer(allow_none=True)
    locator = fields.String()
    text = fields.String()
    modality = fields.String()


class DifferenceSchema(Schema):
    """One requirement before and after; `before` is null for an added one, `after` for a removed one."""

    change = fields.String(metadata={"description": "What it counts for: the first of `changes`"})
    changes = fields.List(fields.String(), metadata={"description": "All ways in which it changed"})
    moved = fields.Boolean(metadata={"description": "It stands at another place"})
    before = fields.Nested(StatementSchema, allow_none=True)
    after = fields.Nested(StatementSchema, allow_none=True)


class ComparedJobSchema(Schema):
    """One of the two jobs."""

    job_id = fields.UUID()
    revision = fields.Integer()
    file_name = fields.String()
    sha256 = fields.String()


class ComparisonSchema(Schema):
    """What changed from one job to another; `counts` are of all differences, and `moved` of those that moved."""

    before = fields.Nested(ComparedJobSchema)
    after = fields.Nested(ComparedJobSchema)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer())
    items = fields.List(fields.Nested(DifferenceSchema), attribute="differences.items")
    next_cursor = fields.String(attribute="differences.next_cursor", allow_none=True)
