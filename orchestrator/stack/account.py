"""The account that the servers run as: PostgreSQL refuses to run as root."""

from __future__ import annotations

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from orchestrator.errors import Unavailable

CANDIDATES = ("nobody", "daemon")


@dataclass(frozen=True, slots=True)
class Account:
    """An unprivileged account that exists on this machine."""

    name: str
    uid: int
    gid: int


def server_account() -> Account | None:
    """Returns the account to demote to when this runs as root, else None: the caller's own account serves.

    Raises:
        Unavailable: root, and no unprivileged account exists.
    """
    if os.geteuid() != 0:
        return None
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise Unavailable(
        f"PostgreSQL cannot run as root and none of the accounts {', '.join(CANDIDATES)} exists: "
        "start as an ordinary user or set DATABASE_URL",
        code="no_account",
    )


def can_read(account: Account, path: Path) -> bool:
    """Tells by the mode bits whether the account may read and run (or, a directory, list and enter) `path`."""
    full = path.resolve()
    return all(_allows(account, parent, stat.S_IXOTH) for parent in full.parents) and _allows(
        account, full, stat.S_IROTH | stat.S_IXOTH
    )


def can_enter(account: Account, path: Path) -> bool:
    """Tells whether the account may pass through the directory `path` to what lies below."""
    full = path.resolve()
    return all(_allows(account, each, stat.S_IXOTH) for each in (full, *full.parents))


def _allows(account: Account, path: Path, bits: int) -> bool:
    status = path.stat()
    if status.st_uid == account.uid:
        bits <<= 6
    elif status.st_gid == account.gid:
        bits <<= 3
    return status.st_mode & bits == bits


def give(path: Path, account: Account | None, mode: int) -> None:
    """Makes the account (None: the caller) the owner of `path`, with this mode."""
    if account is not None:
        os.chown(path, account.uid, account.gid)
    path.chmod(mode)
