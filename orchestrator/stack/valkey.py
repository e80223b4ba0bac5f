"""The embedded Valkey: the broker, on a loopback port, with a password and an append-only file."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

from orchestrator.stack import binaries
from orchestrator.stack.account import Account, give
from orchestrator.stack.layout import write_private
from orchestrator.stack.process import ChildSpec

STAGE = 80
DATABASES = 64
MAX_MEMORY = "256mb"
HOUSEKEEPING_PER_S = 2
"""A fifth of the default: what expires here has minutes, and a server at rest should rest."""


class ValkeyServer:
    """One directory and how to run it.

    Args:
        home: directory that the account may enter; the data goes to `home/valkey`.
        account: who runs it, None for the caller.
        port: loopback port.
        password: of the default user; it stands in a file of mode 0600 and never on a command line.
    """

    def __init__(self, home: Path, account: Account | None, port: int, password: str):
        self.data = home / "valkey"
        self.account = account
        self.port = port
        self.password = password
        self.program = binaries.one_for_account(binaries.valkey_program(), account, home)

    def prepare(self) -> None:
        """Makes the data directory and writes the configuration."""
        self.data.mkdir(exist_ok=True)
        give(self.data, self.account, 0o700)
        lines = [
            "bind 127.0.0.1",
            f"port {self.port}",
            "protected-mode yes",
            f"requirepass {self.password}",
            f'dir "{self.data}"',
            "daemonize no",
            f"databases {DATABASES}",
            "appendonly yes",
            "appendfsync everysec",
            'save ""',
            f"maxmemory {MAX_MEMORY}",
            "maxmemory-policy noeviction",
            "loglevel notice",
            f"hz {HOUSEKEEPING_PER_S}",
        ]
        write_private(self.data / "valkey.conf", "\n".join(lines) + "\n")
        give(self.data / "valkey.conf", self.account, 0o600)

    def spec(self) -> ChildSpec:
        """Returns how the supervisor runs it."""
        return ChildSpec(
            name="valkey",
            argv=(str(self.program), str(self.data / "valkey.conf")),
            env={"PATH": os.defpath, "LC_ALL": "C"},
            stage=STAGE,
            orphan_signal=15,
            account=self.account,
            cwd=self.data,
        )

    def url(self, database: int = 0) -> str:
        """Returns the Redis URL of one of its numbered databases."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/{database}"

    def is_ready(self) -> bool:
        """Tells whether it answers PING (it does not while it loads the append-only file)."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as line:
                line.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                with line.makefile("rb") as answers:
                    return [answers.readline(64), answers.readline(64)] == [b"+OK\r\n", b"+PONG\r\n"]
        except OSError:
            return False


def url_of_running(state_dir: Path) -> str | None:
    """Returns the URL of the Valkey of the stack that runs in a state directory; None where none does."""
    try:
        port = json.loads((state_dir / "ports.json").read_text())["ports"]["valkey"]
        return f"redis://:{(state_dir / 'valkey.password').read_text().strip()}@127.0.0.1:{int(port)}/0"
    except (OSError, ValueError, KeyError, TypeError):
        return None
