"""The connections of a whole stack, summed: what the database must have room for."""

from __future__ import annotations

from contextlib import closing

import psycopg2

from orchestrator.config import Settings, normalise_database_url
from orchestrator.stack.children import SLOTS, Scale
from orchestrator.stack.postgres import MAX_CONNECTIONS
from orchestrator.stack.scaling import Range
from orchestrator.storage.connections import ROOM, of_api, of_leader, of_worker

BESIDE = 20
"""Beside the stack's own: its superuser's reserve, consoles, a backup, one more worker."""


def most(settings: Settings, scale: Scale, ranges: tuple[Range, ...] = ()) -> int:
    """Connections that the API, the leader and as many workers as there may be can hold at once."""
    counts = {"creator": scale.creators, "validator": scale.validators, "maintenance": scale.maintenance}
    for within in ranges:
        counts[within.kind] = max(counts[within.kind], within.most)
    workers = sum(count * of_worker(SLOTS[kind]) for kind, count in counts.items())
    return of_api(settings) + of_leader() + workers


def room_for(connections: int) -> int:
    """`max_connections` of an embedded PostgreSQL for a stack that may hold so many."""
    return max(MAX_CONNECTIONS, connections + BESIDE)


def described(needed: int, database_url: str) -> str:
    """What the operator is told: the sum against what the database has, asked now."""
    plain = normalise_database_url(database_url).replace("postgresql+psycopg2://", "postgresql://", 1)
    # Without SQLAlchemy: the supervisor stays small.
    with closing(psycopg2.connect(plain, connect_timeout=5)) as connection, connection.cursor() as cursor:
        cursor.execute(ROOM)
        ((there,),) = cursor.fetchall()
    told = f"{needed} connections at most, of {there}"
    return told if needed <= there else f"{told}: raise max_connections, or lower ORCHESTRATOR_DATABASE_POOL"
