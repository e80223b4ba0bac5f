"""A database that keeps its history, and which tests run only when asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from orchestrator.bootstrap import Orchestrator, build
from orchestrator.config import Settings

sys.path.insert(0, str(Path(__file__).parent))  # chaos.py is a program: its modules stand beside it

from history import record


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: takes minutes; run with -m slow")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "slow" in config.getoption("-m"):
        return
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.skip(reason="takes minutes; run it with `make chaos-control`"))


@pytest.fixture
def recorded(
    make_database: Callable[..., str], migrated_template: str, valkey_url: str, tmp_path: Path
) -> Iterator[Orchestrator]:
    """The services on a database of the test's own, whose history is kept."""
    made = build(
        Settings(database_url=make_database(migrated_template), redis_url=valkey_url, state_dir=tmp_path, max_crashes=2)
    )
    record(made.sessions)
    yield made
    made.close()
