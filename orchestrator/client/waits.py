"""Waiting for the end of a job."""

from __future__ import annotations

import time
from collections.abc import Callable

from orchestrator.client.answers import Job, Progress
from orchestrator.client.jobs import Jobs
from orchestrator.client.resource import pauses
from orchestrator.domain.job import TERMINAL
from orchestrator.errors import TimedOut, Unavailable

WAIT_S = 3600.0
OUTAGE_S = 60.0
"""A wait outlives an API that is away for as long as this."""


class Waits(Jobs):
    """Calls that end when something is there."""

    def wait(
        self, job_id: str, timeout_s: float = WAIT_S, on_progress: Callable[[Progress], None] | None = None
    ) -> Job:
        """Wait until a job is completed, failed or cancelled, and return it.

        Args:
            job_id: the job.
            timeout_s: seconds to wait at most.
            on_progress: called with each progress that was read.

        Raises:
            TimedOut: the job still goes on.
            Unavailable: the API was away for a minute.
        """
        limit = time.monotonic() + timeout_s
        heard_at = time.monotonic()
        looks = pauses()
        while True:
            pause = next(looks)
            try:
                progress = self.progress(job_id)
            except Unavailable:
                if time.monotonic() > min(heard_at + OUTAGE_S, limit):
                    raise
            else:
                heard_at = time.monotonic()
                if on_progress:
                    on_progress(progress)
                if progress["status"] in TERMINAL:
                    return self.job(job_id)
                if heard_at + pause > limit:
                    raise TimedOut(_goes_on(progress, timeout_s), details={"job_id": job_id})
            time.sleep(pause)


def _goes_on(progress: Progress, timeout_s: float) -> str:
    state = f"{progress['status']} ({progress['percent']} %)"
    return f"Job {progress['job_id']} is still {state} after {timeout_s:.0f} s. It goes on without this wait."
