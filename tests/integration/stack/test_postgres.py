from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from orchestrator.errors import Unavailable
from orchestrator.stack import binaries
from orchestrator.stack.account import can_enter, server_account
from orchestrator.stack.layout import StateDir
from orchestrator.stack.ports import free_port
from orchestrator.stack.postgres import PostgresServer
from orchestrator.stack.servers import servers

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the servers as another account")


def server_in(state_dir: Path) -> PostgresServer:
    state, account = StateDir(state_dir), server_account()
    return PostgresServer(state.servers_home(account), account, free_port(), state.secret("postgres.password"))


def test_a_pid_file_that_names_a_stranger_does_not_stop_the_start(state_dir: Path) -> None:
    server = server_in(state_dir)
    server.prepare()
    (server.data / "postmaster.pid").write_text(f"{os.getpid()}\n{server.data}\n")
    with servers(state_dir) as urls:
        assert urls.database_url


def test_a_server_that_lost_its_supervisor_is_ended_and_replaced(state_dir: Path) -> None:
    server = server_in(state_dir)
    server.prepare()
    spec = server.spec()
    account = spec.account
    leftover = subprocess.Popen(
        spec.argv,
        stderr=subprocess.DEVNULL,
        env=dict(spec.env),
        cwd=spec.cwd,
        start_new_session=True,
        user=account.uid if account else None,
        group=account.gid if account else None,
    )
    try:
        while not (server.data / "postmaster.pid").exists():
            assert leftover.poll() is None
        with servers(state_dir) as urls:
            assert urls.database_url
            assert leftover.wait(60) is not None
    finally:
        leftover.kill()


def test_data_of_another_version_is_refused_with_the_way_out(state_dir: Path) -> None:
    server = server_in(state_dir)
    server.prepare()
    (server.data / "PG_VERSION").write_text("15\n")
    with pytest.raises(Unavailable, match=r"is of PostgreSQL 15, the program is \d+: install version 15, or dump"):
        server.prepare()


def test_a_lost_password_is_named(state_dir: Path) -> None:
    server_in(state_dir).prepare()
    (state_dir / "postgres.password").write_text("another\n")
    with (
        pytest.raises(Unavailable, match=r"refuses the stored password: restore postgres\.password"),
        servers(state_dir),
    ):
        pass


@needs_root
def test_programs_that_the_account_cannot_reach_are_copied_with_their_libraries(tmp_path: Path) -> None:
    account = server_account()
    assert account is not None
    original = binaries.postgres_programs()
    package = original.parent.parent
    hidden, home = tmp_path / "hidden", Path(StateDir(tmp_path / "state").servers_home(account))
    shutil.copytree(package, hidden / package.name, ignore=binaries.NOT_NEEDED)
    libraries = package.with_name(package.name + ".libs")
    if libraries.exists():
        shutil.copytree(libraries, hidden / libraries.name)
    try:
        assert not can_enter(account, hidden)
        copied = binaries.for_account(hidden / package.name / "pginstall" / "bin", account, home)
        done = subprocess.run(
            [copied / "initdb", "--version"],
            capture_output=True,
            text=True,
            user=account.uid,
            group=account.gid,
            extra_groups=[],
            cwd=home,
            check=False,
        )
        assert done.stdout.startswith("initdb (PostgreSQL)"), done.stderr
        assert copied == binaries.for_account(hidden / package.name / "pginstall" / "bin", account, home)
    finally:
        StateDir(tmp_path / "state").remove()
