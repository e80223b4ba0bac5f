"""The oldest servers that this code works with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import redis
from sqlalchemy import Connection

from orchestrator.errors import Unavailable

OLDEST_POSTGRES = 15
OLDEST_REDIS = (6, 2)
PATIENCE_S = 2


def refuse_old_postgres(connection: Connection) -> None:
    """See that the server is new enough.

    Raises:
        Unavailable: code `postgres_too_old`.
    """
    refuse_old_postgres_version(int(connection.connection.dbapi_connection.server_version))  # type: ignore[union-attr]


def refuse_old_postgres_version(number: int) -> None:
    """As `refuse_old_postgres`, of a `server_version_num` such as 180001."""
    if number < OLDEST_POSTGRES * 10_000:
        major = number // 10_000
        raise Unavailable(
            f"The database is PostgreSQL {major}, which is too old. Upgrade it to {OLDEST_POSTGRES} or newer, "
            "or set DATABASE_URL to another server.",
            code="postgres_too_old",
        )


def refuse_old_redis(info: Mapping[str, Any]) -> None:
    """See that the broker is new enough; `info` is its answer to INFO.

    Raises:
        Unavailable: code `redis_too_old`.
    """
    version = redis_version(info)
    if version < OLDEST_REDIS:
        raise Unavailable(
            f"The broker is Redis {version[0]}.{version[1]}, which is too old. Upgrade it to 6.2 or newer, "
            "or set REDIS_URL to another server.",
            code="redis_too_old",
        )


def check_broker(redis_url: str) -> None:
    """Ask the broker how old it is; one that does not answer is not asked: the process starts and waits for it.

    Raises:
        Unavailable: code `redis_too_old`.
    """
    waits = {"socket_timeout": PATIENCE_S, "socket_connect_timeout": PATIENCE_S}
    try:
        with redis.Redis.from_url(redis_url, **waits) as client:
            info = client.info("server")
    except (redis.RedisError, OSError):
        return
    refuse_old_redis(info)


def redis_version(info: Mapping[str, Any]) -> tuple[int, int]:
    """Major and minor version; that of Redis whose protocol it speaks, where it is Valkey."""
    found = re.match(r"(\d+)\.(\d+)", str(info.get("redis_version", "")))
    return (int(found[1]), int(found[2])) if found else (0, 0)
