"""Actions on many jobs, and what keeps jobs no longer than wanted."""

from __future__ import annotations

from typing import Any, TypedDict


class SkippedJob(TypedDict):
    """A job that an operation left as it is, and why."""

    job_id: str
    code: str
    message: str


class Operation(TypedDict):
    """An action on many jobs as it is now."""

    id: str
    action: str
    state: str
    error: dict[str, Any] | None
    filter: dict[str, Any]
    reason: str | None
    priority: int | None
    owner: str
    total: int
    done: int
    skipped: int
    open: int
    correlation_id: str
    created_at: str
    finished_at: str | None
    items: list[SkippedJob]
    next_cursor: str | None


class ByStatus(TypedDict):
    """A number for each status that a job ends in."""

    completed: int
    failed: int
    cancelled: int


class ByRule(TypedDict):
    """For each of the two rules of retention."""

    redact: ByStatus
    delete: ByStatus


class DueJobs(TypedDict):
    """What the settings say of how long jobs are kept (days, 0: for ever), and the jobs that are due by them."""

    dry_run: bool
    days: ByRule
    due: ByRule
