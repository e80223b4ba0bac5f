from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import pytest
from sqlalchemy import text

from orchestrator.bootstrap import Orchestrator
from orchestrator.config import Settings
from orchestrator.errors import ConfigError
from orchestrator.storage import migrate
from orchestrator.storage.start_check import _code_revision, check_start

COMMANDS = (("api",), ("worker", "creator"), ("beat",))


def test_no_process_starts_on_a_schema_that_needs_newer_code(orchestrator: Orchestrator, settings: Settings) -> None:
    with orchestrator.sessions.begin() as session:
        session.execute(text("UPDATE schema_info SET min_code_revision = '9999'"))
    environment = {**os.environ, "DATABASE_URL": settings.database_url, "REDIS_URL": settings.redis_url}

    started = [
        subprocess.Popen(  # noqa: S603 - a program of the project
            [sys.executable, "-P", "-m", "orchestrator.cli.main", *command],
            env=environment | {"ORCHESTRATOR_API_PORT": "0"},
            stderr=subprocess.PIPE,
            text=True,
        )
        for command in COMMANDS
    ]

    ended = [(process.communicate(timeout=110)[1], process.returncode) for process in started]
    assert [code for _, code in ended] == [78, 78, 78]
    assert all("needs code of revision 9999" in said for said, _ in ended)


def test_the_code_s_revision_is_that_of_its_last_migration() -> None:
    assert _code_revision() == migrate.code_revision()


def test_more_connections_than_there_are_is_a_wrong_configuration(settings: Settings) -> None:
    check_start(settings, "API", 20)
    with pytest.raises(ConfigError, match="max_connections") as caught:
        check_start(settings, "API", 100_000)
    assert caught.value.code == "too_many_connections"


def test_a_database_that_is_away_is_not_asked(settings: Settings) -> None:
    check_start(replace(settings, database_url="postgresql+psycopg2://x@127.0.0.1:1/x"), "API", 20)
