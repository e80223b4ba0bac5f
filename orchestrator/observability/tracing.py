"""Traces, where `otlp_endpoint` is set: from a request through its job's steps to their statements.

Where it is not, nothing is imported and every call here returns at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

from orchestrator.config import Settings
from orchestrator.errors import ConfigError


class Tracer(Protocol):
    """What makes spans and sends them."""

    def span(self, name: str, parent: str | None, attributes: Mapping[str, Any]) -> Any:
        """A context manager: the span of what happens inside, below `parent` or the span around it."""

    def past(self, name: str, seconds: float, attributes: Mapping[str, Any]) -> None:
        """A span of what ended just now, below the one around it; none where there is none around it."""

    def current(self) -> str | None:
        """The `traceparent` of the span around it."""

    def flush(self) -> None:
        """Send what is left."""


_tracer: Tracer | None = None


def configure(settings: Settings, service: str) -> None:
    """Trace this process and the children that it forks from now on, if the settings want it.

    Raises:
        ConfigError: the extra `otel` is not installed.
    """
    global _tracer  # noqa: PLW0603 - one of the process
    if not settings.otlp_endpoint:
        return
    try:
        from orchestrator.observability.otel import OtelTracer
    except ImportError as error:
        raise ConfigError(
            "ORCHESTRATOR_OTLP_ENDPOINT is set, and tracing is not installed. Install requirement-orchestrator[otel], "
            "or unset it."
        ) from error
    _tracer = OtelTracer(settings.otlp_endpoint, service)


def use(tracer: Tracer | None) -> None:
    """Trace with this one; None: no more."""
    global _tracer  # noqa: PLW0603
    _tracer = tracer


@contextmanager
def span(name: str, parent: str | None = None, **attributes: Any) -> Iterator[None]:
    """Trace what happens inside.

    Args:
        name: of few different ones: a rule, a kind of step.
        parent: a `traceparent` from elsewhere; without it, the span around this one.
        attributes: words and numbers; None is left out.
    """
    if _tracer is None:
        yield
        return
    with _tracer.span(name, parent, attributes):
        yield


def past(name: str, seconds: float, **attributes: Any) -> None:
    """Trace what took so long and ended just now."""
    if _tracer is not None:
        _tracer.past(name, seconds, attributes)


def current() -> str | None:
    """The `traceparent` (W3C Trace Context) of the span around it; None where nothing is traced."""
    return None if _tracer is None else _tracer.current()


def flush() -> None:
    """Send what is left, at the end of a process."""
    if _tracer is not None:
        _tracer.flush()
