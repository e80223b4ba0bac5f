"""Requirements as they are shown."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from api.schemas.fields import CommaList, PageQuery, Text
from orchestrator.domain.report import PRIORITIES
from orchestrator.domain.requirement import Modality, RequirementStatus, RequirementType
from orchestrator.storage.requirements import RequirementFilter


class RequirementQuery(PageQuery):
    """Which requirements to list."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, 100))
    status = CommaList(*RequirementStatus, "validating")
    modality = CommaList(*Modality)
    type = CommaList(*RequirementType)
    priority = CommaList(*PRIORITIES)
    gobd = fields.Boolean(load_default=None, metadata={"description": "Known to be relevant, or known not to be"})
    gdpr = fields.Boolean(load_default=None, metadata={"description": "Known to be relevant, or known not to be"})
    min_confidence = fields.Float(load_default=None, validate=validate.Range(0, 1))
    locator = Text(
        load_default=None, validate=validate.Length(1, 200), metadata={"description": "How the place begins"}
    )
    q = Text(
        load_default=None, validate=validate.Length(1, 200), metadata={"description": "Words of the name or the text"}
    )

    @post_load
    def _filter(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        wanted = RequirementFilter(
            statuses=tuple(data["status"]),
            modalities=tuple(data["modality"]),
            types=tuple(data["type"]),
            priorities=tuple(data["priority"]),
            **{name: data[name] for name in ("gobd", "gdpr", "min_confidence", "locator", "q")},
        )
        return data | {"wanted": wanted}


class CitationSchema(Schema):
    """Words of the document, to the letter: `quote` is text[start:end]."""

    quote = fields.String()
    start = fields.Integer()
    end = fields.Integer()
    page = fields.Integer(allow_none=True)
    locator = fields.String()
    match = fields.String()


class LocationSchema(Schema):
    """Where a requirement stands."""

    page = fields.Integer(allow_none=True)
    locator = fields.String()
    section = fields.String()
    start = fields.Integer()
    end = fields.Integer()


class CarriedSchema(Schema):
    """The requirement of an earlier job that was reviewed."""

    job_id = fields.UUID()
    rid = fields.String()


class ReviewSchema(Schema):
    """Where a requirement's review stands."""

    state = fields.String(
        allow_none=True, metadata={"description": "awaiting_second, accepted, rejected or suspect; null: edited only"}
    )
    accepted_by = fields.List(fields.String())
    rejected_by = fields.String()
    reason = fields.String(metadata={"description": "Of the last decision"})
    edited = fields.Dict(metadata={"description": "Values that reviewers gave: name, type, priority"})
    cause = fields.List(
        fields.String(), metadata={"description": "Of a suspect: strength_changed, number_changed, wording_changed"}
    )
    carried_over_from = fields.Nested(CarriedSchema)


class RequirementSchema(Schema):
    """A requirement, its sources, and what became of it. What is not known is null."""

    rid = fields.String(attribute="Requirement.rid")
    seq = fields.Integer(attribute="Requirement.seq", allow_none=True)
    status = fields.String(attribute="shown")
    requirement_name = fields.String(attribute="Requirement.requirement_name")
    requirement_text = fields.String(attribute="Requirement.requirement_text")
    modality = fields.String(attribute="Requirement.modality")
    requirement_type = fields.String(attribute="Requirement.requirement_type", allow_none=True)
    priority = fields.String(attribute="Requirement.priority", allow_none=True)
    addressee = fields.String(attribute="Requirement.addressee", allow_none=True)
    source_document = fields.String(attribute="Requirement.source_document")
    source_location = fields.Nested(LocationSchema, attribute="Requirement.source_location")
    citations = fields.List(fields.Nested(CitationSchema), attribute="Requirement.citations")
    confidence_score = fields.Float(attribute="Requirement.confidence_score")
    needs_review = fields.Boolean(attribute="Requirement.needs_review")
    reasons = fields.List(fields.Raw(), attribute="Requirement.reasons")
    relevance = fields.Float(attribute="Requirement.relevance", allow_none=True)
    relevance_words = fields.List(fields.String(), attribute="Requirement.relevance_words")
    is_gobd_relevant = fields.Boolean(attribute="Requirement.is_gobd_relevant", allow_none=True)
    is_gdpr_relevant = fields.Boolean(attribute="Requirement.is_gdpr_relevant", allow_none=True)
    research_notes = fields.String(attribute="Requirement.research_notes")
    mentioned_objects = fields.List(fields.String(), attribute="Requirement.mentioned_objects")
    mentioned_messages = fields.List(fields.String(), attribute="Requirement.mentioned_messages")
    quality = fields.Dict(attribute="Requirement.quality", allow_none=True)
    fulfilment = fields.String(attribute="Requirement.fulfilment", allow_none=True)
    gap = fields.String(attribute="Requirement.gap", allow_none=True)
    evidence = fields.List(fields.Raw(), attribute="Requirement.evidence", allow_none=True)
    neo4j_id = fields.String(attribute="Requirement.neo4j_id", allow_none=True)
    rejection_reason = fields.String(attribute="Requirement.rejection_reason", allow_none=True)
    retry_count = fields.Integer(attribute="Requirement.retry_count")
    last_error = fields.String(attribute="Requirement.last_error", allow_none=True)
    review = fields.Nested(ReviewSchema, attribute="Requirement.review", allow_none=True)
    version = fields.Integer(attribute="Requirement.version")
    created_at = fields.DateTime(attribute="Requirement.created_at")
    updated_at = fields.DateTime(attribute="Requirement.updated_at")


class RequirementPageSchema(Schema):
    """A page of requirements in the order of the document."""

    items = fields.List(fields.Nested(RequirementSchema))
    next_cursor = fields.String(allow_none=True)


class PlaceSchema(Schema):
    """The requirements at one place."""

    locator = fields.String(allow_none=True)
    total = fields.Integer()
    pending = fields.Integer()
    integrated = fields.Integer()
    rejected = fields.Integer()
    failed = fields.Integer()


def _counts() -> fields.Dict:
    return fields.Dict(keys=fields.String(), values=fields.Integer())


class StatisticsSchema(Schema):
    """A job's requirements counted by value, with 0 for what does not occur."""

    total = fields.Integer()
    status = _counts()
    modality = _counts()
    type = _counts()
    priority = _counts()
    gobd = _counts()
    gdpr = _counts()
    locator = fields.List(
        fields.Nested(PlaceSchema), metadata={"description": "In the order of the document; the first 1,000"}
    )
