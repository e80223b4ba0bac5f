"""How long statements take: summed up for who asks, and logged where one is slow. Values never get into the log."""

from __future__ import annotations

import time
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import Engine, ExceptionContext, event

from orchestrator.observability import tracing

log = structlog.get_logger(__name__)

SHOWN = 2_000
"""Characters of a statement that are logged."""


@dataclass(slots=True)
class Spent:
    """Seconds that the statements of this context have taken so far."""

    seconds: float = 0.0


_spent: ContextVar[Spent | None] = ContextVar("statement_time", default=None)


def begin() -> Spent:
    """Sum up from here on, in this context."""
    spent = Spent()
    _spent.set(spent)
    return spent


def watch(engine: Engine, slow_s: float) -> None:
    """Time this engine's statements; those above `slow_s` are logged, none where it is 0."""

    def before(connection: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool) -> None:
        if context is not None:
            context.began = time.perf_counter()

    def after(connection: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool) -> None:
        _note(statement, context, slow_s)

    def failed(error: ExceptionContext) -> None:
        if error.statement:
            _note(error.statement, error.execution_context, slow_s)

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    event.listen(engine, "handle_error", failed)


def _note(statement: str, context: Any, slow_s: float) -> None:
    began = getattr(context, "began", None)
    if began is None:
        return
    took_s = time.perf_counter() - began
    if (spent := _spent.get()) is not None:
        spent.seconds += took_s
    tracing.past("sql", took_s, **{"db.system": "postgresql", "db.statement": statement[:SHOWN]})
    if slow_s and took_s > slow_s:
        log.warning("slow_query", duration_ms=round(took_s * 1000), statement=" ".join(statement.split())[:SHOWN])
