from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orchestrator.config import announced, catalogue, load, read, read_one
from orchestrator.errors import ConfigError

OLDER = {
    "job_timeout_hours": 100,
    "stuck_detection_minutes": 45,
    "max_requirement_retries": 7,
    "completion_check_interval_seconds": 20,
}
# Texts that are wrong for every setting of the type.
WRONG = {int: ["-1", "1.5", "many", "1" * 30, "true"], float: ["-1", "many", "nan", "inf", "1e300"]}

Environment = Callable[..., None]
ConfigFile = Callable[..., Path]


def faults() -> list[str]:
    with pytest.raises(ConfigError) as raised:
        load()
    first, *lines = raised.value.message.splitlines()
    assert first == "The configuration is wrong:"
    return [line.strip() for line in lines]


def test_the_keys_of_the_older_system_are_understood(config_file: ConfigFile) -> None:
    config_file({"orchestrator": OLDER})
    settings = load()
    assert settings.job_timeout_hours == 100
    assert settings.stuck_detection_minutes == 45
    assert settings.max_requirement_retries == 7
    assert settings.completion_check_interval_s == 20


def test_environment_goes_before_file_and_file_before_default(
    environment: Environment, config_file: ConfigFile
) -> None:
    path = config_file({"orchestrator": {"max_errors": 8, "max_crashes": 9}})
    environment(ORCHESTRATOR_MAX_ERRORS=4)
    found = read()
    assert (found.settings.max_errors, found.settings.max_crashes, found.settings.max_pages) == (4, 9, 2000)
    assert found.origins["max_errors"] == "ORCHESTRATOR_MAX_ERRORS"
    assert found.origins["max_crashes"] == f"max_crashes in {path}"
    assert found.origins["max_pages"] == "default"


def test_a_secret_may_stand_in_a_file_of_its_own(
    environment: Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "url"
    secret.write_text("postgresql://user:from-file@db/jobs\n")
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.setenv("DATABASE_URL_FILE", str(secret))
    found = read()
    assert found.settings.database_url == "postgresql+psycopg2://user:from-file@db/jobs"
    assert found.origins["database_url"] == "DATABASE_URL_FILE"


def test_a_value_and_a_file_for_it_conflict(environment: Environment, tmp_path: Path) -> None:
    secret = tmp_path / "url"
    secret.write_text("postgresql://user:from-file@db/jobs\n")
    environment(DATABASE_URL_FILE=secret)
    assert faults() == ["DATABASE_URL: set twice, also as DATABASE_URL_FILE; unset one of them"]


def test_a_file_may_be_toml(config_file: Callable[..., Path]) -> None:
    path = config_file('[orchestrator]\nmax_errors = 7\ncors_origins = ["https://a.example"]\n', "config.toml")
    found = read()
    assert (found.settings.max_errors, found.settings.cors_origins) == (7, ("https://a.example",))
    assert found.origins["max_errors"] == f"max_errors in {path}"


def test_a_secret_file_that_is_not_there_is_a_fault(environment: Environment, tmp_path: Path) -> None:
    environment(DATABASE_URL_FILE=tmp_path / "none")
    assert faults() == [f"DATABASE_URL_FILE: cannot read {tmp_path / 'none'}; name a file that this account may read"]


@pytest.mark.parametrize(
    "url", ["mysql://user:secret@db/jobs", "postgresql://db", "postgresql://user:secret@db:x/jobs"]
)
def test_another_kind_of_database_is_refused_without_its_password(environment: Environment, url: str) -> None:
    environment(DATABASE_URL=url, REDIS_URL="redis://:secret@broker:port")
    assert faults() == [
        "DATABASE_URL: must be like postgresql://user:password@host:port/name",
        "REDIS_URL: must be like redis://:password@host:port/0, or rediss:// with TLS",
    ]


def test_all_faults_are_reported_at_once_with_what_is_allowed(
    environment: Environment, config_file: ConfigFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = config_file({"orchestrator": {"job_timeout_hours": -3, "max_errors": "five"}})
    environment(ORCHESTRATOR_LOG_FORMAT="loud", ORCHESTRATOR_API_PORT=70_000, REDIS_URL="http://broker")
    monkeypatch.delenv("DATABASE_URL")
    assert set(faults()) == {
        "DATABASE_URL: not set; must be like postgresql://user:password@host:port/name; "
        "`orchestrator up` starts a server where none is given",
        "REDIS_URL: must be like redis://:password@host:port/0, or rediss:// with TLS",
        "ORCHESTRATOR_LOG_FORMAT: 'loud' must be one of auto, json, human",
        "ORCHESTRATOR_API_PORT: '70000' must be a whole number from 0 to 65,535",
        f"job_timeout_hours in {path}: -3 must be a number from 0.01 to 8,760",
        f"max_errors in {path}: 'five' must be a whole number from 1 to 1,000",
    }


@pytest.mark.parametrize(
    ("name", "text"),
    [(name, text) for name, setting in catalogue().items() for text in WRONG.get(setting.kind, [])],
)
def test_no_number_may_be_absurd(environment: Environment, name: str, text: str) -> None:
    variable = catalogue()[name].variable
    environment(**{variable: text})
    assert f"{variable}: {text!r} must be {catalogue()[name].allowed()}" in faults()


@pytest.mark.parametrize("value", [True, None, [1], {"a": 1}, 1.5])
def test_a_file_may_not_give_a_value_of_another_type(config_file: ConfigFile, value: Any) -> None:
    config_file({"orchestrator": {"max_errors": value}})
    assert len(faults()) == 1


def test_ratios_between_settings_are_kept(environment: Environment) -> None:
    environment(ORCHESTRATOR_LEASE_S=20)
    assert faults() == ["ORCHESTRATOR_LEASE_S must be >= 3 x ORCHESTRATOR_HEARTBEAT_S; they are 20 and 10"]


def test_an_unknown_key_is_a_fault_that_names_the_nearest(config_file: ConfigFile) -> None:
    path = config_file({"orchestrator": {"job_timeout_hour": 1, "xyzzy": 2}})
    assert faults() == [
        f"job_timeout_hour in {path}: there is no such setting; did you mean job_timeout_hours?",
        f"xyzzy in {path}: there is no such setting",
    ]


def test_a_key_under_both_its_names_is_a_fault(config_file: ConfigFile) -> None:
    config_file({"orchestrator": {"completion_check_interval_s": 5, "completion_check_interval_seconds": 6}})
    (fault,) = faults()
    assert "set twice, also as completion_check_interval_s" in fault


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        ("{", "config.json", "cannot be understood"),
        ("[]", "config.json", "must hold an object"),
        ('{"orchestrator": 1}', "config.json", "must be an object"),
        ('{"orchestrator": {"max_errors": 1, "max_errors": 2}}', "config.json", "'max_errors' is there twice"),
        ("[" * 100_000, "config.json", "cannot be understood"),
        (" " * 1_000_001, "config.json", "more than 1,000,000 bytes"),
        ("[orchestrator]\nmax_errors = 1\nmax_errors = 2", "config.toml", "cannot be understood"),
        ("max_errors: 1", "config.yaml", "must end in .json or .toml"),
    ],
)
def test_a_file_that_cannot_be_understood_is_a_fault(
    config_file: ConfigFile, content: str, name: str, said: str
) -> None:
    config_file(content, name)
    (fault,) = faults()
    assert said in fault


def test_a_file_that_is_not_there_is_a_fault(environment: Environment, tmp_path: Path) -> None:
    environment(ORCHESTRATOR_CONFIG=tmp_path / "none.json")
    assert faults() == [f"ORCHESTRATOR_CONFIG: cannot read {tmp_path / 'none.json'}: No such file or directory"]


def test_other_sections_are_ignored_with_one_warning(config_file: ConfigFile, caplog: pytest.LogCaptureFixture) -> None:
    path = config_file({"orchestrator": OLDER, "llm": {"model": "x"}, "neo4j": {}})
    with caplog.at_level(logging.WARNING):
        load()
        announced(read())
    assert caplog.messages == [f"{path}: only the section 'orchestrator' is read; ignored: llm, neo4j"]


def test_a_misspelt_variable_is_warned_of(environment: Environment) -> None:
    environment(
        ORCHESTRATOR_MAX_EROORS=1,
        ORCHESTRATOR_ADMIN_KEY="key",
        ORCHESTRATOR_STATE_DIR_FILE="",
        ORCHESTRATOR_SERVICE_HOST="10.0.0.1",
        ORCHESTRATOR_FLOWER_PORT_5555_TCP="tcp://10.0.0.1:5555",
    )
    assert read().warnings == (
        "ORCHESTRATOR_MAX_EROORS is no setting and changes nothing; did you mean ORCHESTRATOR_MAX_ERRORS?",
    )


def test_warnings_come_along_with_faults(environment: Environment) -> None:
    environment(ORCHESTRATOR_LEASE_S="x", ORCHESTRATOR_LEESE_S=1)
    assert faults()[1].startswith("(warning) ORCHESTRATOR_LEESE_S is no setting")


def test_blank_counts_as_not_set(environment: Environment) -> None:
    environment(ORCHESTRATOR_LOG_FORMAT=" ")
    assert load().log_format == "auto"


def test_servers_may_be_missing_where_they_are_started(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL")
    found = read(servers_needed=False)
    assert found.settings.database_url == ""
    assert found.origins["database_url"] == "orchestrator up"


def test_one_setting_can_be_read_though_others_are_wrong(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment(ORCHESTRATOR_LEASE_S="x")
    monkeypatch.delenv("REDIS_URL")
    assert read_one("database_url") == "postgresql+psycopg2://user:secret@db:5432/jobs"
    environment(DATABASE_URL="mysql://db")
    with pytest.raises(ConfigError):
        read_one("database_url")
