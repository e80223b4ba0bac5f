"""Supervisors with trivial children, and what a run leaves behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.stack.layout import StateDir
from orchestrator.stack.supervisor import Supervisor


@pytest.fixture
def state_dir(tmp_path: Path) -> Iterator[Path]:
    """A path for a state directory; the directory and the servers' data are removed afterwards."""
    path = tmp_path / "state"
    yield path
    StateDir(path).remove()


@pytest.fixture
def said() -> list[str]:
    """The lines that the supervisor announced."""
    return []


@pytest.fixture
def supervisor(tmp_path: Path, said: list[str]) -> Iterator[Supervisor]:
    (tmp_path / "log").mkdir()
    made = Supervisor(tmp_path / "log", said.append)
    yield made
    made.stop_requests = 2
    made.close()
