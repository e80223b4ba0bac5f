from __future__ import annotations

import json
from pathlib import Path

import pytest

from orchestrator.cli.connection import Connection, connected, find
from orchestrator.errors import ConfigError, Unavailable


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("ORCHESTRATOR_URL", "ORCHESTRATOR_API_KEY", "ORCHESTRATOR_STATE_DIR", "ORCHESTRATOR_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The default state directory of a running stack."""
    path = tmp_path / "orchestrator"
    path.mkdir()
    (path / "ports.json").write_text(json.dumps({"url": "http://127.0.0.1:8123"}))
    (path / "admin.key").write_text("local-key\n")
    return path


def test_the_environment_comes_first(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert state.is_dir()
    monkeypatch.setenv("ORCHESTRATOR_URL", " https://api.example.org/ ")
    monkeypatch.setenv("ORCHESTRATOR_API_KEY", "its-key")
    assert find() == Connection("https://api.example.org/", "its-key")
    with connected() as client:
        assert client.url == "https://api.example.org"


def test_the_local_key_never_goes_to_another_address(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert state.is_dir()
    monkeypatch.setenv("ORCHESTRATOR_URL", "https://api.example.org")
    with pytest.raises(ConfigError, match="ORCHESTRATOR_API_KEY is not"):
        find()


def test_the_default_state_directory_is_found(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find() == Connection("http://127.0.0.1:8123", "local-key")
    monkeypatch.setenv("ORCHESTRATOR_API_KEY", "another-key")
    assert find() == Connection("http://127.0.0.1:8123", "another-key")
    monkeypatch.setenv("ORCHESTRATOR_STATE_DIR", str(state / "elsewhere"))
    with pytest.raises(Unavailable, match="elsewhere"):
        find()


def test_the_state_directory_of_the_configuration_file_is_found(
    state: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    moved = state.rename(tmp_path / "moved")
    file = tmp_path / "config.json"
    file.write_text(json.dumps({"orchestrator": {"state_dir": str(moved)}}))
    monkeypatch.setenv("ORCHESTRATOR_CONFIG", str(file))
    assert find() == Connection("http://127.0.0.1:8123", "local-key")


def test_a_stack_without_a_key_file_asks_for_a_key(state: Path) -> None:
    (state / "admin.key").unlink()
    with pytest.raises(ConfigError, match="Set ORCHESTRATOR_API_KEY"):
        find()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"ports": {}}'])
def test_a_broken_ports_file_is_named(state: Path, content: str) -> None:
    (state / "ports.json").write_text(content)
    with pytest.raises(ConfigError, match=r"ports\.json"):
        find()


def test_a_wrong_url_is_a_fault_of_the_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORCHESTRATOR_URL", "localhost:8000")
    monkeypatch.setenv("ORCHESTRATOR_API_KEY", "hidden")
    with pytest.raises(ConfigError, match="http://127") as refused, connected():
        pass
    assert "hidden" not in refused.value.message


@pytest.mark.parametrize("name", ["admin.key", "ports.json"])
def test_a_file_that_cannot_be_read_is_named(state: Path, name: str) -> None:
    (state / name).unlink()
    (state / name).mkdir()
    with pytest.raises(ConfigError, match=rf"Cannot read .*{name} \(Is a directory\)"):
        find()


def test_a_connection_does_not_show_its_key() -> None:
    assert "hidden" not in repr(Connection("http://a", "hidden"))
