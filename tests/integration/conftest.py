"""A migrated database per test, copied from one template per test process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from orchestrator.bootstrap import Orchestrator, build
from orchestrator.config import Settings
from orchestrator.storage.migrate import upgrade

MakeDatabase = Callable[..., str]


@pytest.fixture(scope="session")
def migrated_template(make_database: MakeDatabase) -> str:
    """A migrated database without connections, to copy from."""
    url = make_database()
    upgrade(url)
    return url


@pytest.fixture
def database_url(make_database: MakeDatabase, migrated_template: str) -> str:
    """A migrated database of the test's own."""
    return make_database(migrated_template)


@pytest.fixture
def settings(database_url: str, valkey_url: str, tmp_path: Path) -> Settings:
    """Settings with short waits, so that a recovery takes a second."""
    return Settings(
        database_url=database_url,
        redis_url=valkey_url,
        state_dir=tmp_path / "state",
        heartbeat_s=0.3,
        lease_s=1.0,
        leader_ttl_s=2.0,
        leader_renew_s=0.4,
        tick_s=0.2,
        dispatched_timeout_s=1.2,
        agent_timeout_s=30.0,
        backoff_base_s=0.1,
        finish_retry_s=10.0,
    )


@pytest.fixture
def make_orchestrator(settings: Settings) -> Iterator[Callable[..., Orchestrator]]:
    """`make_orchestrator(**changed_settings)` wires the services on the test's database."""
    made: list[Orchestrator] = []

    def make(**changes: Any) -> Orchestrator:
        made.append(build(replace(settings, **changes)))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def orchestrator(make_orchestrator: Callable[..., Orchestrator]) -> Orchestrator:
    """The services on the test's database."""
    return make_orchestrator()
