"""Asks the database how much work there is for each kind of agent, without the ORM: the supervisor stays small."""

from __future__ import annotations

import contextlib

import psycopg2

from orchestrator.domain.step import QUEUES, agent_of
from orchestrator.stack.scaling import Load
from orchestrator.storage.under_way import steps_in

PATIENCE_S = 2
# A step that waited for its time is as old as its being ready. Nobody is to be started for a paused queue.
_LOADS = f"""
    SELECT queue, count(*) FILTER (WHERE state <> 'running'), count(*) FILTER (WHERE state = 'running'),
           coalesce(extract(epoch FROM now() - min(greatest(created_at, not_before))
                                               FILTER (WHERE state <> 'running')), 0)
    FROM {steps_in("queue, state, created_at, not_before", "pending", "dispatched", "running")} s
    WHERE NOT EXISTS (SELECT 1 FROM queues WHERE name = s.queue AND paused_at IS NOT NULL)
    GROUP BY queue
"""  # noqa: S608 - constants


class Backlog:
    """One connection, opened when it is needed and again after a loss.

    Args:
        database_url: of SQLAlchemy's form.
    """

    def __init__(self, database_url: str) -> None:
        self._url = database_url.replace("postgresql+psycopg2://", "postgresql://", 1)
        self._connection: psycopg2.extensions.connection | None = None

    def loads(self) -> dict[str, Load] | None:
        """The load of every kind that has steps; None, within 2 s, where the database does not answer."""
        try:
            with self._connected().cursor() as cursor:
                cursor.execute(_LOADS)
                rows = cursor.fetchall()
        except psycopg2.Error:
            self.close()
            return None
        found: dict[str, Load] = {}
        for queue, waiting, running, age_s in rows:
            if queue in QUEUES:
                so_far = found.get(agent_of(queue), Load())
                oldest_s = max(so_far.oldest_age_s, float(age_s))
                found[agent_of(queue)] = Load(so_far.waiting + waiting, so_far.running + running, oldest_s)
        return found

    def close(self) -> None:
        """Let go of the connection."""
        if self._connection is not None:
            with contextlib.suppress(psycopg2.Error):
                self._connection.close()
            self._connection = None

    def _connected(self) -> psycopg2.extensions.connection:
        if self._connection is None:
            self._connection = psycopg2.connect(
                self._url,
                connect_timeout=PATIENCE_S,
                application_name="autoscale",
                options=f"-c statement_timeout={PATIENCE_S * 1000}",
                tcp_user_timeout=PATIENCE_S * 1000,
            )
            self._connection.autocommit = True
        return self._connection
