"""What a job waits for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.domain.step import StepState
from orchestrator.domain.waiting import OpenSteps, Reason, Surroundings, Waiting, waiting_for

SOON = datetime(2026, 1, 1, tzinfo=UTC)
PENDING = OpenSteps("creator", StepState.PENDING)
WAITING = OpenSteps("creator", StepState.WAITING, SOON)


@pytest.mark.parametrize(
    ("steps", "free", "expected"),
    [
        ([], {}, Waiting()),
        ([PENDING], {}, Waiting(Reason.CAPACITY)),
        ([PENDING], {"creator": 0}, Waiting(Reason.CAPACITY)),
        ([PENDING], {"validator": 3}, Waiting(Reason.CAPACITY)),
        ([PENDING], {"creator": 1}, Waiting()),
        ([PENDING, OpenSteps("creator", StepState.RUNNING)], {}, Waiting()),
        ([PENDING, OpenSteps("creator", StepState.DISPATCHED)], {}, Waiting()),
        ([WAITING], {"creator": 1}, Waiting(Reason.RETRY, SOON)),
        ([WAITING, OpenSteps("creator", StepState.WAITING, SOON + timedelta(1))], {}, Waiting(Reason.RETRY, SOON)),
        ([WAITING, PENDING], {"creator": 1}, Waiting()),
        ([WAITING, PENDING], {}, Waiting(Reason.CAPACITY)),
    ],
)
def test_waiting_for(steps: list[OpenSteps], free: dict[str, int], expected: Waiting) -> None:
    assert waiting_for(steps, Surroundings(free)) == expected
