from __future__ import annotations

import importlib

import click
import pytest

from orchestrator.cli.main import COMMANDS, main


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_table_exists_and_has_a_help_line(name: str) -> None:
    target, line = COMMANDS[name]
    module, attribute = target.split(":")
    assert isinstance(getattr(importlib.import_module(module), attribute), click.Command)
    assert line.endswith(".")


def test_an_expected_error_is_one_line_and_an_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL_FILE", "/nonexistent/secret")
    with pytest.raises(SystemExit) as ended:
        main(["up", "--state-dir", "/proc/nowhere"])
    assert ended.value.code == 69
    said = capsys.readouterr().err
    assert said.startswith("orchestrator: cannot use the state directory /proc/nowhere")
    assert said.count("\n") == 1


def test_an_unknown_command_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["fly"])
    assert ended.value.code == 2
    assert "No such command 'fly'" in capsys.readouterr().err
