"""What becomes of a job by how the jobs that it depends on stand. Pure: `services.placing` applies it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from orchestrator.domain.job import JobStatus

MOST_PARENTS = 50
MOST_DAYS_AHEAD = 366
"""How far `run_at` may lie ahead."""


class OnParentFailure(StrEnum):
    """What a job does where one that it depends on fails or is cancelled."""

    BLOCK = "block"
    """Wait on: a retry may still complete it."""
    CANCEL = "cancel"
    """Be cancelled as well."""
    IGNORE = "ignore"
    """Take it as ended."""


class Standing(StrEnum):
    """What follows for the job."""

    GO = "go"
    WAIT = "wait"
    CANCEL = "cancel"


LOST = frozenset({JobStatus.FAILED, JobStatus.CANCELLED})


def standing(policy: OnParentFailure, parents: Iterable[JobStatus]) -> Standing:
    """Decide, given the status of each job that it depends on; without any it may go."""
    statuses = set(parents)
    if policy is OnParentFailure.CANCEL and statuses & LOST:
        return Standing.CANCEL
    over = {JobStatus.COMPLETED} | (LOST if policy is OnParentFailure.IGNORE else frozenset())
    return Standing.GO if statuses <= over else Standing.WAIT
