"""Real servers for the tests: one PostgreSQL and one Valkey for all processes of a run, started on first use."""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest
import redis
from sqlalchemy.engine import make_url

from orchestrator.stack.servers import ServerUrls
from orchestrator.stack.testing import TestServers
from orchestrator.storage.migrate import upgrade

PLACE = "ORCHESTRATOR_TEST_SERVERS"
MakeDatabase = Callable[..., str]
_open = contextlib.ExitStack()


def pytest_configure(config: pytest.Config) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it, and their children
    if not hasattr(config, "workerinput"):  # not in an xdist worker: those inherit the place
        os.environ[PLACE] = str(_open.enter_context(TestServers.hold()).place)


def pytest_unconfigure(config: pytest.Config) -> None:
    _open.close()


@pytest.fixture(scope="session")
def server_urls() -> ServerUrls:
    """The URLs of the run's servers: their default databases are shared, so prefer the fixtures below."""
    return TestServers(Path(os.environ[PLACE])).urls()


@pytest.fixture(scope="session")
def make_database(server_urls: ServerUrls, worker_id: str) -> MakeDatabase:
    """`make_database(template=None) -> url` makes a new empty database, or a copy of the database at URL `template`.

    A template must have no open connection (dispose its engine first). All go with the server: to drop hundreds of
    them one by one, as a part of the last test, can take minutes.
    """
    numbers = itertools.count(1)

    def make(template: str | None = None) -> str:
        name = f"test_{worker_id}_{os.getpid()}_{next(numbers)}"
        source = f' TEMPLATE "{make_url(template).database}"' if template else ""
        run_sql(server_urls.database_url, f'CREATE DATABASE "{name}"{source}')
        return make_url(server_urls.database_url).set(database=name).render_as_string(hide_password=False)

    return make


@pytest.fixture(scope="session")
def migrated_template(make_database: MakeDatabase) -> str:
    """A migrated database without connections, to copy from: one for all processes of a run."""
    place = Path(os.environ[PLACE])
    known = place / "template.url"
    with (place / "template.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not known.exists():
            url = make_database()
            upgrade(url)
            known.write_text(url)
    return known.read_text()


@pytest.fixture(scope="session")
def postgres_url(make_database: MakeDatabase) -> str:
    """An empty database for this worker's session; the schema is not migrated."""
    return make_database()


@pytest.fixture(scope="session")
def valkey_url(server_urls: ServerUrls, worker_id: str) -> Iterator[str]:
    """A numbered Valkey database for this worker's session, emptied before and after."""
    number = 1 + int(worker_id.removeprefix("gw")) if worker_id.startswith("gw") else 0
    url = f"{server_urls.redis_url.rsplit('/', 1)[0]}/{number}"
    with contextlib.closing(redis.Redis.from_url(url)) as client:
        client.flushdb()
        yield url
        client.flushdb()


def run_sql(url: str, statement: str) -> None:
    """Runs one statement outside a transaction."""
    connection = psycopg2.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False))
    with contextlib.closing(connection):
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
