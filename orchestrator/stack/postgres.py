"""The embedded PostgreSQL: made once, run on a loopback port, stopped without losing anything."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psycopg2

from orchestrator.errors import Unavailable
from orchestrator.stack import binaries
from orchestrator.stack.account import Account, give
from orchestrator.stack.layout import write_private
from orchestrator.stack.process import ChildSpec

USER = "orchestrator"
DATABASE = "orchestrator"
INITDB_TIMEOUT_S = 60
STAGE = 90
LEFTOVER_STOP_S = 5.0
MAX_CONNECTIONS = 120
"""At least: tools and further workers come and go."""
# Sized for one machine: the buffers stay below the memory budget.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "64MB",
    "max_wal_size": "512MB",
    "io_method": "sync",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_connections": "off",
    "log_checkpoints": "off",
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresServer:
    """One data directory and how to run it.

    Args:
        home: directory that the account may enter; the data goes to `home/postgres`.
        account: who runs it, None for the caller.
        port: loopback port.
        password: of the superuser `orchestrator`.
        durable: False trades crash safety for speed, for tests.
    """

    def __init__(self, home: Path, account: Account | None, port: int, password: str, *, durable: bool = True):
        self.home = home
        self.data = home / "postgres"
        self.account = account
        self.port = port
        self.password = password
        self.durable = durable
        self.programs = binaries.for_account(binaries.postgres_programs(), account, home)

    def prepare(self) -> None:
        """Makes the data directory on first use and clears what a killed server left.

        Raises:
            Unavailable: initdb failed, the data belongs to another version, or a leftover server does not end.
        """
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        self._check_version()
        self._clear_leftover()

    def spec(self, connections: int = 0) -> ChildSpec:
        """Returns how the supervisor runs it: SIGINT disconnects and checkpoints, SIGQUIT ends at once.

        Args:
            connections: `max_connections`, where it is more than usual.
        """
        settings = {**SETTINGS, **({} if self.durable else NOT_DURABLE), "port": str(self.port)}
        settings["max_connections"] = str(max(MAX_CONNECTIONS, connections))
        if int((self.data / "PG_VERSION").read_text()) < 18:
            del settings["io_method"]
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return ChildSpec(
            name="postgres",
            argv=(str(self.programs / "postgres"), "-D", str(self.data), *options),
            env=_environment(),
            stage=STAGE,
            stop_signal=signal.SIGINT,
            stop_timeout_s=30.0,
            orphan_signal=signal.SIGQUIT,
            account=self.account,
            cwd=self.home,
        )

    def url(self, database: str = DATABASE) -> str:
        """Returns the SQLAlchemy URL of a database on this server."""
        return _url(self.password, self.port, database)

    def is_ready(self) -> bool:
        """Tells whether it answers a query."""
        try:
            self._run_sql("SELECT 1")
        except psycopg2.OperationalError as error:
            if "password authentication failed" in str(error):
                raise Unavailable(
                    f"PostgreSQL in {self.data} refuses the stored password: restore postgres.password", code="password"
                ) from error
            return False
        return True

    def create_database(self, name: str = "orchestrator") -> str:
        """Makes the database unless it exists and returns its URL."""
        if not self._run_sql("SELECT 1 FROM pg_database WHERE datname = %s", name):
            self._run_sql(f'CREATE DATABASE "{name}"')
        return self.url(name)

    def _run_sql(self, statement: str, *values: str) -> list[tuple[object, ...]]:
        connection = psycopg2.connect(
            host="127.0.0.1", port=self.port, user=USER, password=self.password, dbname="postgres", connect_timeout=2
        )
        with contextlib.closing(connection):
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement, values or None)
                return cursor.fetchall() if cursor.description else []

    def _initialise(self) -> None:
        fresh = self.home / "postgres.new"
        shutil.rmtree(fresh, ignore_errors=True)
        locale = ["--locale-provider=builtin", "--locale=C.UTF-8", "--encoding=UTF8"]
        password_file = self.home / "password.new"
        write_private(password_file, self.password + "\n")
        give(password_file, self.account, 0o600)
        access = [f"--username={USER}", "--auth=scram-sha-256", f"--pwfile={password_file}"]
        done = subprocess.run(  # noqa: S603 - our own argv
            [self.programs / "initdb", "-D", fresh, *locale, *access, *([] if self.durable else ["--no-sync"])],
            capture_output=True,
            text=True,
            env=_environment(),
            cwd=self.home,
            timeout=INITDB_TIMEOUT_S,
            check=False,
            start_new_session=True,
            user=self.account.uid if self.account else None,
            group=self.account.gid if self.account else None,
            extra_groups=[] if self.account else None,
        )
        password_file.unlink()
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise Unavailable(f"initdb failed in {fresh}: {reason}", code="initdb")
        fresh.replace(self.data)

    def _check_version(self) -> None:
        done = subprocess.run(  # noqa: S603 - our own argv
            [self.programs / "postgres", "--version"], capture_output=True, text=True, timeout=10, check=False
        )
        program = done.stdout.split()[-1].split(".")[0] if done.stdout else "unknown"
        stored = (self.data / "PG_VERSION").read_text().strip()
        if program != stored:
            raise Unavailable(
                f"the data in {self.data} is of PostgreSQL {stored}, the program is {program}: "
                f"install version {stored}, or dump and restore",
                code="postgres_version",
            )

    def _clear_leftover(self) -> None:
        """We hold the state directory, so a server that still runs here has lost its supervisor."""
        pid_file = self.data / "postmaster.pid"
        if not pid_file.exists():
            return
        pid = int(pid_file.read_text().split("\n", 1)[0] or 0)
        for number in (signal.SIGQUIT, signal.SIGKILL):
            if self._is_our_server(pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
                _wait_until_gone(pid)
        if self._is_our_server(pid):
            raise Unavailable(f"PostgreSQL process {pid} on {self.data} does not end: kill it", code="leftover")
        pid_file.unlink(missing_ok=True)  # the number may belong to a stranger by now

    def _is_our_server(self, pid: int) -> bool:
        return pid > 0 and str(self.data) in _command_line(pid)


def _wait_until_gone(pid: int) -> None:
    limit = time.monotonic() + LEFTOVER_STOP_S
    while _command_line(pid) and time.monotonic() < limit:
        time.sleep(0.05)


def _command_line(pid: int) -> str:
    proc = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self/cmdline").exists():
        return proc.read_text(errors="replace").replace("\0", " ") if proc.exists() else ""
    program = shutil.which("ps")
    if program is None:
        return ""
    done = subprocess.run(  # noqa: S603 - our own argv
        [program, "-o", "command=", "-p", str(pid)], capture_output=True, text=True, timeout=5, check=False
    )
    return done.stdout


def _environment() -> dict[str, str]:
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def url_of_running(state_dir: Path) -> str | None:
    """Returns the URL of the database of the stack that runs in a state directory; None where none does.

    Also None where that stack uses another server, or its files are not the caller's to read.
    """
    try:
        port = json.loads((state_dir / "ports.json").read_text())["ports"]["postgres"]
        return _url((state_dir / "postgres.password").read_text().strip(), int(port), DATABASE)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _url(password: str, port: int, database: str) -> str:
    return f"postgresql+psycopg2://{USER}:{password}@127.0.0.1:{port}/{database}"
