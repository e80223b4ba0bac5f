"""The life of a step in its worker's hands: claim, heartbeat, finish, fail. Each public method commits."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from orchestrator.config import Settings
from orchestrator.domain.job import LIVE, JobStatus
from orchestrator.domain.retry import ErrorClass, Failure, RetryPolicy, decide
from orchestrator.domain.step import QUEUE_OF, ClaimedStep, StepKind, StepState
from orchestrator.errors import Fenced, Unavailable
from orchestrator.observability import metrics
from orchestrator.observability.failpoints import failpoint
from orchestrator.services.advance import advance
from orchestrator.services.batches import give_up_batch, split_batch
from orchestrator.storage import events, steps
from orchestrator.storage.engine import SessionFactory, autocommit


@dataclass(frozen=True, slots=True)
class Later:
    """In place of a result: the step is to run again after `delay_s`, which counts as neither error nor crash.

    `error` is what is shown of the step until then, {code, message}. With a `hold` it waits for that, not for a time.
    """

    delay_s: float
    error: Mapping[str, Any]
    hold: str | None = None


Write = Callable[[Session], Mapping[str, Any] | Later]
"""Writes a step's results inside the finishing transaction and returns the step's `result`. It may run more than
once, so it must not change anything outside the session."""

T = TypeVar("T")

log = structlog.get_logger(__name__)

RETRYABLE_SQLSTATES = ("40001", "40P01", "55P03")
"""serialization_failure, deadlock_detected, lock_not_available: the transaction did nothing and may be repeated."""


class Execution:
    """What a worker may do with a step."""

    def __init__(self, settings: Settings, sessions: SessionFactory) -> None:
        self._settings = settings
        self._sessions = sessions
        self._single = autocommit(sessions)

    @property
    def policy(self) -> RetryPolicy:
        """As the settings say now."""
        settings = self._settings
        return RetryPolicy(settings.max_errors, settings.max_crashes, settings.backoff_base_s, settings.backoff_cap_s)

    def claim(self, step_id: int, epoch: int, owner: str) -> ClaimedStep | None:
        """Start the step that a message names; None where the message is late or repeated, or the job has ended.

        A lost database is waited for as long as a lease lasts: a message that found it away would be spent for nothing.
        """
        lost: list[DBAPIError] = []

        def attempt() -> tuple[ClaimedStep, bool] | None:
            return self._claim_once(step_id, epoch, owner) or (self._mine(step_id, epoch, owner) if lost else None)

        found = self._outlast(attempt, lost)
        if found is None:
            log.info("duplicate_message", step_id=step_id, epoch=epoch)
            return None
        step, first = found
        if step.blocking and first and step.job_id is not None:
            self._outlast(lambda: self._mark_started(step))
        failpoint("after_claim", step.kind)
        return step

    def _claim_once(self, step_id: int, epoch: int, owner: str) -> tuple[ClaimedStep, bool] | None:
        settings = self._settings
        with self._single() as session:
            row = steps.claim(session, step_id, epoch, owner, settings.lease_s, settings.task_time_limit_s)
        if row is None:
            return None
        step = steps.claimed(row, owner)
        if row.waited_s is not None:
            metrics.STEP_WAIT.labels(QUEUE_OF[step.kind]).observe(row.waited_s)
        return step, bool(row.first)

    def _mine(self, step_id: int, epoch: int, owner: str) -> tuple[ClaimedStep, bool] | None:
        """The step, where a claim of mine took effect and only its answer was lost."""
        with self._single() as session:
            step = steps.running(session, step_id, epoch + 1)
        return (step, True) if step and step.owner == owner else None

    def _outlast(
        self, act: Callable[[], T], lost: list[DBAPIError] | None = None, patience_s: float | None = None
    ) -> T:
        """Do it again where the connection broke: a pool keeps dead ones over an outage. `lost` gets the errors."""
        give_up_at = time.monotonic() + (patience_s or self._settings.lease_s)
        pause = 0.1
        while True:
            try:
                return act()
            except DBAPIError as error:
                if not _may_repeat(error) or time.monotonic() + pause > give_up_at:
                    raise
                log.warning("connection_lost", error=str(error.orig))
                if lost is not None:
                    lost.append(error)
            time.sleep(pause)
            pause = min(pause * 2, 2.0)

    def _mark_started(self, step: ClaimedStep) -> None:
        assert step.job_id is not None  # noqa: S101 - blocking steps have a job
        queue = QUEUE_OF[step.kind]
        with self._sessions.begin() as session:
            if steps.mark_started(session, step.job_id, queue):
                events.append(session, step.job_id, f"{queue}.started", {"step_id": step.id})

    def finish(self, step: ClaimedStep, write: Write) -> None:
        """Write a step's results, end it and move its job on, in one transaction.

        A lost database is waited for up to `finish_retry_s`; a COMMIT of unknown outcome is looked up.

        Raises:
            Fenced: the step has moved on without this worker; nothing was written.
            Unavailable: the database did not come back in time.
        """
        give_up_at = time.monotonic() + self._settings.finish_retry_s
        pause = 0.1
        while True:
            try:
                return self._finish_once(step, write)
            except DBAPIError as error:
                if not _may_repeat(error):
                    raise
                log.warning("finish_interrupted", step_id=step.id, error=str(error.orig))
                if time.monotonic() + pause > give_up_at:
                    raise Unavailable(
                        f"The database did not answer for {self._settings.finish_retry_s:g} s, so step {step.id} "
                        "could not be finished. It will be repeated when the database is back."
                    ) from error
            time.sleep(pause)
            pause = min(pause * 2, 5.0)
            if self._took_effect(step):
                return None

    def _took_effect(self, step: ClaimedStep) -> bool:
        try:
            with self._sessions() as session:
                outcome = steps.committed(session, step)
        except OperationalError:
            return False
        if outcome is False:
            raise Fenced(f"Step {step.id} has moved on from epoch {step.epoch}; its results were dropped.")
        return bool(outcome)

    def _finish_once(self, step: ClaimedStep, write: Write) -> None:
        with self._sessions.begin() as session:
            self._lock(session, step)
            result = write(session)
            failpoint("after_write", step.kind)
            if not _mark(session, step, result):
                raise Fenced(f"Step {step.id} has moved on from epoch {step.epoch}; its results were dropped.")
            if step.job_id is not None and step.blocking and not isinstance(result, Later):
                advance(session, step.job_id)
            failpoint("before_commit", step.kind)
        failpoint("after_commit", step.kind)

    def _lock(self, session: Session, step: ClaimedStep) -> None:
        if step.job_id is not None:
            status = steps.lock_job(session, step.job_id)
            if status is None or (step.blocking and JobStatus(status) not in LIVE):
                raise Fenced(f"Job {step.job_id} is {status or 'gone'}; step {step.id} has nothing to write to.")
        if steps.lock_running(session, step) is None:
            raise Fenced(f"Step {step.id} has moved on from epoch {step.epoch}; its results were dropped.")

    def fail(
        self, step: ClaimedStep, error_class: ErrorClass, error: Mapping[str, Any], *, delay_s: float = 0.0
    ) -> StepState | None:
        """Settle a step that did not end well; returns its new state, None where it has moved on already.

        A lost database is waited for as long as by `finish`: else the step would count as crashed later.

        Args:
            step: as claimed.
            error_class: decides what follows, see `domain.retry`.
            error: {code, message, ...}, shown by the API.
            delay_s: for a released step, how long to wait.
        """
        patience_s = max(self._settings.lease_s, self._settings.finish_retry_s)
        state = self._outlast(lambda: self._fail_once(step, error_class, error, delay_s), patience_s=patience_s)
        if state is StepState.DEAD:
            metrics.STEPS_DEAD.labels(step.kind.value).inc()
        elif state in (StepState.WAITING, StepState.PENDING):
            metrics.STEP_RETRIES.labels(step.kind.value, error_class.value).inc()
        return state

    def _fail_once(
        self, step: ClaimedStep, error_class: ErrorClass, error: Mapping[str, Any], delay_s: float
    ) -> StepState | None:
        with self._sessions.begin() as session:
            if step.job_id is not None and steps.lock_job(session, step.job_id) is None:
                return None
            counters = steps.lock_running(session, step)
            if counters is None:
                return None
            failure = decide(error_class, counters.error_count, counters.crash_count, self.policy, delay_s)
            error = {**error, "class": error_class.value}
            return self._settle(session, step, failure, error, crashes=counters.crash_count + failure.crashes)

    def _settle(
        self, session: Session, step: ClaimedStep, failure: Failure, error: Mapping[str, Any], crashes: int
    ) -> StepState:
        if failure.crashes and crashes > 1 and split_batch(session, step):
            steps.mark_done(session, step, {"split": True})
            return StepState.DONE
        if failure.crashes and failure.state is StepState.DEAD:
            error = _poison(error, crashes)
        steps.mark_failed(session, step, failure, error)
        if step.job_id is not None and _is_told(step.kind) and (failure.state is StepState.DEAD or failure.crashes):
            event = "step.dead" if failure.state is StepState.DEAD else "step.recovered"
            events.append(session, step.job_id, event, _told(step, error))
        if failure.state is StepState.DEAD and step.job_id is not None and step.blocking:
            give_up_batch(session, step, str(error.get("message", "")))
            advance(session, step.job_id)
        elif failure.state is StepState.PENDING:
            steps.notify(session, QUEUE_OF[step.kind])
        return failure.state

    def crashed(self, step_id: int, epoch: int, reason: str) -> StepState | None:
        """Settle a step whose process died while it held this epoch."""
        with self._sessions() as session:
            step = steps.running(session, step_id, epoch)
        if step is None:
            return None
        return self.fail(step, ErrorClass.CRASH, {"code": "crash", "message": reason})

    def release_owned(self, agent_id: str) -> int:
        """Give back every step that this agent's children hold, counted nowhere. Returns how many."""
        with self._sessions() as session:
            held = steps.owned_by(session, agent_id)
        released = [
            self.fail(step, ErrorClass.RELEASED, {"code": "shutdown", "message": "The worker was shut down."})
            for step in held
        ]
        return sum(state is not None for state in released)


def _poison(error: Mapping[str, Any], crashes: int) -> dict[str, Any]:
    """What is said of a step that ended its process each time; `cause` is the last end."""
    said = f"The step ended its process {crashes} times and is not tried again. The last time: {error.get('message')}"
    return {**error, "code": "poison", "message": said, "cause": error.get("code", "crash")}


def _told(step: ClaimedStep, error: Mapping[str, Any]) -> dict[str, Any]:
    return {"step_id": step.id, "kind": step.kind.value, "cause": error.get("code", "crash"), "error": dict(error)}


def _is_told(kind: StepKind) -> bool:
    """A delivery's crash is no event of its job: it would have to be delivered in turn, and so on."""
    return kind is not StepKind.DELIVER


def _mark(session: Session, step: ClaimedStep, result: Mapping[str, Any] | Later) -> bool:
    if isinstance(result, Later):
        waiting = Failure(StepState.WAITING, result.delay_s, hold=result.hold)
        return steps.mark_failed(session, step, waiting, result.error)
    return steps.mark_done(session, step, result)


def _may_repeat(error: DBAPIError) -> bool:
    sqlstate = getattr(error.orig, "pgcode", None)
    lost = error.connection_invalidated or (isinstance(error, OperationalError) and sqlstate is None)
    # 57P01-57P03: the server is shutting down, crashed or starting up.
    return lost or sqlstate in RETRYABLE_SQLSTATES or str(sqlstate or "").startswith("57P0")
