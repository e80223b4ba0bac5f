from __future__ import annotations

import json
import subprocess
import sys

import pytest

from orchestrator.cli.main import COMMANDS, cli

SLOW = ("celery", "flask", "requests", "sqlalchemy", "psycopg2", "alembic")
SHOW_IMPORTS = """
import json, sys
from orchestrator.cli.main import main
try:
    main(sys.argv[1:])
except SystemExit:
    print("\\n" + json.dumps(sorted(sys.modules)))
"""


def test_help_imports_nothing_slow() -> None:
    ended = subprocess.run(  # noqa: S603 - a program of the project
        [sys.executable, "-P", "-c", SHOW_IMPORTS, "--help"], capture_output=True, text=True, timeout=100, check=True
    )
    *_, imported = ended.stdout.splitlines()
    assert not set(SLOW) & set(json.loads(imported))
    assert all(f"\n  {name} " in ended.stdout for name in COMMANDS)


@pytest.mark.parametrize("name", ["submit", "jobs", "agents", "graph", "config", "db"])
def test_every_command_explains_itself_and_its_options(name: str) -> None:
    command = cli.get_command(None, name)  # type: ignore[arg-type]
    assert command is not None
    commands = [command, *getattr(command, "commands", {}).values()]
    assert all(each.help for each in commands)
    options = [option for each in commands for option in each.params if option.param_type_name == "option"]
    assert [option.name for option in options if not getattr(option, "help", None)] == []
