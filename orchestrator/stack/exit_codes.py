"""Exit codes of the commands, after sysexits.h; the documentation lists them."""

from __future__ import annotations

from orchestrator.errors import (
    ConfigError,
    Conflict,
    Denied,
    Invalid,
    NotFound,
    OrchestratorError,
    TimedOut,
    Unavailable,
)
from orchestrator.stack.layout import StateInUse

FAILED = 1
USAGE = 64
BAD_INPUT = 65
NOT_FOUND = 66
UNAVAILABLE = 69
IN_USE = 75
DENIED = 77
CONFIG = 78
TIMED_OUT = 124

_CODES: tuple[tuple[type[OrchestratorError], int], ...] = (
    (ConfigError, CONFIG),
    (StateInUse, IN_USE),
    (Conflict, FAILED),
    (Unavailable, UNAVAILABLE),
    (TimedOut, TIMED_OUT),
    (Invalid, BAD_INPUT),
    (NotFound, NOT_FOUND),
    (Denied, DENIED),
)


def exit_code(error: OrchestratorError) -> int:
    """Returns the code a command ends with after this error."""
    return next((code for kind, code in _CODES if isinstance(error, kind)), FAILED)
