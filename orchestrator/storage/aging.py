"""More priority for what has waited long, a bounded number of steps at a time. No commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from orchestrator.domain.step import QUEUES

_HIGHEST = 9
_WAITED = "s.state = 'pending' AND s.rank < now() - make_interval(secs => :seconds)"
# A look into the index of ready steps for each pair, however many steps there are.
_LEVELS = text(
    f"""
    SELECT q.queue, p.priority
    FROM unnest(CAST(:queues AS text[])) AS q(queue) CROSS JOIN generate_series(0, :highest - 1) AS p(priority)
    CROSS JOIN LATERAL (SELECT FROM steps s WHERE s.queue = q.queue AND s.priority = p.priority AND {_WAITED} LIMIT 1) s
    ORDER BY q.queue, p.priority DESC
    """  # noqa: S608 - a constant
)
_RAISE = text(
    f"""
    WITH waited AS MATERIALIZED (
        SELECT s.rank, s.id FROM steps s
        WHERE s.queue = :queue AND s.priority = :priority AND {_WAITED}
          AND s.created_at < now() - make_interval(secs => :seconds) AND (s.rank, s.id) > (:rank, :id)
        ORDER BY s.rank, s.id LIMIT :limit FOR UPDATE SKIP LOCKED
    ), raised AS (
        UPDATE steps SET priority = priority + 1 WHERE id = ANY(ARRAY(SELECT id FROM waited))
    )
    SELECT rank, id FROM waited ORDER BY rank DESC, id DESC LIMIT 1
    """  # noqa: S608 - a constant
)


class Place(NamedTuple):
    """A step's place among those of one priority."""

    rank: datetime
    id: int


FIRST = Place(datetime.min.replace(tzinfo=UTC), 0)


def levels(session: Session, seconds: float) -> Sequence[Row[Any]]:
    """Each queue and priority below the highest of which a step has been ready for so long; high ones first."""
    values = {"queues": list(QUEUES), "highest": _HIGHEST, "seconds": seconds}
    return session.execute(_LEVELS, values).all()


def age(session: Session, level: Row[Any], after: Place, seconds: float, limit: int) -> Place | None:
    """Give the next steps behind a place one priority more; returns the last one's place, None where none was left."""
    values = {**level._mapping, **after._asdict(), "seconds": seconds, "limit": limit}
    row = session.execute(_RAISE, values).one_or_none()
    return None if row is None else Place(row.rank, row.id)
