"""The content of a report, whatever its format. Pure: rows go in, JSON-ready values come out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from orchestrator.domain.job import JobStatus
from orchestrator.domain.requirement import Modality, RequirementStatus, RequirementType

FORMATS = {
    "text": "text/plain; charset=utf-8",
    "json": "application/json",
    "html": "text/html; charset=utf-8",
    "csv": "text/csv; charset=utf-8; header=present",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "reqif": "application/xml",
}
"""Formats of a report and their media types."""

PACK = "pack"
STORED = FORMATS | {PACK: "application/zip"}
"""What is made and stored alike: the formats, and the audit pack."""

EXTENSIONS = {name: name for name in FORMATS} | {"text": "txt", PACK: "zip"}
AT_END = ("text", "json")
"""Formats that are made when a job ends; the others when they are asked for first."""

PRIORITIES = ("high", "medium", "low")

SHOWN_STATUSES = ("pending", "validating", *(status.value for status in RequirementStatus if status != "pending"))
"""Stored ones, and `validating`: pending and being judged."""

Breakdown = Mapping[str, Mapping[str | bool | None, int]]


class JobRow(Protocol):
    """What a report needs of a job's row."""

    id: Any
    owner: Any
    prompt: Any
    brief: Any
    engine: Any
    scope: Any
    on_error: Any
    priority: Any
    tags: Any
    status: Any
    revision: Any
    statistics: Any
    coverage: Any
    error_message: Any
    error_details: Any
    correlation_id: Any
    file_name: Any
    media_type: Any
    created_at: Any
    started_at: Any
    completed_at: Any
    text_sent_to: Any
    total_tokens: Any
    token_budget: Any


class RequirementRow(Protocol):
    """What a report needs of a requirement's row."""

    rid: Any
    seq: Any
    requirement_text: Any
    requirement_name: Any
    modality: Any
    requirement_type: Any
    priority: Any
    addressee: Any
    source_location: Any
    is_gobd_relevant: Any
    is_gdpr_relevant: Any
    research_notes: Any
    citations: Any
    mentioned_objects: Any
    mentioned_messages: Any
    confidence_score: Any
    reasons: Any
    relevance: Any
    relevance_words: Any
    needs_review: Any
    quality: Any
    fulfilment: Any
    gap: Any
    evidence: Any
    status: Any
    rejection_reason: Any
    retry_count: Any
    last_error: Any
    review: Any


@dataclass(frozen=True, slots=True)
class ReportSource:
    """What the head of a report is made of.

    Attributes:
        job: the job's row.
        document: {sha256, size_bytes} and, once read, {title, language, pages, characters, reader_version}.
        counts: requirements by value, for status, modality, requirement_type, priority and the relevances.
        failures: {kind, part, code, message} of steps that were given up.
        made_at: when the report was made.
        most_relevant: rows that answer the prompt's own words best, the best first.
        shown: requirements by shown status, as the view `job_summary` counts them.
        citations: {requirements, citations, exact, repaired, several, pages, locators}.
        attempts: of the steps: {steps, errors, crashes, dead, retries}.
        models: what language models were asked, by agent: {requests, prompt_tokens, completion_tokens, errors,
            mean_duration_ms, last_error}.
    """

    job: JobRow
    document: Mapping[str, Any]
    counts: Breakdown
    made_at: datetime
    failures: tuple[Mapping[str, Any], ...] = field(default=())
    most_relevant: tuple[RequirementRow, ...] = field(default=())
    shown: Mapping[str, int] = field(default_factory=dict)
    citations: Mapping[str, int] = field(default_factory=dict)
    attempts: Mapping[str, int] = field(default_factory=dict)
    models: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


_OTHERWISE_TOLD = ("cancelled_requirements", "llm")


def head(source: ReportSource) -> dict[str, Any]:
    """Everything but the requirements."""
    job = source.job
    dropped = job.statistics.get("cancelled_requirements", 0)
    return {
        "made_at": source.made_at,
        "job": _job(job),
        "document": {"file_name": job.file_name, "media_type": job.media_type, **source.document},
        "prompt": {"text": job.prompt, "understood": job.brief},
        "error": error_of(job),
        "failures": [dict(failure) for failure in source.failures],
        "attempts": dict(source.attempts),
        "summary": summary(source.counts, source.shown) | {"dropped_by_cancel": dropped},
        "considered": {key: value for key, value in job.statistics.items() if key not in _OTHERWISE_TOLD},
        "coverage": job.coverage,
        "citations": dict(source.citations),
        "llm": llm_use(job, source.models),
        "most_relevant": [{name: getattr(row, name) for name in _RELEVANT} for row in source.most_relevant],
    }


def _job(job: JobRow) -> dict[str, Any]:
    names = ("id", "status", "owner", "engine", "scope", "on_error", "priority", "tags", "revision", "correlation_id")
    times = ("created_at", "started_at", "completed_at")
    took = (job.completed_at - job.created_at).total_seconds() if job.completed_at else None
    return {name: getattr(job, name) for name in names + times} | {"duration_s": took}


def error_of(job: JobRow) -> dict[str, Any] | None:
    """Why a job failed: {code, message, details}; None where it did not."""
    if job.error_message is None and not job.error_details:
        return None
    details = dict(job.error_details or {})
    code = details.pop("code", "failed")
    details.pop("message", None)
    return {"code": code, "message": job.error_message or "The job failed.", "details": details}


def llm_use(job: JobRow, models: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What language models were asked, by agent, where the text went, and what came of it; all 0 for `rules`."""
    numbers = dict.fromkeys(("requests", "prompt_tokens", "completion_tokens", "errors"), 0)
    none = {**numbers, "mean_duration_ms": None, "last_error": None}
    return {
        "used": bool(models),
        "text_sent_to": job.text_sent_to,
        "total_tokens": job.total_tokens,
        "token_budget": job.token_budget,
        "agents": {agent: none | dict(models.get(agent, {})) for agent in ("creator", "validator")},
        "extraction": dict(job.statistics.get("llm", {})),
    }


def summary(counts: Breakdown, shown: Mapping[str, int]) -> dict[str, Any]:
    """The numbers, with 0 for what did not occur, so that two reports compare line by line.

    Args:
        counts: as in `ReportSource`.
        shown: requirements by shown status; `validating` is one only here.
    """
    return {
        "total": sum(counts["status"].values()),
        "status": {name: shown.get(name, 0) for name in SHOWN_STATUSES},
        "modality": _filled(counts["modality"], Modality),
        "type": _filled(counts["requirement_type"], RequirementType) | _unknown(counts["requirement_type"]),
        "priority": _filled(counts["priority"], PRIORITIES) | _unknown(counts["priority"]),
        "gobd": _relevance(counts["is_gobd_relevant"]),
        "gdpr": _relevance(counts["is_gdpr_relevant"]),
    }


def _filled(counts: Mapping[str | bool | None, int], names: Iterable[str]) -> dict[str, int]:
    return {str(name): counts.get(str(name), 0) for name in names}


def _unknown(counts: Mapping[str | bool | None, int]) -> dict[str, int]:
    return {"unknown": counts.get(None, 0)}


def _relevance(counts: Mapping[str | bool | None, int]) -> dict[str, int]:
    return {"relevant": counts.get(True, 0), "not_relevant": counts.get(False, 0)} | _unknown(counts)


_RELEVANT = ("rid", "seq", "requirement_name", "source_location", "relevance", "relevance_words")
_SHOWN = (
    "rid",
    "seq",
    "status",
    "requirement_name",
    "requirement_text",
    "modality",
    "requirement_type",
    "priority",
    "addressee",
    "source_location",
    "citations",
    "confidence_score",
    "needs_review",
    "reasons",
    "relevance",
    "relevance_words",
    "is_gobd_relevant",
    "is_gdpr_relevant",
    "research_notes",
    "mentioned_objects",
    "mentioned_messages",
    "quality",
    "fulfilment",
    "gap",
    "evidence",
    "rejection_reason",
    "retry_count",
    "last_error",
    "review",
)


def entry(row: RequirementRow) -> dict[str, Any]:
    """One requirement as every format shows it."""
    return {name: getattr(row, name) for name in _SHOWN}


def as_json(content: Mapping[str, Any], rows: Iterable[RequirementRow]) -> Iterator[str]:
    """The whole report as one JSON object, a requirement at a time."""
    yield dump(content)[:-1] + ', "requirements": ['
    for place, row in enumerate(rows):
        yield (",\n" if place else "\n") + dump(entry(row))
    yield "\n]}\n"


def dump(value: Any) -> str:
    """JSON with times in RFC 3339 and ids as text."""
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def is_final(status: str) -> bool:
    """Whether a job with this status gets a report."""
    return status in {JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED}
