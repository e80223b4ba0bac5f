"""Actions on many jobs, as they are asked for and as they are shown."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from api.context_filter import MOST, conditions_of
from api.schemas.fields import Flag, Identifier, JsonObject, Moment, Name, PageQuery, Text, Whole
from api.schemas.jobs import AGENTS, PENDING, filter_of, reason_field, words_field
from orchestrator.domain.job import JobStatus
from orchestrator.domain.operation import Action, OperationState
from orchestrator.domain.submission import TAG_CHARACTERS, TAGS
from orchestrator.errors import Invalid
from orchestrator.services.operations import OperationView

NAMES = ("status", "agent", "q", "owner", "document", "created_after", "created_before", "priority", "tags", "context")


def _paths_and_texts(context: dict[str, Any]) -> None:
    if len(context) > MOST or not all(isinstance(value, str) for value in context.values()):
        raise ValidationError(f"Not an object of at most {MOST} paths, each with a text.")


class BulkFilterSchema(Schema):
    """Which jobs are meant: what GET /jobs takes as parameters, lists as lists. Nothing at all is refused."""

    status = fields.List(
        Text(validate=validate.OneOf([*JobStatus, "pending"])),
        load_default=(),
        validate=validate.Length(max=len(JobStatus) + 1),
        metadata={"description": PENDING},
    )
    agent = Text(load_default=None, validate=validate.OneOf(AGENTS))
    q = words_field(load_default=None)
    owner = Text(load_default=None, validate=validate.Length(1, 200))
    document = Identifier(load_default=None)
    created_after = Moment(metadata={"description": "Then or later"})
    created_before = Moment(metadata={"description": "Before that"})
    priority = Whole(load_default=None, validate=validate.Range(0, 9))
    tags = fields.List(
        Name(validate=validate.Length(1, TAG_CHARACTERS)), load_default=(), validate=validate.Length(max=TAGS)
    )
    context = JsonObject(
        load_default=dict,
        validate=_paths_and_texts,
        metadata={
            "description": 'Paths and values as texts, as in {"customer.country": "DE"}',
            "maxProperties": MOST,
            "additionalProperties": {"type": "string"},
        },
    )

    @validates_schema
    def _some_time(self, data: dict[str, Any], **_: Any) -> None:
        after, before = data.get("created_after"), data.get("created_before")
        if after and before and after >= before:
            raise ValidationError("Must lie after created_after.", "created_before")

    @post_load(pass_original=True)
    def _wanted(self, data: dict[str, Any], original: dict[str, Any], **_: Any) -> dict[str, Any]:
        asked = {name: original[name] for name in NAMES if name in original}
        try:
            context = conditions_of(data["context"])
        except Invalid as error:
            raise ValidationError(str(error), "context") from error
        return {"wanted": filter_of(data | {"context": context}), "asked": asked}


class BulkSchema(Schema):
    """What POST /jobs/bulk takes."""

    action = Text(required=True, validate=validate.OneOf(list(Action)))
    filter = fields.Nested(BulkFilterSchema, required=True)
    reason = reason_field(required=True)
    priority = Whole(
        load_default=None,
        validate=validate.Range(0, 9),
        metadata={"description": "The new one; for `reprioritise`"},
    )
    dry_run = Flag(load_default=False, metadata={"description": "Count only"})

    @validates_schema
    def _priority(self, data: dict[str, Any], **_: Any) -> None:
        if (data.get("action") == Action.REPRIORITISE) != (data.get("priority") is not None):
            raise ValidationError("Goes with the action `reprioritise`, which needs it.", "priority")


class BulkCountSchema(Schema):
    """How many jobs an action would take now."""

    action = fields.String(validate=validate.OneOf(list(Action)))
    dry_run = fields.Boolean()
    total = fields.Integer()


class SkippedJobSchema(Schema):
    """A job that an operation left as it is."""

    job_id = fields.UUID()
    code = fields.String(metadata={"description": "As the problem of the same action on this job alone"})
    message = fields.String()


class StepErrorSchema(Schema):
    """Why the step of an operation was given up."""

    code = fields.String()
    message = fields.String()


class OperationSchema(Schema):
    """An action on many jobs; `items` are those that it left as they are."""

    id = fields.UUID(attribute="operation.id")
    action = fields.String(attribute="operation.action", validate=validate.OneOf(list(Action)))
    state = fields.String(
        validate=validate.OneOf(list(OperationState)),
        metadata={"description": "`failed`: given up on the way; what is done stays done"},
    )
    error = fields.Nested(StepErrorSchema, allow_none=True)
    filter = fields.Dict(attribute="operation.filter")
    reason = fields.String(attribute="operation.reason", allow_none=True)
    priority = fields.Integer(attribute="operation.priority", allow_none=True)
    owner = fields.String(attribute="operation.owner")
    total = fields.Integer()
    done = fields.Integer()
    skipped = fields.Integer()
    open = fields.Integer(metadata={"description": "Their turn has not come"})
    correlation_id = fields.String(attribute="operation.correlation_id")
    created_at = fields.DateTime(attribute="operation.created_at")
    finished_at = fields.DateTime(attribute="operation.finished_at", allow_none=True)
    items = fields.Method("items_of", metadata={"type": "array", "items": {"type": "object"}})
    next_cursor = fields.String(attribute="skipped_jobs.next_cursor", allow_none=True)

    def items_of(self, view: OperationView) -> Any:
        """The page of skipped jobs."""
        return SkippedJobSchema(many=True).dump(view.skipped_jobs.items)


class OperationQuery(PageQuery):
    """Which page of the skipped jobs."""
