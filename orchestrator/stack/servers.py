"""PostgreSQL and Valkey alone: for tests, and the lower half of `orchestrator up`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from orchestrator.stack.account import server_account
from orchestrator.stack.layout import StateDir
from orchestrator.stack.ports import free_port
from orchestrator.stack.postgres import PostgresServer
from orchestrator.stack.process import Child
from orchestrator.stack.supervisor import Supervisor
from orchestrator.stack.valkey import ValkeyServer

POSTGRES_READY_S = 60.0  # crash recovery reads the log again
VALKEY_READY_S = 30.0


class ServerUrls(NamedTuple):
    """Where the two servers answer."""

    database_url: str
    redis_url: str


def start_postgres(
    state: StateDir, supervisor: Supervisor, *, durable: bool = True, connections: int = 0
) -> tuple[PostgresServer, Child]:
    """Starts PostgreSQL and returns at once; `await_postgres` waits. It has room for so many connections at least."""
    account = server_account()
    home = state.servers_home(account)
    server = PostgresServer(home, account, free_port(), state.secret("postgres.password"), durable=durable)
    server.prepare()
    return server, supervisor.add(server.spec(connections))


def await_postgres(server: PostgresServer, child: Child, supervisor: Supervisor) -> str:
    """Waits until PostgreSQL answers, makes the database `orchestrator` and returns its URL."""
    supervisor.wait_until(server.is_ready, "PostgreSQL", child, POSTGRES_READY_S)
    return server.create_database()


def start_valkey(state: StateDir, supervisor: Supervisor) -> tuple[ValkeyServer, Child]:
    """Starts Valkey and returns at once; `await_valkey` waits."""
    account = server_account()
    server = ValkeyServer(state.servers_home(account), account, free_port(), state.secret("valkey.password"))
    server.prepare()
    return server, supervisor.add(server.spec())


def await_valkey(server: ValkeyServer, child: Child, supervisor: Supervisor) -> str:
    """Waits until Valkey answers and returns its URL."""
    supervisor.wait_until(server.is_ready, "Valkey", child, VALKEY_READY_S)
    return server.url()


@contextlib.contextmanager
def running(state_dir: Path, *, durable: bool = True, connections: int = 0) -> Iterator[tuple[Supervisor, ServerUrls]]:
    """As `servers`, and gives the supervisor too: call its `tick()` or `run()` for restarts."""
    state = StateDir(state_dir)
    with state.lock():
        supervisor = Supervisor(state.log_dir, lambda line: None)
        try:
            valkey, valkey_child = start_valkey(state, supervisor)
            postgres, postgres_child = start_postgres(state, supervisor, durable=durable, connections=connections)
            database_url = await_postgres(postgres, postgres_child, supervisor)
            yield supervisor, ServerUrls(database_url, await_valkey(valkey, valkey_child, supervisor))
        finally:
            supervisor.close()


@contextlib.contextmanager
def servers(state_dir: Path, *, durable: bool = True) -> Iterator[ServerUrls]:
    """Runs PostgreSQL (with an empty database `orchestrator`) and Valkey, and nothing else, until the block ends.

    Args:
        state_dir: made if missing; data stays there. Delete it with `StateDir(state_dir).remove()`.
        durable: False trades crash safety for speed, for tests.

    Raises:
        StateInUse: the directory is in use.
        NotReady: a server did not come up; the error holds its last log lines.
    """
    with running(state_dir, durable=durable) as (_, urls):
        yield urls
