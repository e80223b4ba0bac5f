from __future__ import annotations

import pytest

from orchestrator.errors import ConfigError, Denied, NotFound, OrchestratorError, TooLarge, Unavailable
from orchestrator.stack.exit_codes import exit_code
from orchestrator.stack.layout import StateInUse
from orchestrator.stack.supervisor import NotReady


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (NotReady("a"), 1),
        (TooLarge("a"), 65),
        (NotFound("a"), 66),
        (Unavailable("a"), 69),
        (StateInUse("a"), 75),
        (Denied("a"), 77),
        (ConfigError("a"), 78),
    ],
)
def test_each_kind_of_error_has_its_exit_code(error: OrchestratorError, code: int) -> None:
    assert exit_code(error) == code
