"""Finds what is lost, late or over, and puts it right. Called by the leader; never through the broker it repairs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import text

from orchestrator.config import Settings
from orchestrator.domain.job import JobStatus
from orchestrator.domain.phase import Move
from orchestrator.domain.retry import ErrorClass
from orchestrator.domain.step import StepKind
from orchestrator.services.advance import advance, end_job
from orchestrator.services.execution import Execution
from orchestrator.services.placing import release
from orchestrator.storage import aging, events, losses, recovery_log, steps, sweeps
from orchestrator.storage.engine import SessionFactory, autocommit
from orchestrator.storage.losses import Look

log = structlog.get_logger(__name__)

BATCH = 500
ONE_BY_ONE = 50
"""What needs a transaction each: so many in one look, that dispatch goes on meanwhile."""
AGED = 200
"""Steps whose priority rises in one look: each of them is written to several indexes."""
EXPIRED = {"code": "lease_expired", "message": "The worker died or froze: its lease ran out."}

_OVERDUE = text(
    "SELECT id FROM jobs WHERE status IN ('created', 'processing') AND deadline_at < now() "
    "ORDER BY deadline_at LIMIT :limit"
)
_IDLE = text(
    """
    SELECT j.id FROM jobs j
    WHERE j.status IN ('created', 'processing') AND j.id > :after
      AND NOT EXISTS (SELECT 1 FROM steps s WHERE s.job_id = j.id AND s.blocking
                      AND s.state IN ('waiting', 'pending', 'dispatched', 'running'))
    ORDER BY j.id LIMIT :limit
    """
)
_PRUNE = text(
    """
    WITH old AS (SELECT id FROM steps WHERE job_id IS NULL AND state IN ('done', 'dead', 'cancelled')
                 AND finished_at < now() - make_interval(days => :days) ORDER BY id LIMIT :limit)
    DELETE FROM steps s USING old WHERE s.id = old.id
    """
)
_PRUNE_SLOTS = text("DELETE FROM periodic_runs WHERE slot < now() - make_interval(days => :days)")


@dataclass(frozen=True, slots=True)
class Recovered:
    """What one pass put right: how many steps, and jobs for `timed_out` and `moved_on`."""

    expired: int = 0
    lost: int = 0
    released: int = 0
    timed_out: int = 0
    moved_on: int = 0

    def __bool__(self) -> bool:
        return any((self.expired, self.lost, self.timed_out))

    def counted(self) -> dict[str, int]:
        """What the log of recovery counts."""
        return {"expired": self.expired, "lost": self.lost, "timed_out": self.timed_out}


@dataclass(frozen=True, slots=True)
class RecoveryRecord:
    """When recovery last looked and last found something, what that was, and the sums since ever."""

    looked_at: datetime | None = None
    recovered_at: datetime | None = None
    last: Recovered = Recovered()
    total: Recovered = Recovered()


class Recovery:
    """Each public method commits."""

    def __init__(self, settings: Settings, sessions: SessionFactory, execution: Execution) -> None:
        self._settings = settings
        self._sessions = sessions
        self._single = autocommit(sessions)
        """For looks that are one statement each: without a beginning and an end they are one round trip, not three."""
        self._execution = execution

    def look(self) -> Look:
        """See whether there is anything for `reconcile`: at rest, one question instead of its many."""
        with self._single() as session:
            return losses.look(session, self._settings.dispatched_timeout_s)

    def reconcile(self, look: Look | None = None) -> Recovered:
        """Release waiting steps, recover expired and lost ones, end jobs past their deadline.

        Args:
            look: what there is to do, by default as of now. Only leases that had run out by then have expired: a
                database that stands still between the look and here makes no more of them.
        """
        look = look or self.look()
        recovered = Recovered(
            released=self._release() if look.released else 0,
            expired=self._recover_expired(look.at) + self._settle_expired(look.at) if look.expired else 0,
            lost=self._recover_lost() if look.lost else 0,
            timed_out=self._end_overdue() if look.timed_out else 0,
        )
        if recovered:
            self._note(recovered)
        return recovered

    def _note(self, recovered: Recovered) -> None:
        log.warning("recovered", **recovered.counted())
        with self._sessions.begin() as session:
            recovery_log.note(session, recovered.counted())

    def record(self) -> RecoveryRecord:
        """What the log of recovery says."""
        with self._sessions() as session:
            row = recovery_log.read(session)
        if row is None:
            return RecoveryRecord()
        last = Recovered(expired=row.last_expired, lost=row.last_lost, timed_out=row.last_timed_out)
        total = Recovered(expired=row.expired, lost=row.lost, timed_out=row.timed_out)
        return RecoveryRecord(row.looked_at, row.recovered_at, last, total)

    def preview(self) -> Recovered:
        """What `reconcile` and `check_completion` would find now. Changes nothing."""
        settings = self._settings
        with self._sessions() as session:
            found = losses.count(session, settings.dispatched_timeout_s, settings.agent_timeout_s)
        return Recovered(**found._mapping)

    def _release(self) -> int:
        placed = release(self._sessions, self._settings.job_timeout_hours * 3600)
        with self._single() as session:
            return placed + sweeps.release_waiting(session, 10 * BATCH)

    def _recover_expired(self, as_of: datetime) -> int:
        with self._single() as session:
            rows = sweeps.recover_expired(session, as_of, self._settings.max_crashes, EXPIRED, BATCH)
            jobs = {row.job_id for row in rows if row.job_id is not None and row.kind != StepKind.DELIVER}
        self._note_recovered(jobs, "lease_expired")
        return len(rows)

    def _settle_expired(self, as_of: datetime) -> int:
        """The rest: those that die of this, or are split. One transaction each, the job locked first."""
        with self._single() as session:
            late = sweeps.expired(session, as_of, ONE_BY_ONE)
        return sum(self._execution.fail(step, ErrorClass.CRASH, EXPIRED) is not None for step in late)

    def _recover_lost(self) -> int:
        settings = self._settings
        with self._single() as session:
            rows = sweeps.recover_lost(session, settings.dispatched_timeout_s, settings.agent_timeout_s, BATCH)
            jobs = {row.job_id for row in rows if row.job_id is not None and row.kind != StepKind.DELIVER}
        self._note_recovered(jobs, "message_lost")
        return len(rows)

    def _note_recovered(self, jobs: set[UUID], cause: str) -> None:
        # A transaction of its own per job: the steps' locks are gone, so the lock order holds.
        for job_id in sorted(jobs):
            with self._sessions.begin() as session:
                events.append(session, job_id, "step.recovered", {"cause": cause})

    def _end_overdue(self) -> int:
        with self._single() as session:
            overdue = session.execute(_OVERDUE, {"limit": BATCH}).scalars().all()
        for job_id in overdue:
            self._time_out(job_id)
        return len(overdue)

    def _time_out(self, job_id: UUID) -> None:
        with self._sessions.begin() as session:
            job = steps.lock_phase(session, job_id)
            if job is None or job.status not in (JobStatus.CREATED, JobStatus.PROCESSING):
                return
            steps.cancel_open(session, job_id)
            failed = Move.FAIL_VALIDATOR if job.creator_status == "completed" else Move.FAIL_CREATOR
            error = {
                "code": "job_timeout",
                "message": "The job did not end before its deadline. Submit it again, or raise the job timeout.",
            }
            end_job(session, job_id, JobStatus.FAILED, failed=failed, error=error)

    def renew_leases(self) -> int:
        """After an outage: fresh leases for all running steps."""
        with self._sessions.begin() as session:
            return sweeps.renew_all(session, self._settings.lease_s)

    def raise_priorities(self, waited_s: float) -> Iterator[None]:
        """Give one priority more to each step that has been ready for so long, a batch for each `next`; begin it once
        per that time. From above, so that none is met twice.
        """
        with self._sessions() as session:
            levels = aging.levels(session, waited_s)
        for level in levels:
            place: aging.Place | None = aging.FIRST
            while place is not None:
                with self._sessions.begin() as session:
                    place = aging.age(session, level, place, waited_s, AGED)
                yield

    def check_completion(self) -> int:
        """Move on every live job that has no open blocking step. Returns how many were looked at."""
        after, seen = UUID(int=0), 0
        while True:
            with self._sessions() as session:
                idle = session.execute(_IDLE, {"after": after, "limit": BATCH}).scalars().all()
            for job_id in idle:
                with self._sessions.begin() as session:
                    advance(session, job_id)
            seen += len(idle)
            if len(idle) < BATCH:
                return seen
            after = idle[-1]

    def prune(self) -> int:
        """Delete ended periodic steps and schedule slots past their retention. Returns how many steps."""
        days, deleted = self._settings.retention_days, 0
        with self._sessions.begin() as session:
            session.execute(_PRUNE_SLOTS, {"days": days})
        while True:
            with self._sessions.begin() as session:
                count = session.execute(_PRUNE, {"days": days, "limit": BATCH}).rowcount  # type: ignore[attr-defined]
            deleted += int(count)
            if count < BATCH:
                return deleted
