"""What log lines must not show."""

from __future__ import annotations

import pytest
import structlog

from orchestrator.observability.logging import _last


@pytest.mark.parametrize("log_format", ["human", "json"])
def test_a_traceback_shows_no_values_of_variables(log_format: str) -> None:
    def fails(secret: str) -> None:
        raise ValueError(f"{len(secret)} characters are too many")

    event = {"event": "step_failed", "level": "error"}
    try:
        fails("-".join(("s3cr3t", "value")))
    except ValueError as error:
        event |= {"exc_info": (ValueError, error, error.__traceback__)}
    for processor in _last(log_format):
        event = processor(structlog.get_logger(), "error", event)
    assert "12 characters are too many" in str(event)
    assert "s3cr3t-value" not in str(event)
