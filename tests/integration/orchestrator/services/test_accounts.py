"""Keys in the database."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from orchestrator.bootstrap import Orchestrator
from orchestrator.domain.access import Role
from orchestrator.errors import ConfigError, Denied


def test_the_first_key_is_shown_once_and_works(orchestrator: Orchestrator) -> None:
    key = orchestrator.accounts.ensure_admin_key()

    assert key is not None
    assert re.fullmatch(r"ro_dev_[0-9a-f]{8}_[A-Za-z0-9_-]{43}", key)
    assert orchestrator.accounts.ensure_admin_key() is None
    caller = orchestrator.accounts.authenticate(key)
    assert (caller.owner, caller.role) == ("admin", Role.ADMIN)


def test_the_secret_is_not_stored(orchestrator: Orchestrator) -> None:
    key = orchestrator.accounts.ensure_admin_key() or ""

    with orchestrator.sessions() as session:
        stored = str(session.execute(text("SELECT * FROM api_keys")).all())
    assert key.split("_", 3)[3] not in stored


def test_many_starts_at_once_make_one_key(orchestrator: Orchestrator) -> None:
    with ThreadPoolExecutor(5) as pool:
        keys = list(pool.map(lambda _: orchestrator.accounts.ensure_admin_key(), range(5)))

    assert len([key for key in keys if key]) == 1


@pytest.mark.parametrize("preset", ["ro_ci_abcdefgh_0123456789abcdef", "any-form-of-16-characters"])
def test_exactly_the_preset_works(orchestrator: Orchestrator, preset: str) -> None:
    made = orchestrator.accounts.ensure_admin_key()

    assert orchestrator.accounts.ensure_admin_key(preset) is None
    assert orchestrator.accounts.ensure_admin_key(preset) is None
    assert orchestrator.accounts.authenticate(preset).role is Role.ADMIN
    assert orchestrator.accounts.authenticate(made or "").role is Role.ADMIN
    for wrong in (preset[:-1], preset + "x", preset.upper()):
        with pytest.raises(Denied):
            orchestrator.accounts.authenticate(wrong)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("any-form-of-16-characters", "another-form-of-16-chars"),
        ("ro_ci_abcdefgh_0123456789abcdef", "ro_ci_abcdefgh_fedcba9876543210"),
    ],
)
def test_a_changed_preset_takes_the_place_of_the_old_one(orchestrator: Orchestrator, first: str, second: str) -> None:
    orchestrator.accounts.ensure_admin_key(first)
    orchestrator.accounts.ensure_admin_key(second)

    with pytest.raises(Denied):
        orchestrator.accounts.authenticate(first)
    assert orchestrator.accounts.authenticate(second)
    orchestrator.accounts.ensure_admin_key(first)
    assert orchestrator.accounts.authenticate(first)


@pytest.mark.parametrize("preset", ["", "short", "with spaces in the middle", "ümläute-ümläute-ümläute", "x" * 201])
def test_a_preset_that_no_header_carries_is_refused(orchestrator: Orchestrator, preset: str) -> None:
    with pytest.raises(ConfigError):
        orchestrator.accounts.ensure_admin_key(preset)
