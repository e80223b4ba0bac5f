"""Looks for what is wrong with an installation. Changes nothing; every wait is bounded."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import packages_distributions
from pathlib import Path

import redis
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from orchestrator.config import Settings
from orchestrator.stack.layout import port_of_running
from orchestrator.stack.ports import is_free
from orchestrator.storage import connections, graph_intents, migrate
from orchestrator.storage.versions import OLDEST_POSTGRES, OLDEST_REDIS, redis_version

PATIENCE_S = 3
CLOCK_S = 1.0
GRAPH_S = 60
DISK_SHARE, DISK_BYTES = 0.05, 1_000_000_000
PACKAGES = ("orchestrator", "api", "workers", "migrations", "celeryconfig")
# Of a worker: three in its main process, two in each child.
_WORKERS = text("SELECT coalesce(sum(3 + 2 * slots), 0) FROM agents WHERE stopped_at IS NULL AND NOT configured")
_LIVE = text("SELECT count(*) FROM agents WHERE stopped_at IS NULL AND heartbeat_at > now() - interval '1 minute'")
_LEADER = text("SELECT until > now() FROM leases WHERE name = 'leader'")


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found. `text` says what is, and what to do where it is not well."""

    check: str
    well: bool
    text: str


def examine(settings: Settings) -> Iterator[Finding]:
    """Every check in turn.

    Args:
        settings: with the URLs of both servers; where one is empty, its checks say so.
    """
    yield from packages()
    yield from _database(settings)
    yield _broker(settings)
    yield _port(settings)
    yield _state_dir(settings.state_dir)


def packages(owners: Callable[[], object] = packages_distributions) -> Iterator[Finding]:
    """One finding for each top-level name that this project installs: another wheel may bring one as well."""
    known = dict(owners())  # type: ignore[call-overload]
    for name in PACKAGES:
        found = sorted(set(known.get(name, ())))
        if len(found) > 1:
            yield Finding("packages", False, f"{name} is brought by {' and '.join(found)}: use a venv of its own")
    if all(len(set(known.get(name, ()))) <= 1 for name in PACKAGES):
        yield Finding("packages", True, f"{', '.join(PACKAGES)} have one owner each")


def _database(settings: Settings) -> Iterator[Finding]:
    if not settings.database_url:
        yield Finding("database", False, "none is known: set DATABASE_URL or start `orchestrator up`")
        return
    engine = create_engine(settings.database_url, connect_args={"connect_timeout": PATIENCE_S})
    try:
        with engine.connect() as connection:
            connection.execute(text(f"SET statement_timeout = {PATIENCE_S * 1000}"))
            yield from _ask_database(connection, settings)
    except OperationalError:
        where = make_url(settings.database_url)
        place = f"{where.host or 'localhost'}:{where.port or 5432}"
        yield Finding("database", False, f"{place} does not let us in: see that it runs and DATABASE_URL is right")
    finally:
        engine.dispose()


def _ask_database(connection: Connection, settings: Settings) -> Iterator[Finding]:
    version = int(connection.execute(text("SHOW server_version_num")).scalar_one()) // 10_000
    if version < OLDEST_POSTGRES:
        yield Finding("database", False, f"PostgreSQL {version} is too old: upgrade it to {OLDEST_POSTGRES} or newer")
    else:
        yield Finding("database", True, f"PostgreSQL {version} answers")
    yield _clock(connection)
    revision, code = migrate.current(connection), migrate.code_revision()
    if revision is None or revision < code:
        yield Finding("schema", False, f"is {revision or 'empty'}, the code's is {code}: run `orchestrator db upgrade`")
        return
    yield Finding("schema", True, f"is {revision}")
    yield _connections(connection, settings)
    leads = connection.execute(_LEADER).scalar_one_or_none()
    yield Finding("leader", bool(leads), "leads" if leads else "is missing: start `orchestrator beat` or `up`")
    live = connection.execute(_LIVE).scalar_one()
    yield Finding("workers", live > 0, f"{live} are alive" if live else "none is alive: start `orchestrator worker`")
    if settings.neo4j_uri:
        yield _graph(connection)


def _graph(connection: Connection) -> Finding:
    row = graph_intents.backlog(Session(connection))
    if row.age_s <= GRAPH_S:
        return Finding("graph", True, f"{row.behind} writes wait for Neo4j")
    told = f"{row.behind} writes wait for Neo4j, the oldest for {row.age_s:.0f} s"
    todo = "see that Neo4j runs, NEO4J_URI is right everywhere and a maintenance worker is alive"
    return Finding("graph", False, f"{told}: {todo}")


def _clock(connection: Connection) -> Finding:
    before = time.time()
    theirs = float(connection.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())
    offset_s = theirs - (before + time.time()) / 2
    well = abs(offset_s) <= CLOCK_S
    told = f"differs by {abs(offset_s):.3f} s from the database's"
    return Finding("clock", well, told if well else f"{told}: synchronise both machines (NTP)")


def _connections(connection: Connection, settings: Settings) -> Finding:
    """What all processes may take at once, were each pool full."""
    room = int(connection.execute(text(connections.ROOM)).scalar_one())
    workers = int(connection.execute(_WORKERS).scalar_one())
    most = workers + connections.of_api(settings) + connections.of_leader()
    told = f"the processes may take {most} of {room}"
    todo = ": raise max_connections, or lower ORCHESTRATOR_DATABASE_POOL or the number of workers"
    return Finding("connections", most <= room, told if most <= room else told + todo)


def _broker(settings: Settings) -> Finding:
    if not settings.redis_url:
        return Finding("broker", False, "none is known: set REDIS_URL or start `orchestrator up`")
    options = {"socket_timeout": PATIENCE_S, "socket_connect_timeout": PATIENCE_S}
    try:
        with redis.Redis.from_url(settings.redis_url, **options) as client:
            told = client.info()
    except (redis.RedisError, OSError):
        return Finding("broker", False, "does not answer: see that Valkey or Redis runs and REDIS_URL is right")
    version = redis_version(told)
    if version < OLDEST_REDIS:
        return Finding("broker", False, f"Redis {version[0]}.{version[1]} is too old: upgrade it to 6.2 or newer")
    if told.get("maxmemory_policy", "noeviction") != "noeviction":
        return Finding("broker", False, "throws messages away when it is full: set maxmemory-policy to noeviction")
    return Finding("broker", True, f"{told.get('server_name', 'redis')} {version[0]}.{version[1]} answers")


def _port(settings: Settings) -> Finding:
    host, port = settings.api_host, settings.api_port
    ours = port_of_running(settings.state_dir)
    if ours and not is_free(ours, host):
        return Finding("port", True, f"{ours} on {host} is the API's")
    if port == 0 or is_free(port, host):
        return Finding("port", True, f"{port or 'any'} on {host} is free for the API")
    todo = "stop what listens there or set ORCHESTRATOR_API_PORT"
    return Finding("port", False, f"{port} on {host} is in use, not by the stack of {settings.state_dir}: {todo}")


def _state_dir(path: Path) -> Finding:
    there = next(each for each in (path, *path.parents) if each.exists())
    usage = shutil.disk_usage(there)
    told = f"{usage.free / 1e9:.1f} GB are free for {path}"
    well = usage.free >= min(DISK_BYTES, DISK_SHARE * usage.total)
    return Finding("disk", well, told if well else f"{told}: make room, or move it with --state-dir")
