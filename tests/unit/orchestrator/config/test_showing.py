from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.config import Settings, catalogue
from orchestrator.config.showing import shown

SETTINGS = Settings(database_url="postgresql+psycopg2://user:se@cret@db:5432/jobs?password=se", redis_url="redis://b/0")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql+psycopg2://user:se@cret@db:5432/jobs", "postgresql+psycopg2://***@db:5432/jobs"),
        ("postgresql://db/jobs?user=me&password=secret", "postgresql://db/jobs?***"),
        ("redis://b/0", "redis://b/0"),
        ("secret", "***"),
        ("", ""),
    ],
)
def test_logins_are_left_out(url: str, expected: str) -> None:
    assert shown(catalogue()["database_url"], replace(SETTINGS, database_url=url)) == expected


def test_other_values_are_shown_as_they_are() -> None:
    settings = replace(SETTINGS, state_dir=Path("/state"), max_errors=3)
    assert shown(catalogue()["state_dir"], settings) == "/state"
    assert shown(catalogue()["max_errors"], settings) == 3


def test_secrets_are_in_no_repr() -> None:
    assert "cret" not in repr(SETTINGS)
