from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.cli.main import main

URLS = {"DATABASE_URL": "postgresql://user:secret@db/jobs", "REDIS_URL": "redis://:hidden@broker/0"}
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """`run("config", "check", NAME=value)` returns exit code, stdout and stderr."""

    def run(*words: str, **environment: str) -> tuple[int, str, str]:
        with monkeypatch.context() as patch:
            for name in list(os.environ):
                if name.startswith(("DATABASE_URL", "REDIS_URL", "ORCHESTRATOR_")):
                    patch.delenv(name)
            # Set first, so that what the command sets is taken back as well.
            for name, value in {"ORCHESTRATOR_CONFIG": "", **environment}.items():
                patch.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                main(list(words))
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


def written(place: Path, **settings: object) -> str:
    file = place / "config.json"
    file.write_text(json.dumps({"orchestrator": settings}))
    return str(file)


def test_a_right_configuration_is_exit_0(run: Run) -> None:
    code, out, err = run("config", "check", **URLS)
    assert (code, err) == (0, "")
    assert out.startswith("The configuration is right: 2 of ")


def test_a_wrong_one_is_exit_78_with_every_fault(run: Run) -> None:
    code, out, err = run("config", "check", ORCHESTRATOR_LEASE_S="-1", **URLS, ORCHESTRATOR_LOG_FORMAT="loud")
    assert (code, out) == (78, "")
    assert [line.split(":")[0].strip() for line in err.splitlines()[1:]] == [
        "ORCHESTRATOR_LOG_FORMAT",
        "ORCHESTRATOR_LEASE_S",
    ]


def test_servers_may_be_missing_where_they_are_embedded(run: Run) -> None:
    assert run("config", "check")[0] == 78
    assert run("config", "check", "--embedded")[0] == 0


@pytest.mark.parametrize("before", [True, False])
def test_the_file_can_be_named_before_and_behind_the_command(run: Run, tmp_path: Path, before: bool) -> None:
    option = ("--config", written(tmp_path, max_errors=7))
    words = (*option, "config", "show") if before else ("config", "show", *option)
    code, out, _ = run(*words, "-o", "json", **URLS)
    assert code == 0
    assert json.loads(out)["max_errors"] == {"value": 7, "from": f"max_errors in {tmp_path / 'config.json'}"}


def test_a_file_that_is_not_there_is_exit_78(run: Run, tmp_path: Path) -> None:
    code, _, err = run("config", "check", "--config", str(tmp_path / "none.json"), **URLS)
    assert code == 78
    assert "cannot read" in err


def test_show_names_origins_and_hides_passwords(run: Run) -> None:
    code, out, err = run("config", "show", **URLS, ORCHESTRATOR_MAX_EROORS="1")
    assert code == 0
    assert "secret@" not in out
    assert "hidden" not in out
    lines = {line.split()[0]: line.split()[1:] for line in out.splitlines()}
    assert lines["database_url"] == ["postgresql+psycopg2://***@db/jobs", "DATABASE_URL"]
    assert lines["max_errors"] == ["5", "default"]
    assert err == (
        "warning: ORCHESTRATOR_MAX_EROORS is no setting and changes nothing; did you mean ORCHESTRATOR_MAX_ERRORS?\n"
    )
