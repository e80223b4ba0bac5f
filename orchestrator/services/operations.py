"""One action on many jobs: chosen when it is asked for, done in steps, each job in a transaction of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from orchestrator.config import Settings
from orchestrator.domain.operation import AT_ONCE, MOST_JOBS, MOST_S, Action, OperationState
from orchestrator.errors import Invalid, NotFound, OrchestratorError
from orchestrator.graph_store import GraphStore
from orchestrator.services import job_actions, workspace
from orchestrator.services.deletion import delete_job
from orchestrator.services.job_view import no_job
from orchestrator.storage import audit, jobs, operations
from orchestrator.storage.engine import SessionFactory, snapshot
from orchestrator.storage.jobs import JobFilter
from orchestrator.storage.models import Job, Operation
from orchestrator.storage.paging import Page, Paging

PRUNED_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted of many jobs.

    Attributes:
        owner: who asks.
        correlation_id: of the request.
        action: what to do.
        filter: which jobs.
        asked: the filter as it was sent, to be shown again.
        reason: for the events of the jobs and for the audit log.
        priority: for `reprioritise` alone.
    """

    owner: str
    correlation_id: str
    action: Action
    filter: JobFilter
    asked: Mapping[str, Any]
    reason: str
    priority: int | None = None


@dataclass(frozen=True, slots=True)
class OperationView:
    """An operation as it is now; `skipped_jobs` is a page of those that were left as they are, with the reason."""

    operation: Operation
    state: OperationState
    error: Mapping[str, Any] | None
    done: int
    skipped: int
    open: int
    skipped_jobs: Page

    @property
    def total(self) -> int:
        """Jobs that were chosen."""
        return self.done + self.skipped + self.open


class Operations:
    """What a user may do with many jobs, and how it is done."""

    def __init__(self, settings: Settings, sessions: SessionFactory, graph_store: GraphStore) -> None:
        self._settings = settings
        self._sessions = sessions
        self._snapshots = snapshot(sessions)
        self._graph_store = graph_store

    def count(self, wish: Wish) -> int:
        """How many jobs an operation would take; changes nothing.

        Raises:
            Invalid: as for `start`.
        """
        _require_filter(wish)
        with self._snapshots() as session:
            total = operations.count(session, wish.filter, MOST_JOBS)
        _require_bounded(total)
        return total

    def start(self, wish: Wish) -> OperationView:
        """Choose the jobs that are wanted now, and have their turns begin. Commits.

        Raises:
            Invalid: the filter restricts nothing, or there are more than 100,000 jobs.
        """
        self.count(wish)
        fields = {name: getattr(wish, name) for name in ("owner", "reason", "priority", "correlation_id")}
        with self._sessions.begin() as session:
            operation = Operation(action=wish.action.value, filter=dict(wish.asked), **fields)
            session.add(operation)
            session.flush()
            total = operations.choose(session, operation.id, wish.filter)
            _require_bounded(total)
            operations.add_step(session, operation)
            facts = {"action": wish.action.value, "reason": wish.reason, "jobs": total, "filter": dict(wish.asked)}
            audit.note(session, "operation", operation.id, None, facts | {"priority": wish.priority})
            return self._view(session, operation, Paging(1))

    def get(self, operation_id: UUID, at: Paging, visible_to: str | None = None) -> OperationView:
        """How far an operation is, and a page of the jobs that it left as they are.

        Raises:
            NotFound: there is none, or not of the owner that it must be of.
        """
        with self._snapshots() as session:
            operation = session.get(Operation, operation_id)
            if operation is None or visible_to not in (None, operation.owner):
                raise NotFound(f"There is no operation {operation_id}.", details={"operation_id": str(operation_id)})
            return self._view(session, operation, at)

    def _view(self, session: Session, operation: Operation, at: Paging) -> OperationView:
        session.refresh(operation)
        counts = operations.counts(session, operation.id)
        step = operations.step_of(session, operation)
        given_up = operation.finished_at is None and (step is None or step.state == "dead")
        state = OperationState.FAILED if given_up else OperationState.RUNNING
        return OperationView(
            operation=operation,
            state=OperationState.DONE if operation.finished_at else state,
            error=step.error if step and given_up else None,
            done=counts.get("done", 0),
            skipped=counts.get("skipped", 0),
            open=counts.get(None, 0),
            skipped_jobs=operations.skipped(session, operation.id, at),
        )

    def work(self, operation_id: UUID, most: int = AT_ONCE) -> int:
        """Give the next jobs their turn, each in a transaction of its own with its outcome. Commits.

        Begun again after a crash, or by two at once, each job has one turn all the same. Returns how many had theirs.
        """
        until = time.monotonic() + MOST_S
        with self._sessions() as session:
            operation = session.get_one(Operation, operation_id)
            waiting = operations.open_jobs(session, operation_id, most)
        for number, job_id in enumerate(waiting):
            if time.monotonic() > until:
                return number
            self._take(operation, job_id)
        return len(waiting)

    def _take(self, operation: Operation, job_id: UUID) -> None:
        try:
            with self._sessions.begin() as session:
                if operations.settle(session, operation.id, job_id, outcome="done"):
                    self._act(session, operation, job_id)
        except OrchestratorError as error:
            why = {"outcome": "skipped", "code": error.code, "message": error.message}
            with self._sessions.begin() as session:
                operations.settle(session, operation.id, job_id, **why)
        else:
            if operation.action == Action.DELETE:
                workspace.remove(self._settings.state_dir, job_id)

    def _act(self, session: Session, operation: Operation, job_id: UUID) -> None:
        if operation.action == Action.DELETE:
            delete_job(session, self._graph_store, job_id)
            return
        job = jobs.lock(session, job_id)
        if job is None:
            raise no_job(job_id)
        self._actions()[Action(operation.action)](session, job, operation)

    def _actions(self) -> Mapping[Action, Callable[[Session, Job, Operation], None]]:
        return {
            Action.CANCEL: lambda session, job, it: job_actions.cancel(session, job, _told(it)),
            Action.RETRY: lambda session, job, it: job_actions.retry(session, job, self._settings, _told(it)),
            Action.REPRIORITISE: lambda session, job, it: job_actions.reprioritise(
                session, job, it.priority if it.priority is not None else job.priority, _told(it)
            ),
        }

    def go_on(self, session: Session, operation_id: UUID, taken: int) -> dict[str, Any]:
        """Insert the next step, or say that every job had its turn; in the transaction that ends this step."""
        operation = session.get_one(Operation, operation_id)
        left = bool(operations.open_jobs(session, operation_id, 1))
        if left:
            operations.add_step(session, operation)
        else:
            operations.finish(session, operation_id)
        return {"jobs": taken, "left": left}

    def prune(self) -> int:
        """Delete operations that ended longer ago than the retention, with their lists. Returns how many. Commits."""
        deleted, count = 0, PRUNED_AT_ONCE
        while count == PRUNED_AT_ONCE:
            with self._sessions.begin() as session:
                count = operations.prune(session, self._settings.retention_days, PRUNED_AT_ONCE)
            deleted += count
        return deleted


def _told(operation: Operation) -> dict[str, Any]:
    return {"reason": operation.reason, "operation_id": str(operation.id)}


def _require_filter(wish: Wish) -> None:
    if wish.filter == JobFilter(visible_to=wish.filter.visible_to, sort=wish.filter.sort):
        raise Invalid(
            "The filter is empty: name at least one thing that the jobs have in common.", details={"pointer": "/filter"}
        )


def _require_bounded(total: int) -> None:
    if total > MOST_JOBS:
        raise Invalid(
            f"More than {MOST_JOBS:,} jobs are meant. Narrow the filter, by time for example.",
            details={"pointer": "/filter", "most": MOST_JOBS},
        )
