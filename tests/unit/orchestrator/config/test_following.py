"""Changes of the configuration file while a process runs."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestrator.config import Settings, catalogue, following, read
from orchestrator.config.following import RELOADABLE, Followed

WriteFile = Callable[..., Path]


@pytest.fixture(autouse=True)
def _level() -> Iterator[None]:
    before = logging.getLogger().level
    yield
    logging.getLogger().setLevel(before)


@pytest.fixture
def followed(config_file: WriteFile) -> Followed:
    config_file(section(max_errors=4, backoff_base_s=1))
    return Followed(read().settings)


def section(**settings: Any) -> dict[str, Any]:
    return {"orchestrator": settings}


def test_all_that_services_hold_changes_at_once(followed: Followed, config_file: WriteFile) -> None:
    held: Settings = followed.settings
    config_file(section(max_errors=6, backoff_base_s=3, log_level="ERROR"))
    assert followed.reload()
    assert (held.max_errors, held.backoff_base_s, held.log_level) == (6, 3, "ERROR")
    assert logging.getLogger().level == logging.ERROR
    assert followed.generation == 2
    assert not followed.reload()
    assert followed.generation == 2


def test_nothing_of_a_wrong_configuration_is_taken(
    followed: Followed, config_file: WriteFile, caplog: pytest.LogCaptureFixture
) -> None:
    config_file(section(max_errors=6, backoff_base_s=-1))
    assert not followed.reload()
    config_file(section(max_errors=6, backoff_base_s=60, backoff_cap_s=5))  # each is right, together they are not
    assert not followed.reload()
    assert (followed.settings.max_errors, followed.settings.backoff_base_s, followed.generation) == (4, 1, 1)
    assert caplog.text.count("config_refused") == 2
    assert "backoff_base_s" in caplog.text


def test_what_needs_a_restart_is_named_and_stays(
    followed: Followed, config_file: WriteFile, caplog: pytest.LogCaptureFixture
) -> None:
    config_file(section(max_errors=6, backoff_base_s=1, api_threads=3))
    assert followed.reload()
    assert (followed.settings.max_errors, followed.settings.api_threads) == (6, 16)
    assert "config_needs_restart settings=api_threads" in caplog.text


def test_no_secret_is_among_them() -> None:
    assert set(RELOADABLE) <= set(catalogue())
    assert not any(catalogue()[name].secret for name in RELOADABLE)


def test_sighup_looks_at_once(followed: Followed, config_file: WriteFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "LOOK_S", 600.0)
    monkeypatch.setattr(following, "_followed", [])
    before = signal.getsignal(signal.SIGHUP)
    try:
        running = following.follow(followed.settings)
        config_file(section(max_errors=9, backoff_base_s=1))
        os.kill(os.getpid(), signal.SIGHUP)
        limit = time.monotonic() + 60
        while following.generation() == 1 and time.monotonic() < limit:
            time.sleep(0.02)
        assert (running.generation, running.settings.max_errors) == (2, 9)
    finally:
        signal.signal(signal.SIGHUP, before)
