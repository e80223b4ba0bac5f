from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from orchestrator.domain.webhook import RETRY_S, active, delay_after, new_secret, rotated

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def test_the_waits_add_up_to_three_days_at_most() -> None:
    waits = [delay_after(tries, 1.0) for tries in range(1, 11)]

    assert waits == [10, 60, 300, 1_800, 7_200, 21_600, 43_200, 86_400, None, None]
    assert sum(RETRY_S) < 3 * 86_400
    assert delay_after(1, 0.1) == 1


def test_a_secret_is_one_of_the_library() -> None:
    secret = new_secret()

    assert secret != new_secret()
    assert Webhook(secret).sign("evt_1", NOW, "{}").startswith("v1,")


@pytest.mark.parametrize(("overlap_hours", "signing"), [(1.0, ["b", "a"]), (0.0, ["b"])])
def test_the_secret_before_signs_until_the_overlap_is_over(overlap_hours: float, signing: list[str]) -> None:
    held = rotated(rotated((), "a", NOW, 24), "b", NOW, overlap_hours)

    assert active(held, NOW) == signing
    assert active(held, NOW + timedelta(hours=2)) == ["b"]


def test_two_secrets_at_most() -> None:
    held = rotated(rotated(rotated((), "a", NOW, 24), "b", NOW, 24), "c", NOW, 24)

    assert active(held, NOW) == ["c", "b"]
