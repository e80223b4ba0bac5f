"""Requirements."""

from __future__ import annotations

from typing import Any, TypedDict


class Citation(TypedDict):
    """Words of the document, to the letter."""

    quote: str
    start: int
    end: int
    page: int | None
    locator: str
    match: str


class Location(TypedDict):
    """Where a requirement stands."""

    page: int | None
    locator: str
    section: str
    start: int
    end: int


class CarriedFrom(TypedDict):
    """The requirement of an earlier job that was reviewed."""

    job_id: str
    rid: str


class Review(TypedDict, total=False):
    """Where a requirement's review stands; `state` is always there."""

    state: str | None
    accepted_by: list[str]
    rejected_by: str
    reason: str
    edited: dict[str, Any]
    cause: list[str]
    carried_over_from: CarriedFrom


class Requirement(TypedDict):
    """A requirement, its sources, and what became of it. What is not known is None."""

    rid: str
    seq: int | None
    status: str
    requirement_name: str
    requirement_text: str
    modality: str
    requirement_type: str | None
    priority: str | None
    addressee: str | None
    source_document: str
    source_location: Location
    citations: list[Citation]
    confidence_score: float
    needs_review: bool
    reasons: list[Any]
    relevance: float | None
    relevance_words: list[str]
    is_gobd_relevant: bool | None
    is_gdpr_relevant: bool | None
    research_notes: str
    mentioned_objects: list[str]
    mentioned_messages: list[str]
    quality: dict[str, Any] | None
    fulfilment: str | None
    gap: str | None
    evidence: list[Any] | None
    neo4j_id: str | None
    rejection_reason: str | None
    retry_count: int
    last_error: str | None
    review: Review | None
    version: int
    created_at: str
    updated_at: str
