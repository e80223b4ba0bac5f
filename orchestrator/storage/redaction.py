"""Which jobs are past their time, and the statements that take out their texts. No commits."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

_REDACT_DUE = """
    redacted_at IS NULL AND (CAST(:redact AS jsonb) ->> status)::int > 0
    AND completed_at < now() - make_interval(days => (CAST(:redact AS jsonb) ->> status)::int)
"""
_DELETE_DUE = """
    (CAST(:delete AS jsonb) ->> status)::int > 0
    AND completed_at < now() - make_interval(days => (CAST(:delete AS jsonb) ->> status)::int)
"""
_RULE = f"CASE WHEN {_DELETE_DUE} THEN 'delete' WHEN {_REDACT_DUE} THEN 'redact' END"
_ENDED = "status IN ('completed', 'failed', 'cancelled')"
_COUNT = text(
    f"""
    SELECT rule, status, count(*) AS jobs
    FROM (SELECT status, {_RULE} AS rule FROM jobs WHERE {_ENDED}) AS d
    WHERE rule IS NOT NULL GROUP BY rule, status
    """  # noqa: S608 - constants
)
_DUE = text(
    f"""
    SELECT id, {_RULE} AS rule FROM jobs
    WHERE {_ENDED} AND id > :after AND {_RULE} IS NOT NULL ORDER BY id LIMIT :limit
    """  # noqa: S608 - constants
)
_RULE_OF = text(f"SELECT {_RULE} FROM jobs WHERE id = :job_id AND {_ENDED}")  # noqa: S608 - constants

_JOB = text(
    """
    UPDATE jobs SET prompt = '', context = '{}', brief = NULL, dedup_key = NULL, document_text_id = NULL,
        coverage = CASE WHEN jsonb_typeof(coverage -> 'gaps') = 'array' THEN jsonb_set(coverage, '{gaps}', coalesce((
            SELECT jsonb_agg(g.gap || '{"quote": ""}' ORDER BY g.number)
            FROM jsonb_array_elements(coverage -> 'gaps') WITH ORDINALITY AS g(gap, number)), '[]')) ELSE coverage END,
        redacted_at = now(), updated_at = now(), version = version + 1
    WHERE id = :job_id
    """
)
_REQUIREMENTS = text(
    """
    UPDATE requirements SET requirement_text = '', research_notes = '', relevance_words = '{}', updated_at = now(),
        citations = (SELECT jsonb_agg(c.citation || '{"quote": ""}' ORDER BY c.number)
                     FROM jsonb_array_elements(citations) WITH ORDINALITY AS c(citation, number))
    WHERE id IN (SELECT id FROM requirements WHERE job_id = :job_id ORDER BY id FOR UPDATE)
    """
)
_REPORTS = text("DELETE FROM reports WHERE job_id = :job_id")
_HELD = text("DELETE FROM held_facts WHERE job_id = :job_id")
_LLM_REQUESTS = text("UPDATE llm_requests SET error = '' WHERE job_id = :job_id AND error IS NOT NULL")
"""What an endpoint says of a call may have words of the question; that something was wrong stays."""
_OTHERS = "SELECT 1 FROM jobs o WHERE o.document_id = :document_id AND o.id <> :job_id AND o.redacted_at IS NULL"
_USED = text(f"SELECT EXISTS ({_OTHERS})")
_CHUNKS = text("DELETE FROM document_chunks WHERE document_id = :document_id")
_TEXTS = text("DELETE FROM document_texts WHERE document_id = :document_id")
_DOCUMENT = text("UPDATE documents SET redacted_at = now() WHERE id = :document_id")
_NODES = text(
    """
    SELECT r.rid FROM requirements r
    WHERE r.job_id = :job_id AND r.neo4j_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM jobs o JOIN requirements s ON s.job_id = o.id AND s.rid = r.rid
        WHERE o.document_id = :document_id AND o.id <> :job_id AND o.redacted_at IS NULL AND s.neo4j_id IS NOT NULL)
    ORDER BY r.rid
    """
)

Limits = Mapping[str, Mapping[str, int]]
"""Rule (`redact`, `delete`) -> status -> days after the end; 0: never."""


def counts(session: Session, limits: Limits) -> Sequence[Row[Any]]:
    """Jobs that are due now: rule, status, jobs. One that is due for both is only deleted."""
    return session.execute(_COUNT, _values(limits)).all()


def due(session: Session, limits: Limits, after: UUID, limit: int) -> Sequence[Row[Any]]:
    """The next jobs that are due, behind this one: id and rule."""
    return session.execute(_DUE, {"after": after, "limit": limit, **_values(limits)}).all()


def rule_of(session: Session, limits: Limits, job_id: UUID) -> str | None:
    """What is due for a job now."""
    return session.execute(_RULE_OF, {"job_id": job_id, **_values(limits)}).scalar_one_or_none()


def redact_rows(session: Session, job_id: UUID) -> None:
    """Take the document's and the prompt's words out of a job's rows; the caller holds the job's lock."""
    for statement in (_JOB, _REQUIREMENTS, _REPORTS, _HELD, _LLM_REQUESTS):
        session.execute(statement, {"job_id": job_id})


def redact_document(session: Session, document_id: UUID, job_id: UUID) -> bool:
    """Delete bytes and texts unless another job that is not redacted has the document; says whether it did.

    The caller holds the document's lock, and this job has let go of its text.
    """
    values = {"document_id": document_id, "job_id": job_id}
    if session.execute(_USED, values).scalar_one():
        return False
    for statement in (_CHUNKS, _TEXTS, _DOCUMENT):
        session.execute(statement, {"document_id": document_id})
    return True


def nodes_to_redact(session: Session, document_id: UUID, job_id: UUID) -> Sequence[str]:
    """Keys of the job's requirements in the graph that no other job keeps the text of."""
    return session.execute(_NODES, {"document_id": document_id, "job_id": job_id}).scalars().all()


def _values(limits: Limits) -> dict[str, str]:
    return {rule: json.dumps(dict(limits[rule])) for rule in ("redact", "delete")}
