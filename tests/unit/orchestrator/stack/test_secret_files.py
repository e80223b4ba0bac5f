"""Secrets from variables and files."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.errors import ConfigError
from orchestrator.stack.secret_files import secret


def test_the_file_wins_over_the_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SOME_KEY_FILE", raising=False)
    monkeypatch.delenv("SOME_KEY", raising=False)
    assert secret("SOME_KEY") is None
    monkeypatch.setenv("SOME_KEY", " plain ")
    assert secret("SOME_KEY") == "plain"
    (tmp_path / "key").write_text("from-the-file\n")
    monkeypatch.setenv("SOME_KEY_FILE", str(tmp_path / "key"))
    assert secret("SOME_KEY") == "from-the-file"


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / "key").write_bytes(content)
    monkeypatch.setenv("SOME_KEY_FILE", str(tmp_path / "key"))

    with pytest.raises(ConfigError, match="SOME_KEY_FILE: cannot read"):
        secret("SOME_KEY")
