"""What can be wrong with asking a language model, by what follows from it."""

from __future__ import annotations

from orchestrator.errors import Invalid, OrchestratorError, Unavailable


class NotNow(Unavailable):
    """The endpoint is paused, broken or busy: the step is to be repeated after `delay_s`, which counts as no error."""

    code = "llm_not_now"

    def __init__(self, message: str, delay_s: float) -> None:
        super().__init__(message)
        self.delay_s = delay_s


class OverBudget(OrchestratorError):
    """The job's token budget does not allow the call, which may use `tokens`."""

    code = "token_budget"

    def __init__(self, message: str, tokens: int) -> None:
        super().__init__(message)
        self.tokens = tokens


class Rejected(Invalid):
    """The endpoint refuses such calls, whatever they ask; the message has its own words."""

    code = "llm_rejected"


class Unusable(OrchestratorError):
    """The answer to this question cannot be used, or the endpoint has failed for too long: do it without."""

    code = "llm_unusable"


class Truncated(Unusable):
    """The answer was cut off: a shorter question may help."""

    code = "llm_truncated"
