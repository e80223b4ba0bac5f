"""Hears what the database notifies. Whoever waits polls as well: this is only faster."""

from __future__ import annotations

import contextlib
import select
import time

import psycopg2
import structlog
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT
from sqlalchemy.engine import make_url

log = structlog.get_logger(__name__)


class Listener:
    """A LISTEN connection that mends itself.

    Args:
        database_url: as in the settings.
        channel: a constant of this project; it stands in the statement as it is.
        role: shown as application_name in pg_stat_activity.
    """

    def __init__(self, database_url: str, channel: str, role: str) -> None:
        self._dsn = make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._channel = channel
        self._role = role
        self._connection: psycopg2.extensions.connection | None = None

    def wait(self, timeout_s: float) -> set[str]:
        """Wait for a notification, at most this long. Returns what the notifications say."""
        until = time.monotonic() + timeout_s
        try:
            connection = self._connected()
            readable, _, _ = select.select([connection], [], [], timeout_s)
            if not readable:
                return set()
            connection.poll()
            said = {notification.payload for notification in connection.notifies}
            connection.notifies.clear()
        except (psycopg2.Error, OSError) as error:
            log.warning("listen_interrupted", error=str(error).strip())
            self.close()
            time.sleep(max(0.0, until - time.monotonic()))
            return set()
        return said

    def _connected(self) -> psycopg2.extensions.connection:
        if self._connection is None or self._connection.closed:
            self._connection = psycopg2.connect(self._dsn, connect_timeout=5, application_name=self._role)
            self._connection.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
            with self._connection.cursor() as cursor:
                cursor.execute(f"LISTEN {self._channel}")
        return self._connection

    def close(self) -> None:
        """Drop the connection; the next wait makes a new one."""
        if self._connection is not None:
            with contextlib.suppress(psycopg2.Error):
                self._connection.close()
        self._connection = None
