"""What transactions changed in the graph's tables and a graph database has not got yet.

An intent names the nodes and edges that a transaction touched, not what became of them: whoever applies it reads that
from the tables. So intents may be applied in any order, together, and again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from orchestrator.domain.step import QUEUE_OF, StepKind
from orchestrator.storage import steps

LOCK_KEY = 7_687_000_001
EdgeName = tuple[str, str, str]

_LOCK = text(f"SELECT pg_advisory_xact_lock({LOCK_KEY})")
_ADD = text(
    "INSERT INTO graph_intents (job_id, nodes, edges) "
    "VALUES (CAST(:job AS uuid), CAST(:nodes AS jsonb), CAST(:edges AS jsonb))"
)
_WAKE = text(
    """
    INSERT INTO steps (kind, part, queue, blocking, correlation_id)
    SELECT :kind, '', :queue, false, :correlation_id
    WHERE NOT EXISTS (SELECT FROM steps WHERE queue = :queue AND kind = :kind AND state IN ('waiting', 'pending'))
    """
)
_TAKE = text("SELECT id, nodes, edges FROM graph_intents ORDER BY id LIMIT :limit")
_DROP = text("DELETE FROM graph_intents WHERE id = ANY(:ids)")
_COUNT = text("SELECT count(*) FROM graph_intents")
_BACKLOG = text(
    "SELECT count(*) AS behind, coalesce(extract(epoch FROM now() - min(created_at)), 0)::float AS age_s "
    "FROM graph_intents"
)


def lock(session: Session) -> None:
    """Until the end of the transaction, no other process applies intents."""
    session.execute(_LOCK)


def add(session: Session, job_id: UUID | None, nodes: Iterable[str], edges: Iterable[EdgeName]) -> None:
    """Note what this transaction touches, and have a worker apply it after the commit."""
    values = {"job": job_id and str(job_id), "nodes": sorted(set(nodes)), "edges": sorted(set(edges))}
    session.execute(_ADD, values | {name: json.dumps(values[name]) for name in ("nodes", "edges")})
    queue = QUEUE_OF[StepKind.GRAPH_UPDATE]
    kind = StepKind.GRAPH_UPDATE.value
    session.execute(_WAKE, {"kind": kind, "queue": queue, "correlation_id": f"{kind}-{job_id or 'model'}"})
    steps.notify(session, queue)


def oldest(session: Session, limit: int) -> Sequence[Row[Any]]:
    """(id, nodes, edges) of what came first."""
    return session.execute(_TAKE, {"limit": limit}).all()


def drop(session: Session, ids: Sequence[int]) -> None:
    """They are applied."""
    session.execute(_DROP, {"ids": list(ids)})


def count(session: Session) -> int:
    """How many transactions a graph database has not got yet."""
    return int(session.execute(_COUNT).scalar_one())


def backlog(session: Session) -> Row[Any]:
    """(behind, age_s): how many transactions a graph database has not got yet, and the age of the oldest; 0 without."""
    return session.execute(_BACKLOG).one()
