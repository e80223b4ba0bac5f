"""Whose jobs a caller sees: everybody's, or with the setting `visibility: own` its own alone. Admins see all."""

from __future__ import annotations

from uuid import UUID

from orchestrator.config import Settings
from orchestrator.domain.access import Principal, Role
from orchestrator.services.job_view import no_job
from orchestrator.storage import jobs
from orchestrator.storage.engine import SessionFactory, autocommit

MOST = 10_000


class Visibility:
    """The one place that decides it: routes with a job's id are checked here, lists are narrowed to `scope`."""

    def __init__(self, settings: Settings, sessions: SessionFactory) -> None:
        self._own = settings.visibility == "own"
        self._sessions = autocommit(sessions)
        self._owners: dict[UUID, str] = {}

    def scope(self, caller: Principal) -> str | None:
        """The owner whose jobs this caller sees; None: all jobs."""
        return caller.owner if self._own and caller.role is not Role.ADMIN else None

    def check(self, caller: Principal, job_id: UUID) -> None:
        """See that the caller may know of this job.

        Raises:
            NotFound: there is no such job, or it is another's: the two cannot be told apart.
        """
        owner = self.scope(caller)
        if owner is None or self._owners.get(job_id) == owner:
            return
        if self._owner(job_id) != owner:
            raise no_job(job_id)

    def _owner(self, job_id: UUID) -> str | None:
        """A job's owner never changes: it is kept for the owner's own calls.

        Others' calls ask for it each time, as for a job that is not there: nor can the two be told apart by the time.
        """
        with self._sessions() as session:
            owner = jobs.owner(session, job_id)
        if owner is not None:
            if len(self._owners) >= MOST:
                self._owners.clear()
            self._owners[job_id] = owner
        return owner
