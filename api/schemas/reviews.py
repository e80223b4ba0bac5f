"""Reviews as they come in, their history, and the queue."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from api.schemas.fields import CommaList, Identifier, Name, PageQuery, Text, visible
from api.schemas.requirements import RequirementSchema
from orchestrator.domain.report import PRIORITIES
from orchestrator.domain.requirement import RequirementType
from orchestrator.domain.review import EDITABLE, NAME_CHARACTERS, REASON_CHARACTERS, Decision, ReviewState
from orchestrator.storage.reviews import UNREVIEWED, ReviewFilter

WAITING_STATES = (UNREVIEWED, ReviewState.AWAITING_SECOND, ReviewState.SUSPECT)


def _reason() -> Text:
    return Text(required=True, validate=[validate.Length(1, REASON_CHARACTERS), visible])


class DecisionSchema(Schema):
    """A decision on a requirement. Its quote and its text are the document's and cannot be changed."""

    decision = Text(required=True, validate=validate.OneOf(list(Decision)))
    reason = _reason()
    name = Name(validate=[validate.Length(1, NAME_CHARACTERS), visible], metadata={"description": "Of an edit"})
    type = Text(allow_none=True, validate=validate.OneOf(list(RequirementType)), metadata={"description": "Of an edit"})
    priority = Text(allow_none=True, validate=validate.OneOf(PRIORITIES), metadata={"description": "Of an edit"})

    @validates_schema
    def _values(self, data: dict[str, Any], **_: Any) -> None:
        given = [name for name in EDITABLE if name in data]
        if data.get("decision") == Decision.EDIT and not given:
            raise ValidationError("An edit names a new `name`, `type` or `priority`.", "decision")
        if data.get("decision") != Decision.EDIT and given:
            raise ValidationError(f"`{given[0]}` goes with the decision `edit` alone.", "decision")


class ClearSchema(Schema):
    """Why a suspicion is taken away."""

    reason = _reason()


class ClearedSchema(Schema):
    """How many suspects were cleared."""

    cleared = fields.Integer()
    more = fields.Boolean(metadata={"description": "There are others: call again"})


class ReviewActSchema(Schema):
    """Something that was decided on a requirement; `before` and `after` have what it changed."""

    id = fields.Integer()
    decision = fields.String(metadata={"description": "accept, reject, edit, clear, carry_over or suspect"})
    reviewer = fields.String(allow_none=True, metadata={"description": "null: no person, but what follows by rule"})
    reason = fields.String()
    before = fields.Dict()
    after = fields.Dict()
    created_at = fields.DateTime()


class ReviewActPageSchema(Schema):
    """A page of a requirement's history, the oldest first."""

    items = fields.List(fields.Nested(ReviewActSchema))
    next_cursor = fields.String(allow_none=True)


class ReviewQuery(PageQuery):
    """What of the queue to show."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, 100))
    job_id = Identifier(load_default=None, metadata={"description": "Of this job alone"})
    owner = Text(load_default=None, validate=validate.Length(1, 200), metadata={"description": "Of the job"})
    state = CommaList(*WAITING_STATES)
    priority = CommaList(*PRIORITIES)
    type = CommaList(*RequirementType)
    max_confidence = fields.Float(load_default=None, validate=validate.Range(0, 1))

    @post_load
    def _filter(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        wanted = ReviewFilter(
            states=tuple(map(str, data["state"])),
            priorities=tuple(data["priority"]),
            types=tuple(data["type"]),
            **{name: data[name] for name in ("job_id", "owner", "max_confidence")},
        )
        return data | {"wanted": wanted}


class WaitingSchema(RequirementSchema):
    """A requirement that waits for a review, with its job."""

    job_id = fields.UUID(attribute="Requirement.job_id")
    owner = fields.String(metadata={"description": "Of the job"})


class ReviewQueueSchema(Schema):
    """A page of the queue: low confidence times high priority first."""

    items = fields.List(fields.Nested(WaitingSchema))
    next_cursor = fields.String(allow_none=True)
