"""Queues that are paused: nothing of them is dispatched until they are resumed. No commits."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from orchestrator.storage import steps

_PAUSE = text(
    """
    INSERT INTO queues (name, paused_at, paused_by) VALUES (:name, now(), :by)
    ON CONFLICT (name) DO UPDATE SET paused_at = coalesce(queues.paused_at, now()),
                                     paused_by = coalesce(queues.paused_by, excluded.paused_by)
    """
)
_RESUME = text("UPDATE queues SET paused_at = NULL, paused_by = NULL WHERE name = :name AND paused_at IS NOT NULL")
_RECALL = text(
    """
    WITH sent AS MATERIALIZED (
        SELECT s.id FROM steps s JOIN queues q ON q.name = s.queue AND q.paused_at IS NOT NULL
        WHERE s.state = 'dispatched' ORDER BY s.id FOR UPDATE OF s SKIP LOCKED
    )
    UPDATE steps SET state = 'pending', epoch = epoch + 1, dispatched_at = NULL
    WHERE id = ANY(ARRAY(SELECT id FROM sent))
    """
)


def pause(session: Session, name: str, by: str) -> None:
    """Dispatch nothing more of a queue and take back what nobody has claimed; a paused one stays as it is."""
    session.execute(_PAUSE, {"name": name, "by": by})
    recall(session)


def resume(session: Session, name: str) -> None:
    """Dispatch a queue's steps again, at once."""
    session.execute(_RESUME, {"name": name})
    steps.notify(session, name)


def recall(session: Session) -> int:
    """Take back what is dispatched and unclaimed on paused queues: also what a dispatch that had begun still sent."""
    return int(session.execute(_RECALL).rowcount)  # type: ignore[attr-defined]
