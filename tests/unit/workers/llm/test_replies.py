from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from orchestrator.domain.llm import LONGEST_PAUSE_S, USUAL_PAUSE_S
from workers.llm.replies import retry_after_s


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("30", 30.0),
        ("-5", 0.0),
        ("nan", 0.0),
        ("inf", LONGEST_PAUSE_S),
        ("1e12", LONGEST_PAUSE_S),
        ("", USUAL_PAUSE_S),
        ("soon", USUAL_PAUSE_S),
        (format_datetime(datetime(2000, 1, 1, tzinfo=UTC), usegmt=True), 0.0),
        (format_datetime(datetime(9000, 1, 1, tzinfo=UTC), usegmt=True), LONGEST_PAUSE_S),
    ],
)
def test_however_long_an_endpoint_asks_for_the_pause_is_bounded(given: str, found: float) -> None:
    assert retry_after_s({"retry-after": given}) == found
