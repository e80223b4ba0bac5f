"""One tree of errors. The message says what happened, to what, and what to do next.

`code` is stable: the API sends it as the problem's `code`, a failed job stores it as `error_message`'s code.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class OrchestratorError(Exception):
    """Base of every error this project raises on purpose.

    Args:
        message: one sentence for a person: what happened, to what, what to do next.
        code: stable machine word; the class default serves unless a caller knows better.
        details: JSON-ready facts (the id, the limit, the allowed values).
    """

    code = "error"

    def __init__(self, message: str, *, code: str | None = None, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.details = dict(details or {})


class Invalid(OrchestratorError):
    """The input breaks a rule; `details["pointer"]` is a JSON pointer where one applies."""

    code = "invalid"


class TooLarge(Invalid):
    """The input is over a limit."""

    code = "too_large"


class Unsupported(Invalid):
    """The document's type is none that this service reads."""

    code = "unsupported_type"


class PreconditionRequired(Invalid):
    """The change does not say which version it is of."""

    code = "precondition_required"


class Denied(OrchestratorError):
    """The caller is not known or may not do this."""

    code = "denied"


class NotFound(OrchestratorError):
    """The thing does not exist, or not for this caller."""

    code = "not_found"


class Conflict(OrchestratorError):
    """The request is well formed but the state of the thing forbids it."""

    code = "conflict"


class InvalidTransition(Conflict):
    """This status has no such way out; `details` names the status and what is allowed."""

    code = "invalid_transition"


class StaleVersion(Conflict):
    """Somebody changed the row since it was read."""

    code = "stale"


class Gone(Conflict):
    """It was there, and was removed for good: texts of a job, bytes of a document."""

    code = "redacted"


class Duplicate(Conflict):
    """A row with this key exists."""

    code = "duplicate"


class Unavailable(OrchestratorError):
    """A server that this needs does not answer; trying again later may help."""

    code = "unavailable"


class CircuitOpen(Unavailable):
    """The breaker for this endpoint is open."""

    code = "circuit_open"


class TimedOut(OrchestratorError):
    """What the caller waits for did not come in time; it goes on without the caller."""

    code = "timed_out"


class ConfigError(OrchestratorError):
    """The configuration is wrong; the message lists every fault. The process exits with 78."""

    code = "config"


class DocumentError(OrchestratorError):
    """A document cannot be read, and no retry will help: the job fails with this code.

    Codes: `encrypted`, `no_text_layer`, `corrupt`, `page_cap`, `text_cap`, `memory_cap`, `time_cap`.
    """

    code = "corrupt"


class Fenced(OrchestratorError):
    """The step has moved on without this worker: everything it would write is dropped."""

    code = "fenced"
