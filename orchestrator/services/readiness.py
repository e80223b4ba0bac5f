"""Whether this service can do its work now: each server that it needs, asked with a short patience."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from orchestrator.config import Settings
from orchestrator.services.leadership import Leadership
from orchestrator.storage.start_check import is_current

PATIENCE_S = 1.0


@dataclass(frozen=True, slots=True)
class Check:
    """One answer. `detail` says what is wrong and what to do; it carries no address and no password."""

    ok: bool
    detail: str


class Readiness:
    """Asks the database, the schema, the broker and the leader's lease. Changes nothing."""

    def __init__(self, settings: Settings, engine: Engine, leadership: Leadership) -> None:
        self._settings = settings
        self._engine = engine
        self._leadership = leadership
        self._broker: redis.Redis | None = None

    def close(self) -> None:
        """Close the connection to the broker."""
        if self._broker is not None:
            self._broker.close()

    def checks(self) -> dict[str, Check]:
        """Every check by name; a server that is away fails its check, nothing is raised."""
        database = _check(
            self._database, "answers", "does not answer; see that PostgreSQL runs and DATABASE_URL is right"
        )
        if not database.ok:
            unknown = Check(False, "unknown, as the database does not answer")
            return {"database": database, "schema": unknown, "broker": self.broker(), "leader": unknown}
        return {
            "database": database,
            "schema": _check(self._schema, "is current", "is behind the code; run `orchestrator db upgrade`"),
            "broker": self.broker(),
            "leader": _check(self._leadership.present, "leads", "is missing; start `orchestrator beat`"),
        }

    def _database(self) -> bool:
        with self._engine.connect() as connection:
            connection.execute(text(f"SET LOCAL statement_timeout = {int(PATIENCE_S * 1000)}"))
            return bool(connection.execute(text("SELECT 1")).scalar_one() == 1)

    def _schema(self) -> bool:
        with self._engine.connect() as connection:
            return is_current(connection)

    def broker(self) -> Check:
        """Whether the broker answers."""
        return _check(self._ping, "answers", "does not answer; see that Valkey or Redis runs and REDIS_URL is right")

    def _ping(self) -> bool:
        if self._broker is None:  # commands that need none may know of none
            self._broker = redis.Redis.from_url(
                self._settings.redis_url,
                socket_timeout=PATIENCE_S,
                socket_connect_timeout=PATIENCE_S,
                # Once more over a new connection: the last one may be to a server that was started anew since.
                retry=Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
                driver_info=None,
            )
        return bool(self._broker.ping())


def _check(ask: Callable[[], bool], good: str, bad: str) -> Check:
    try:
        ok = ask()
    except (SQLAlchemyError, redis.RedisError, OSError):
        ok = False
    return Check(ok, good if ok else bad)
