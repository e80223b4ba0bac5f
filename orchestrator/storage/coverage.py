"""The gaps in a job's coverage, a page at a time: there may be thousands."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from orchestrator.storage import paging

_GAPS = text(
    """
    SELECT g.gap, g.number
    FROM jobs j, jsonb_array_elements(j.coverage -> 'gaps') WITH ORDINALITY AS g(gap, number)
    WHERE j.id = :job_id AND g.number > :after ORDER BY g.number LIMIT :limit
    """
)


def gaps(session: Session, job_id: UUID, at: paging.Paging) -> paging.Page:
    """Sentences with duty words that nothing cites, in the order of the document.

    Raises:
        Invalid: code `cursor`: it is none of this list's.
    """
    bound_to = {"coverage": job_id}
    after = paging.number_of(at.cursor, bound_to) if at.cursor else 0
    rows = session.execute(_GAPS, {"job_id": job_id, "after": after, "limit": at.limit + 1}).all()
    shown = rows[: at.limit]
    following = paging.cursor_of(shown[-1].number, bound_to) if len(rows) > at.limit else None
    return paging.Page([row.gap for row in shown], following)
