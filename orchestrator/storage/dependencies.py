"""Which jobs wait for which. No commits.

`due` asks the leader to look at a job. It is set with the row, and again in the transaction that ends the other job
(`services.advance`), so that no end is missed, whoever dies when.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

# FOR SHARE waits for a parent that is just ending, and keeps others from ending until this is committed: so either
# the end is seen here, or the end sees the new row.
_LOCK_PARENTS = text("SELECT id, owner, status FROM jobs WHERE id = ANY(:ids) ORDER BY id FOR SHARE")
_ADD = text(
    "INSERT INTO job_dependencies (job_id, depends_on_id) SELECT :job_id, unnest(CAST(:parents AS uuid[])) "
    "ON CONFLICT DO NOTHING"
)
_CLEAR = text("DELETE FROM job_dependencies WHERE job_id = :job_id")
_SERIAL = text("SELECT pg_advisory_xact_lock(hashtextextended('orchestrator.dependencies', 0))")
_ABOVE = text(
    """
    WITH RECURSIVE above AS (
        SELECT d AS parent, d AS id FROM unnest(CAST(:parents AS uuid[])) AS d
        UNION
        SELECT a.parent, d.depends_on_id FROM above a JOIN job_dependencies d ON d.job_id = a.id
    )
    SELECT parent FROM above WHERE id = :job_id ORDER BY parent LIMIT 1
    """
)
_DUE = text("SELECT DISTINCT job_id FROM job_dependencies WHERE due ORDER BY job_id LIMIT :limit")
_SETTLE = text("UPDATE job_dependencies SET due = false WHERE job_id = :job_id AND due")
_OF = text(
    """
    SELECT d.job_id, p.id, p.status FROM job_dependencies d JOIN jobs p ON p.id = d.depends_on_id
    WHERE d.job_id = ANY(:ids) ORDER BY d.job_id, p.created_at, p.id
    """
)
_NEEDED = text(
    """
    SELECT d.job_id FROM job_dependencies d JOIN jobs c ON c.id = d.job_id
    WHERE d.depends_on_id = :job_id AND c.status IN ('created', 'processing') AND c.started_at IS NULL LIMIT 1
    """
)


def lock_parents(session: Session, ids: Collection[UUID]) -> Sequence[Row[Any]]:
    """Those of these jobs that exist (id, owner, status); none of them ends before this transaction does."""
    return session.execute(_LOCK_PARENTS, {"ids": list(ids)}).all()


def add(session: Session, job_id: UUID, parents: Collection[UUID]) -> None:
    """Let a job wait for these; the caller has locked them."""
    session.execute(_ADD, {"job_id": job_id, "parents": list(map(str, parents))})


def replace(session: Session, job_id: UUID, parents: Collection[UUID]) -> None:
    """Let a job wait for these and no others."""
    session.execute(_CLEAR, {"job_id": job_id})
    add(session, job_id, parents)


def cyclic_parent(session: Session, job_id: UUID, parents: Collection[UUID]) -> UUID | None:
    """The first of these that is the job itself or waits for it, directly or through others; None where none does.

    Changes of dependencies wait for each other until they commit: two at once could make a cycle that neither sees.
    """
    session.execute(_SERIAL)
    return session.execute(_ABOVE, {"job_id": job_id, "parents": list(map(str, parents))}).scalar_one_or_none()


def due(session: Session, limit: int) -> Sequence[UUID]:
    """Jobs that the leader should look at."""
    return session.execute(_DUE, {"limit": limit}).scalars().all()


def settle(session: Session, job_id: UUID) -> bool:
    """Say that a job is looked at; False where another leader has done so.

    What is read after this, in a new statement, has every end that was told before.
    """
    return bool(session.execute(_SETTLE, {"job_id": job_id}).rowcount)  # type: ignore[attr-defined]


def of(session: Session, job_ids: Collection[UUID]) -> Sequence[Row[Any]]:
    """What these jobs depend on: job_id, and the id and status of the other job."""
    return session.execute(_OF, {"ids": list(job_ids)}).all()


def needed_by(session: Session, job_id: UUID) -> UUID | None:
    """A job that has not begun and depends on this one; None where there is none."""
    return session.execute(_NEEDED, {"job_id": job_id}).scalar_one_or_none()
