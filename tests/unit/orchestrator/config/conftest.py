from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orchestrator.config import catalogue

SERVERS = {"DATABASE_URL": "postgresql://user:secret@db:5432/jobs", "REDIS_URL": "redis://:hidden@broker:6379/0"}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`environment(NAME=value)` makes these the only variables that configure, beside the two servers."""
    ours = ("ORCHESTRATOR_", *(setting.variable for setting in catalogue().values()))
    for name in list(os.environ):
        if name.startswith(ours):
            monkeypatch.delenv(name)

    def put(**variables: Any) -> None:
        for name, value in {**SERVERS, **variables}.items():
            monkeypatch.setenv(name, str(value))

    put()
    return put


@pytest.fixture
def config_file(environment: Callable[..., None], tmp_path: Path) -> Callable[..., Path]:
    """`config_file(content)` writes a file and names it in ORCHESTRATOR_CONFIG."""

    def write(content: Any, name: str = "config.json") -> Path:
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        environment(ORCHESTRATOR_CONFIG=path)
        return path

    return write
