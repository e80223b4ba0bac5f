"""Waiting for what takes its time: a job's end, its report."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from orchestrator.client.answers import Job, Progress
from orchestrator.client.jobs import Jobs
from orchestrator.client.resource import pauses, segment
from orchestrator.domain.job import TERMINAL
from orchestrator.errors import TimedOut, Unavailable

WAIT_S = 3600.0
OUTAGE_S = 60.0
"""A wait outlives an API that is away for as long as this."""


class Waits(Jobs):
    """Calls that end when something is there."""

    def report(self, job_id: str, report_format: str = "text", timeout_s: float = 0.0) -> str:
        """The report of a job that has ended, waiting up to `timeout_s` seconds for it.

        Raises:
            TimedOut: it is not there yet.
            Conflict: code `report_failed`: it could not be made.
        """
        limit = time.monotonic() + timeout_s
        looks = pauses()
        while True:
            answer = self._transport.get(f"/jobs/{segment(job_id)}/report", {"format": report_format})
            if answer.status_code != 202:
                return answer.content.decode()
            pause = next(looks)
            if time.monotonic() + pause > limit:
                raise TimedOut(_no_report(job_id, self._transport.json(answer)), details={"job_id": job_id})
            time.sleep(pause)

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


def _no_report(job_id: str, answer: Mapping[str, Any]) -> str:
    state = f"is {answer.get('job_status', 'not done')} ({answer.get('percent', 0)} %)"
    return f"Job {job_id} {state}: its report is not there yet."


def _goes_on(progress: Progress, timeout_s: float) -> str:
    state = f"{progress['status']} ({progress['percent']} %)"
    return f"Job {progress['job_id']} is still {state} after {timeout_s:.0f} s. It goes on without this wait."
