"""What people ask of running jobs: what is stuck and why, what would be recovered, how the requirements divide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from orchestrator.config import Settings
from orchestrator.domain.report import summary
from orchestrator.domain.stuck import MINUTES, StuckJob
from orchestrator.errors import Invalid
from orchestrator.services import completion
from orchestrator.services.completion import Callback
from orchestrator.services.job_view import ProgressView, progress_of, require, view_of
from orchestrator.services.recovery import Recovered, Recovery, RecoveryRecord
from orchestrator.storage import requirements, stuck
from orchestrator.storage.engine import SessionFactory, snapshot
from orchestrator.storage.models import Requirement

MOST_STUCK = 500
MOST_LOCATORS = 1_000
MOST_REFUSED = 10_000


class Monitor:
    """Reads, but for `recover`, which does what the leader does every second."""

    def __init__(self, settings: Settings, sessions: SessionFactory, recovery: Recovery) -> None:
        self._settings = settings
        self._sessions = sessions
        self._snapshots = snapshot(sessions)
        self._recovery = recovery

    def stuck(
        self, threshold_minutes: float | None = None, limit: int = 100, visible_to: str | None = None
    ) -> Sequence[StuckJob]:
        """Jobs that are open, wait for nothing by design, and made no progress for longer than the threshold.

        Args:
            threshold_minutes: for all jobs; without it each job's own, else that of the settings.
            limit: at most so many, those that stand still the longest first.
            visible_to: those of this owner; None: of all.

        Raises:
            Invalid: the threshold is negative or absurd.
        """
        least, most = MINUTES
        if threshold_minutes is not None and not least <= threshold_minutes <= most:
            raise Invalid(
                f"threshold_minutes must be a number from {least:g} to {most:,.0f}, not {threshold_minutes}.",
                details={"parameter": "threshold_minutes"},
            )
        with self._sessions() as session:
            return stuck.find(
                session,
                threshold_minutes=threshold_minutes,
                default_minutes=self._settings.stuck_detection_minutes,
                agent_timeout_s=self._settings.agent_timeout_s,
                limit=min(limit, MOST_STUCK),
                visible_to=visible_to,
            )

    def recover(self, *, dry_run: bool = False) -> Recovered:
        """Recover now what the leader would recover within a second, or only count it. Commits."""
        if dry_run:
            return self._recovery.preview()
        found = self._recovery.reconcile()
        moved_on = self._recovery.check_completion()
        return Recovered(found.expired, found.lost, found.released, found.timed_out, moved_on)

    def recovery_record(self) -> RecoveryRecord:
        """When recovery last ran and last found something, what that was, and the sums since ever."""
        return self._recovery.record()

    def reset_validating(self) -> int:
        """How many requirements were stuck in `validating` and reset: none, ever.

        `validating` is not stored: it is shown while the step that judges a pending requirement runs, and ends with
        that step. The call stays for those who made it before.
        """
        return 0

    def breakdown(self, job_id: UUID) -> dict[str, Any]:
        """A job's requirements by status, type, modality, priority, relevance and locator.

        Raises:
            NotFound: there is no such job.
        """
        with self._snapshots() as session:
            require(session, job_id)
            counts = requirements.breakdown(session, job_id)
            shown = requirements.summaries(session, [job_id])[job_id]
            places = requirements.by_locator(session, job_id, MOST_LOCATORS)
        return summary(counts, shown) | {"locator": [place._asdict() for place in places]}

    def refused(self, job_id: UUID, limit: int = 100) -> Sequence[Requirement]:
        """Requirements that were rejected or failed, with their reasons, in the order of the document.

        Raises:
            NotFound: there is no such job.
        """
        with self._snapshots() as session:
            require(session, job_id)
            return requirements.refused(session, job_id, min(limit, MOST_REFUSED))

    def wait_for_completion(
        self, job_id: UUID, callback: Callback | None = None, timeout_s: float = 3600.0
    ) -> ProgressView:
        """Wait until a job is completed, failed or cancelled, and return its last state.

        It blocks its thread: from a coroutine, call it through `asyncio.to_thread`.

        Args:
            job_id: the job.
            callback: called with the first state and after each change, the end included. A coroutine function is
                awaited, within the time that is left. What it raises is logged, and the wait goes on.
            timeout_s: seconds to wait at most.

        Raises:
            NotFound: there is no such job.
            TimedOut: it goes on.
            Invalid: the time-out is not above 0 or absurd.
        """
        return completion.wait(lambda: self._progress(job_id), job_id, callback, timeout_s)

    def _progress(self, job_id: UUID) -> ProgressView:
        with self._snapshots() as session:
            return progress_of(
                session, view_of(session, job_id, self._settings.agent_timeout_s, self._settings.owner_limit)
            )
