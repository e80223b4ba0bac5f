"""What a process believes of keys, and for how long."""

from __future__ import annotations

import pytest

from orchestrator.domain.access import Principal, Role
from orchestrator.services import known_keys
from orchestrator.services.known_keys import KnownKeys

ADA = Principal("ada", Role.OPERATOR, "aaaa0000")
BEN = Principal("ben", Role.VIEWER, "bbbb0000")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds since some moment; a test moves them."""
    now = [1000.0]
    monkeypatch.setattr(known_keys.time, "monotonic", lambda: now[0])
    return now


def test_a_caller_is_believed_for_the_lifetime(clock: list[float]) -> None:
    known = KnownKeys(5)
    known.remember("the key", ADA, None)

    assert known.find("the key") == ADA
    assert known.find("the kez") is None
    clock[0] += 5.1
    assert known.find("the key") is None


def test_no_key_is_believed_longer_than_it_is_valid(clock: list[float]) -> None:
    known = KnownKeys(5)
    known.remember("short", ADA, 2)
    known.remember("over", BEN, -1)

    assert (known.find("short"), known.find("over")) == (ADA, None)
    clock[0] += 2.1
    assert known.find("short") is None


def test_a_lifetime_of_nothing_believes_nothing() -> None:
    known = KnownKeys(0)
    known.remember("the key", ADA, None)

    assert known.find("the key") is None


def test_a_changed_key_is_forgotten_with_all_its_secrets() -> None:
    known = KnownKeys(5)
    for key, caller in {"old": ADA, "new": ADA, "other": BEN}.items():
        known.remember(key, caller, None)
    known.forget(ADA.key_id)

    assert [known.find(key) for key in ("old", "new", "other")] == [None, None, BEN]


def test_it_never_grows_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_keys, "MOST", 10)
    known = KnownKeys(5)
    for number in range(25):
        known.remember(str(number), ADA, None)

    assert sum(known.find(str(number)) is not None for number in range(25)) == 5


def test_a_use_is_told_once_a_minute(clock: list[float]) -> None:
    known = KnownKeys(5)
    for _ in range(3):
        known.note_use("aaaa0000")
    assert known.take_uses() == {"aaaa0000"}

    known.note_use("aaaa0000")
    known.note_use("bbbb0000")
    assert known.take_uses() == {"bbbb0000"}
    clock[0] += 60
    known.note_use("aaaa0000")
    assert known.take_uses() == {"aaaa0000"}
