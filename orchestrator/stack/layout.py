"""The state directory: everything that one stack keeps, and the lock that makes it one stack.

lock            held by the running `orchestrator up`
ports.json      where everything listens: the command line finds the API here
admin.key       the first admin key        postgres.password, valkey.password
log/            one file a child
servers.path    where the servers' data is when it cannot be below (see `servers_home`)
servers/        postgres/, valkey/
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from orchestrator.errors import Conflict, Unavailable
from orchestrator.stack.account import Account, can_enter, give

OUTSIDE = (Path("/var/lib/orchestrator"), Path("/var/tmp/orchestrator"))  # noqa: S108 - directories of mode 0700 inside


class StateInUse(Conflict):
    """Another `orchestrator up` runs on this state directory."""

    code = "state_in_use"


def default_state_dir() -> Path:
    """Returns `$XDG_STATE_HOME/orchestrator`, else `~/.local/state/orchestrator`."""
    root = os.environ.get("XDG_STATE_HOME", "")
    return (Path(root) if root.startswith("/") else Path.home() / ".local" / "state") / "orchestrator"


class StateDir:
    """Paths and small files of one state directory, which is made if it is missing."""

    def __init__(self, path: Path):
        self.path = path.expanduser().absolute()
        self.log_dir = self.path / "log"
        self.ports_file = self.path / "ports.json"
        self.admin_key_file = self.path / "admin.key"
        try:
            self.log_dir.mkdir(parents=True, exist_ok=True)
            self.path.chmod(0o711 if os.geteuid() == 0 else 0o700)  # root's servers pass through it as another account
            self.log_dir.chmod(0o700)
        except OSError as error:
            raise Unavailable(
                f"cannot use the state directory {self.path} ({error.strerror}): give another one with --state-dir",
                code="state_dir",
            ) from error

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Holds the directory for this process; the kernel lets go when the process ends, however it ends.

        Raises:
            StateInUse: another process holds it.
        """
        with open(os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600), "r+") as held:  # noqa: PTH123
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                owner = held.read().strip() or "unknown"
                raise StateInUse(
                    f"{self.path} is in use by process {owner}: stop it or give another --state-dir"
                ) from None
            held.seek(0)
            held.truncate()
            held.write(f"{os.getpid()}\n")
            held.flush()
            yield

    def secret(self, name: str) -> str:
        """Returns the secret stored in the file `name` (mode 0600), making it on first use."""
        path = self.path / name
        if not path.exists():
            write_private(path, secrets.token_hex(24) + "\n")
        return path.read_text().strip()

    def write_ports(self, ports: Mapping[str, Any]) -> None:
        """Writes ports.json in one step, so that a reader never sees half of it."""
        fresh = self.ports_file.with_suffix(".new")
        write_private(fresh, json.dumps(dict(ports), indent=2) + "\n")
        fresh.replace(self.ports_file)

    def servers_home(self, account: Account | None) -> Path:
        """Returns the directory for the servers' data: below the state directory where their account can get there.

        Root's state directory usually is unreachable for an unprivileged account. Then the data is in a directory of
        its own under /var/lib/orchestrator, and `servers.path` records which.
        """
        record = self.path / "servers.path"
        if record.exists():
            home = Path(record.read_text().strip())
        elif account is None or can_enter(account, self.path):
            home = self.path / "servers"
        else:
            home = _make_outside()
            write_private(record, f"{home}\n")
        home.mkdir(exist_ok=True)
        give(home, account, 0o700)
        return home

    def remove(self) -> None:
        """Deletes the directory and, where it is elsewhere, the servers' data."""
        record = self.path / "servers.path"
        if record.exists():
            home = Path(record.read_text().strip())
            shutil.rmtree(home, ignore_errors=True)
            with contextlib.suppress(OSError):
                home.parent.rmdir()  # only when it is empty
        shutil.rmtree(self.path, ignore_errors=True)


def port_of_running(state_dir: Path) -> int | None:
    """The API's port of the stack that runs in a state directory; None where none does."""
    try:
        return int(json.loads((state_dir / "ports.json").read_text())["ports"]["api"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_private(path: Path, text: str) -> None:
    """Writes a file that only its owner may read, from its first byte on."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as sink:
        sink.write(text)


def _make_outside() -> Path:
    for root in OUTSIDE:
        try:
            root.mkdir(mode=0o711, parents=True, exist_ok=True)
            return Path(tempfile.mkdtemp(prefix="servers-", dir=root))
        except OSError:
            continue
    places = " and ".join(str(root) for root in OUTSIDE)
    raise Unavailable(f"cannot make a directory for the servers in {places}: run as an ordinary user", code="state_dir")
