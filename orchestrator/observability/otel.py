"""Traces by OpenTelemetry, sent by OTLP over HTTP. Imported only where tracing is on."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

PATH = "/v1/traces"
SEND_S = 5.0
FLUSH_MS = 3_000

_propagator = TraceContextTextMapPropagator()


class OtelTracer:
    """Spans of a process go through one queue and one thread, made with its first span: a thread outlives no fork.

    Args:
        endpoint: of the collector, without the path.
        service: names the process.
    """

    def __init__(self, endpoint: str, service: str) -> None:
        self._endpoint = endpoint.rstrip("/") + PATH
        self._service = service
        self._provider_of = cache(self._provide)

    @contextmanager
    def span(self, name: str, parent: str | None, attributes: Mapping[str, Any]) -> Iterator[None]:
        """A span below `parent`, else below the one around it, else the first of a new trace."""
        context = _propagator.extract({"traceparent": parent}) if parent else None
        with self._tracer().start_as_current_span(name, context, attributes=_known(attributes)):
            yield

    def past(self, name: str, seconds: float, attributes: Mapping[str, Any]) -> None:
        """A span of what ended just now. Polling and upkeep, which no span is around, would fill the collector."""
        if not trace.get_current_span().get_span_context().is_valid:
            return
        ended = time.time_ns()
        began = ended - int(seconds * 1e9)
        self._tracer().start_span(name, attributes=_known(attributes), start_time=began).end(ended)

    def current(self) -> str | None:
        """The header's value; None outside of any span."""
        carrier: dict[str, str] = {}
        _propagator.inject(carrier)
        return carrier.get("traceparent")

    def flush(self) -> None:
        """Send what is left, for three seconds at most."""
        self._provider_of(os.getpid()).force_flush(FLUSH_MS)

    def _tracer(self) -> trace.Tracer:
        return self._provider_of(os.getpid()).get_tracer("orchestrator")

    def _provide(self, process_id: int) -> TracerProvider:
        resource = Resource.create({"service.name": f"orchestrator-{self._service}", "process.pid": process_id})
        provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(self._endpoint, timeout=SEND_S)))
        return provider


def _known(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in attributes.items() if value is not None}
