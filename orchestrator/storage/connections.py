"""How many connections to the database each process may hold at once: a pool sized by its role, and others beside."""

from __future__ import annotations

from orchestrator.config import Settings

WORKER_POOL = 3
"""A worker's main process has three threads that ask. Its children have one each, and share the setting alone."""
LEADER_POOL = 3
"""The loop, and the thread that takes unsent steps back; one to spare."""
LEASE_AND_LISTENER = 2
OF_A_CHILD = 2
"""One that works and one that sends heartbeats."""
EVENTS = 1
"""Hears the events for all streams of a process."""


def pool_size(settings: Settings) -> int:
    """One full pool of the API."""
    return 2 * settings.database_pool


def of_api(settings: Settings) -> int:
    """All server processes of one API."""
    return settings.api_processes * (pool_size(settings) + EVENTS)


def of_leader() -> int:
    """One leader, or one that waits to lead."""
    return LEADER_POOL + LEASE_AND_LISTENER


def of_worker(slots: int) -> int:
    """One worker with so many children."""
    return WORKER_POOL + OF_A_CHILD * slots


ROOM = (
    "SELECT sum(CASE WHEN name = 'max_connections' THEN setting::int ELSE -setting::int END) FROM pg_settings "
    "WHERE name IN ('max_connections', 'superuser_reserved_connections', 'reserved_connections')"
)
"""Asks for the connections that the database has for all of its users, those kept for superusers left out."""
