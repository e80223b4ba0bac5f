"""A job's status and the ways between them."""

from __future__ import annotations

from enum import StrEnum


class JobStatus(StrEnum):
    """As stored. What a job waits for is derived and shown beside it."""

    CREATED = "created"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class PhaseStatus(StrEnum):
    """`creator_status` and `validator_status`."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"


TERMINAL = frozenset({JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED})
LIVE = frozenset(JobStatus) - TERMINAL

ALLOWED: dict[JobStatus, frozenset[JobStatus]] = {
    JobStatus.CREATED: frozenset({JobStatus.PROCESSING, JobStatus.FAILED, JobStatus.CANCELLED}),
    JobStatus.PROCESSING: frozenset({JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED}),
    JobStatus.COMPLETED: frozenset(),
    JobStatus.FAILED: frozenset({JobStatus.PROCESSING}),
    JobStatus.CANCELLED: frozenset(),
}
"""`failed -> processing` is the retry, the one way out of a terminal status."""

ACTIONS: dict[JobStatus, tuple[str, ...]] = {
    JobStatus.CREATED: ("cancel",),
    JobStatus.PROCESSING: ("cancel",),
    JobStatus.COMPLETED: (),
    JobStatus.FAILED: ("retry",),
    JobStatus.CANCELLED: (),
}
"""What a user may do to the status: cancel goes to `cancelled`, retry to `processing`."""

ON_ERROR = ("fail", "partial")
