"""How a step runs, whatever its kind: claim, work, finish or fail."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache
from typing import Any

import structlog
from celery import Task
from celery.exceptions import SoftTimeLimitExceeded
from sqlalchemy.exc import DBAPIError, InterfaceError

from orchestrator.bootstrap import Orchestrator
from orchestrator.domain.retry import ErrorClass
from orchestrator.domain.step import TASK_OF, ClaimedStep, StepKind
from orchestrator.errors import DocumentError, Fenced, Invalid, NotFound, OrchestratorError, Unavailable
from orchestrator.observability import metrics, tracing
from orchestrator.services.execution import Write
from workers import context
from workers.app import app
from workers.heart import Heart

Work = Callable[[Orchestrator, ClaimedStep], Write]
"""Does a step's work outside any transaction and returns what writes its results."""

log = structlog.get_logger(__name__)


def step_task(kind: StepKind) -> Callable[[Work], Task[[int, int], None]]:
    """Make a function the task of a kind of step. The function never sees Celery."""

    def register(work: Work) -> Task[[int, int], None]:
        def run(step_id: int, epoch: int) -> None:
            run_step(work, step_id, epoch)

        return app.task(name=TASK_OF[kind])(run)

    return register


def run_step(work: Work, step_id: int, epoch: int) -> None:
    """Claim the step that a message names, do its work, settle it. A late or repeated message does nothing."""
    orchestrator = context.orchestrator()
    step = orchestrator.execution.claim(step_id, epoch, context.owner())
    if step is None:
        metrics.DUPLICATE_MESSAGES.labels(context.agent_kind()).inc()
        return
    with structlog.contextvars.bound_contextvars(
        job_id=str(step.job_id), step_id=step.id, kind=step.kind.value, correlation_id=step.correlation_id
    ):
        began = time.perf_counter()
        outcome = "released"
        try:
            with tracing.span(f"step {step.kind}", step.traceparent, job_id=str(step.job_id), step_id=step.id):
                outcome = _run_claimed(orchestrator, work, step)
        finally:
            metrics.STEP_DURATION.labels(step.kind.value, outcome).observe(time.perf_counter() - began)


def _run_claimed(orchestrator: Orchestrator, work: Work, step: ClaimedStep) -> str:
    """Returns the outcome, as it is counted."""
    heart = _heart()
    outcome = "done"
    try:
        with heart.beating(step):
            with heart.interruptible():
                write = work(orchestrator, step)
            orchestrator.execution.finish(step, write)
        log.info("step_done", part=step.part, attempt=step.attempt)
    except Fenced as fenced:
        log.warning("fenced_write", message=fenced.message)
        metrics.FENCED_WRITES.labels(step.kind.value).inc()
        outcome = "fenced"
    except SystemExit:
        # Soft shutdown reaches a child as SystemExit; no signal of Celery's fires in time.
        _fail(orchestrator, step, ErrorClass.RELEASED, {"code": "shutdown", "message": "The worker was shut down."})
        raise
    except Exception as error:
        log.exception("step_failed", part=step.part, attempt=step.attempt)
        _fail(orchestrator, step, classify(error), describe(error))
        outcome = "failed"
    return outcome


def classify(error: Exception) -> ErrorClass:
    """Say whether repeating may help."""
    match error:
        case DocumentError() | Invalid() | NotFound():
            return ErrorClass.PERMANENT
        case SoftTimeLimitExceeded() | MemoryError() | RecursionError():
            # As good as a crash: the next attempt would most likely do the same.
            return ErrorClass.CRASH
        case Unavailable() | InterfaceError():
            return ErrorClass.RELEASED
        case DBAPIError(connection_invalidated=True):
            # The database went away or broke the connection: an outage is not the step's fault.
            return ErrorClass.RELEASED
        case _:
            return ErrorClass.TRANSIENT


def describe(error: Exception) -> dict[str, Any]:
    """An error as it is stored and shown."""
    match error:
        case OrchestratorError():
            return {
                "code": error.code,
                "message": error.message,
                **({"details": error.details} if error.details else {}),
            }
        case SoftTimeLimitExceeded():
            return {"code": "time_limit", "message": "The step ran into its time limit and was stopped."}
        case MemoryError():
            return {"code": "memory_limit", "message": "The step ran into its memory limit and was stopped."}
        case _:
            return {"code": "internal", "message": f"{type(error).__name__}: {error}"[:2000]}


def _fail(orchestrator: Orchestrator, step: ClaimedStep, error_class: ErrorClass, error: dict[str, Any]) -> None:
    # An outage of the database: try again soon, and let the lease run out if this cannot be written either.
    delay_s = 5.0 if error_class is ErrorClass.RELEASED and error["code"] != "shutdown" else 0.0
    try:
        orchestrator.execution.fail(step, error_class, error, delay_s=delay_s)
    except Exception:
        log.exception("step_not_settled", step_id=step.id)


@cache
def _heart() -> Heart:
    return Heart(context.orchestrator().settings, role=context.agent_id())
