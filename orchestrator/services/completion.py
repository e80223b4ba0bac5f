"""Waiting for the end of a job from Python, with a callback that hears of every change."""

from __future__ import annotations

import asyncio
import inspect
import math
import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from orchestrator.domain.job import TERMINAL
from orchestrator.errors import Invalid, TimedOut
from orchestrator.services.job_view import ProgressView

PAUSE_S = (0.05, 2.0)
"""The first pause between two looks, which grows by half each time without a change, and the longest."""
MOST_S = 30 * 24 * 3600.0

Callback = Callable[[ProgressView], Awaitable[Any] | Any]
"""Called with the first state and after each change, the end included; a function or a coroutine function."""

log = structlog.get_logger(__name__)


def wait(look: Callable[[], ProgressView], job_id: UUID, callback: Callback | None, timeout_s: float) -> ProgressView:
    """Look at a job until it has ended and return its last state; see `Monitor.wait_for_completion`."""
    if not (math.isfinite(timeout_s) and 0 < timeout_s <= MOST_S):
        raise Invalid(f"timeout_s must be a number of seconds above 0 and at most {MOST_S:,.0f}, not {timeout_s}.")
    until = time.monotonic() + timeout_s
    seen: ProgressView | None = None
    pause = PAUSE_S[0]
    with asyncio.Runner() as runner:
        while True:
            found = _try(look) or seen
            if found is not None and (seen is None or _changed(found, seen)):
                seen, pause = found, PAUSE_S[0]
                _tell(runner, callback, found, until)
            if found is not None and found.status in TERMINAL:
                return found
            if time.monotonic() + pause > until:
                raise _timed_out(job_id, seen, timeout_s)
            time.sleep(pause)
            pause = min(pause * 1.5, PAUSE_S[1])


def _try(look: Callable[[], ProgressView]) -> ProgressView | None:
    """None while the database is away: the wait outlives that."""
    try:
        return look()
    except (OperationalError, InterfaceError, PoolTimeout) as error:
        log.warning("wait_interrupted", error=str(error))
        return None


def _changed(now: ProgressView, before: ProgressView) -> bool:
    return any(
        getattr(now, name) != getattr(before, name)
        for name in ("status", "percent", "waiting_for", "parts", "steps", "requirements")
    )


def _tell(runner: asyncio.Runner, callback: Callback | None, progress: ProgressView, until: float) -> None:
    """Call back; what the callback raises is its own affair, and a coroutine may take no longer than the wait."""
    if callback is None:
        return
    try:
        answer = callback(progress)
        if inspect.isawaitable(answer):
            runner.run(_bounded(answer, until - time.monotonic()))
    except Exception:
        log.exception("callback_failed", job_id=str(progress.job_id), status=progress.status)


async def _bounded(answer: Awaitable[Any], left_s: float) -> None:
    await asyncio.wait_for(answer, max(left_s, 0.001))


def _timed_out(job_id: UUID, seen: ProgressView | None, timeout_s: float) -> TimedOut:
    state = f"is still {seen.status} ({seen.percent} %)" if seen else "could not be looked at"
    return TimedOut(
        f"Job {job_id} {state} after {timeout_s:g} s. It goes on without this wait.", details={"job_id": str(job_id)}
    )
