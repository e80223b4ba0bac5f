"""Jobs as they come in and as they are shown."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, missing, post_load, pre_load, validate, validates_schema

from api.context_filter import without_context
from api.schemas.fields import (
    CommaList,
    File,
    FileName,
    Flag,
    Identifier,
    JsonObject,
    Minutes,
    Moment,
    Name,
    PageQuery,
    Text,
    Whole,
    visible,
)
from api.schemas.scheduling import Parents, RunAt, parent_failure, token_budget
from orchestrator.domain.job import ON_ERROR, JobStatus
from orchestrator.domain.llm import ENGINES
from orchestrator.domain.submission import PROMPT_CHARACTERS, SCOPE_CHARACTERS, TAG_CHARACTERS, TAGS
from orchestrator.domain.webhook import URL_CHARACTERS
from orchestrator.services.job_view import JobView
from orchestrator.storage.jobs import SORTS, JobFilter

AGENTS = ("creator", "validator")
REASON_CHARACTERS = 500
PENDING = "`pending` is `created`; beside `agent`, whatever is open for it"


def reason_field(**kwargs: Any) -> Text:
    """Why jobs are changed, for their events and the audit log."""
    said = {"description": "For the events of the job and the audit log"}
    return Text(validate=[validate.Length(1, REASON_CHARACTERS), visible], metadata=said, **kwargs)


class SubmissionSchema(Schema):
    """What POST /jobs takes, as JSON or as a form."""

    prompt = Text(required=True, validate=[validate.Length(1, PROMPT_CHARACTERS), visible])
    document = File(metadata={"type": "string", "format": "binary", "description": "A file; multipart only"})
    document_id = Identifier(metadata={"description": "Of POST /documents"})
    file_name = FileName(metadata={"description": "Of the document with this `document_id`"})
    context = JsonObject(
        load_default=dict,
        metadata={"description": "Without a document, the prompt and `context.text` are the document"},
    )
    priority = Whole(load_default=5, validate=validate.Range(0, 9))
    engine = Text(
        load_default=None,
        validate=validate.OneOf(ENGINES),
        metadata={"description": "Who extracts; else `hybrid` where there is a language model, `rules` where not"},
    )
    token_budget = token_budget(
        load_default=None,
        metadata={"description": "Tokens that models may use for it; where they do not suffice it waits for more"},
    )
    scope = Text(load_default=None, validate=[validate.Length(1, SCOPE_CHARACTERS), visible])
    callback_url = Name(
        load_default=None,
        validate=validate.Length(1, URL_CHARACTERS),
        metadata={"description": "told when the job has ended, and when its report is there"},
    )
    tags = fields.List(
        Name(validate=validate.Length(1, TAG_CHARACTERS)), load_default=list, validate=validate.Length(max=TAGS)
    )
    on_error = Text(load_default="fail", validate=validate.OneOf(ON_ERROR))
    integrate = Flag(
        load_default=True,
        metadata={"description": "false: judge it and leave the graph alone until POST /jobs/{job_id}/graph"},
    )
    stuck_after_minutes = Minutes(metadata={"description": "Without progress for this long it counts as stuck"})
    run_at = RunAt(metadata={"description": "Not before this; one that has passed means at once"})
    depends_on = Parents(load_default=list)
    on_parent_failure = parent_failure(load_default="block")
    successor_of = Identifier(
        load_default=None,
        metadata={"description": "The job over the document's edition before this one: its reviews are taken over"},
    )
    deduplicate = Flag(
        load_default=True,
        metadata={
            "description": "Answer 200 with the owner's job that has the same document, prompt, context, engine and "
            "scope, where there is one that has not failed"
        },
    )

    @validates_schema
    def _one_document(self, data: dict[str, Any], **_: Any) -> None:
        if "document" in data and "document_id" in data:
            raise ValidationError("Send `document` or `document_id`, not both.", "document_id")
        if "file_name" in data and "document_id" not in data:
            raise ValidationError("Goes with `document_id`; a file brings its own name.", "file_name")


class SubmissionFormSchema(SubmissionSchema):
    """How the parts of a form are described: a part is a text, so what is null in JSON is left out of a form."""

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Describe no field as nullable."""
        if field_obj.load_default is None:
            field_obj.load_default = missing
        field_obj.allow_none = False


def words_field(**kwargs: Any) -> Text:
    """Words that a job is found by."""
    said = {"description": "Words of the prompt, the file name or a requirement"}
    return Text(validate=[validate.Length(1, 200), visible], metadata=said, **kwargs)


def filter_of(data: dict[str, Any]) -> JobFilter:
    """The filter that these fields make."""
    # Beside `agent`, pending work is what is open on its queue, whether or not the job has begun.
    words = {"created" if status == "pending" else str(status) for status in data["status"]}
    statuses = () if data["agent"] and "pending" in data["status"] else sorted(words)
    same = ("agent", "q", "owner", "created_after", "created_before", "priority", "sort", "context")
    return JobFilter(
        statuses=tuple(statuses),
        document_id=data["document"],
        tags=tuple(sorted(data["tags"])),
        **{name: data[name] for name in same if name in data},
    )


class JobQuery(PageQuery):
    """Which jobs to list, and in which order."""

    status = CommaList(*JobStatus, "pending", said=f"{PENDING}; comma list")
    agent = Text(
        load_default=None,
        validate=validate.OneOf(AGENTS),
        metadata={"description": "Live jobs with open steps for this kind of agent"},
    )
    q = words_field(load_default=None)
    owner = Text(load_default=None, validate=validate.Length(1, 200))
    document = Identifier(load_default=None, metadata={"description": "Of the document with this id"})
    created_after = Moment(metadata={"description": "Then or later"})
    created_before = Moment(metadata={"description": "Before that"})
    priority = fields.Integer(load_default=None, validate=validate.Range(0, 9))
    tags = CommaList(most=TAGS, said="All of these; comma list")
    sort = Text(load_default="-created_at", validate=validate.OneOf(list(SORTS)))

    @pre_load
    def _apart(self, data: Any, **_: Any) -> dict[str, Any]:
        return without_context(data)

    @validates_schema
    def _some_time(self, data: dict[str, Any], **_: Any) -> None:
        after, before = data.get("created_after"), data.get("created_before")
        if after and before and after >= before:
            raise ValidationError("Must lie after created_after.", "created_before")

    @post_load
    def _filter(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return data | {"wanted": filter_of(data)}


class CancelQuery(Schema):
    """How to cancel."""

    cleanup = fields.Boolean(
        load_default=False,
        metadata={"description": "Delete the job's working data as well; of a job that has ended, that alone"},
    )
    reason = reason_field(load_default=None)


class SubmitQuery(Schema):
    """How to submit."""

    dry_run = fields.Boolean(
        load_default=False,
        metadata={"description": "Only read it, to tell its parts, tokens and costs in `estimate`; no model is asked"},
    )


class EstimateSchema(Schema):
    """What a document would take."""

    parts = fields.Integer()
    characters = fields.Integer()
    model = fields.String(allow_none=True)
    requests = fields.Integer()
    prompt_tokens = fields.Integer()
    completion_tokens = fields.Integer()
    total_tokens = fields.Integer()
    cost = fields.Float(allow_none=True, metadata={"description": "In the currency of the prices; null: no price set"})


class JobDocumentSchema(Schema):
    """The document of a job."""

    id = fields.UUID(attribute="document.id")
    sha256 = fields.String(attribute="document.sha256")
    size_bytes = fields.Integer(attribute="document.size_bytes")
    file_name = fields.String(attribute="job.file_name")
    media_type = fields.String(attribute="job.media_type")


class CountsSchema(Schema):
    """Requirements by status; `validating` ones are being judged now."""

    total = fields.Integer()
    pending = fields.Integer()
    validating = fields.Integer()
    integrated = fields.Integer()
    rejected = fields.Integer()
    failed = fields.Integer()


class JobErrorSchema(Schema):
    """Why a job failed."""

    code = fields.String()
    message = fields.String()
    details = fields.Dict(
        metadata={
            "description": "Of the step that failed: `class` of its last failure, `kind`, `part`, `attempts`, "
            "`errors`, `crashes`, and more by code"
        }
    )


class JobSchema(Schema):
    """A job and everything that is known of it."""

    id = fields.UUID(attribute="job.id")
    status = fields.String(attribute="job.status")
    creator_status = fields.String(attribute="job.creator_status")
    validator_status = fields.String(attribute="job.validator_status")
    waiting_for = fields.String(attribute="waiting.reason", allow_none=True)
    waiting_until = fields.DateTime(attribute="waiting.until", allow_none=True)
    owner = fields.String(attribute="job.owner")
    prompt = fields.String(attribute="job.prompt")
    document = fields.Nested(JobDocumentSchema, attribute="itself")
    context = fields.Dict(attribute="job.context")
    tags = fields.List(fields.String(), attribute="job.tags")
    scope = fields.String(attribute="job.scope", allow_none=True)
    engine = fields.String(attribute="job.engine")
    text_sent_to = fields.String(
        attribute="job.text_sent_to",
        allow_none=True,
        metadata={"description": "The language model's endpoint that gets the document's text; null: it stays here"},
    )
    token_budget = fields.Integer(attribute="job.token_budget", allow_none=True)
    total_tokens = fields.Integer(attribute="job.total_tokens", metadata={"description": "Used by models so far"})
    total_requests = fields.Integer(attribute="job.total_requests")
    dry_run = fields.Boolean(attribute="job.dry_run")
    estimate = fields.Nested(
        EstimateSchema, attribute="job.estimate", allow_none=True, metadata={"description": "Of a dry run"}
    )
    on_error = fields.String(attribute="job.on_error")
    integrate = fields.Boolean(
        attribute="job.integrate", metadata={"description": "false: what it says of the graph is held back"}
    )
    priority = fields.Integer(attribute="job.priority")
    run_at = fields.DateTime(attribute="job.run_at", allow_none=True)
    depends_on = fields.List(fields.UUID())
    on_parent_failure = fields.String(attribute="job.on_parent_failure")
    waiting_on = fields.List(fields.UUID(), metadata={"description": "Of depends_on, those that keep it waiting"})
    brief = fields.Dict(attribute="job.brief", allow_none=True)
    requirements = fields.Nested(CountsSchema)
    statistics = fields.Dict(attribute="job.statistics")
    coverage = fields.Dict(allow_none=True, metadata={"description": "In numbers; the report lists the gaps"})
    error = fields.Nested(JobErrorSchema, allow_none=True)
    revision = fields.Integer(attribute="job.revision")
    previous_revision = fields.UUID(attribute="job.previous_revision", allow_none=True)
    successor_of = fields.UUID(attribute="job.successor_of", allow_none=True)
    version = fields.Integer(attribute="job.version")
    correlation_id = fields.String(attribute="job.correlation_id")
    deadline_at = fields.DateTime(attribute="job.deadline_at", allow_none=True)
    stuck_after_minutes = fields.Float(attribute="job.stuck_after_minutes", allow_none=True)
    created_at = fields.DateTime(attribute="job.created_at")
    updated_at = fields.DateTime(attribute="job.updated_at")
    started_at = fields.DateTime(attribute="job.started_at", allow_none=True)
    resumed_at = fields.DateTime(attribute="job.resumed_at", allow_none=True)
    completed_at = fields.DateTime(attribute="job.completed_at", allow_none=True)
    cleaned_up_at = fields.DateTime(attribute="job.cleaned_up_at", allow_none=True)
    redacted_at = fields.DateTime(
        attribute="job.redacted_at",
        allow_none=True,
        metadata={"description": "When its document, texts and prompt were removed"},
    )
    links = fields.Method("links_of", metadata={"type": "object", "additionalProperties": {"type": "string"}})

    def links_of(self, view: JobView) -> dict[str, str]:
        """Where the parts of this job are."""
        here = f"/jobs/{view.job.id}"
        parts = ("progress", "steps", "events", "requirements", "statistics", "coverage", "report", "pack", "document")
        return {"self": here} | {part: f"{here}/{part}" for part in parts}


class SubmittedSchema(JobSchema):
    """A job as it was accepted."""

    deduplicated = fields.Boolean(metadata={"description": "It was there already: nothing was submitted"})


class JobItemSchema(JobSchema):
    """A job in a list: without its large fields."""

    class Meta:
        exclude = ("context", "brief", "statistics", "coverage")


class JobPageSchema(Schema):
    """A page of jobs, the newest first."""

    items = fields.List(fields.Nested(JobItemSchema))
    next_cursor = fields.String(allow_none=True)


class PartsSchema(Schema):
    """Parts of the document."""

    done = fields.Integer()
    total = fields.Integer()


class StepCountsSchema(Schema):
    """Steps by what became of them."""

    done = fields.Integer()
    open = fields.Integer()
    dead = fields.Integer()
    cancelled = fields.Integer()


class RangeSchema(Schema):
    """A range in seconds."""

    low = fields.Float()
    high = fields.Float()


class ProgressSchema(Schema):
    """How far a job is."""

    job_id = fields.UUID()
    status = fields.String()
    waiting_for = fields.String(allow_none=True)
    percent = fields.Integer(metadata={"minimum": 0, "maximum": 100, "description": "Never falls"})
    parts = fields.Nested(PartsSchema)
    steps = fields.Nested(StepCountsSchema)
    requirements = fields.Nested(CountsSchema)
    elapsed_s = fields.Float()
    eta_s = fields.Nested(RangeSchema, allow_none=True)
    queue_position = fields.Integer(allow_none=True, metadata={"description": "1 is next"})
