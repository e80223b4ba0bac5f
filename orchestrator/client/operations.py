"""One action on many jobs: count, start, follow, see what was skipped."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypedDict, cast

from orchestrator.client.answers.operations import Operation, SkippedJob
from orchestrator.client.resource import Resource, pauses, segment
from orchestrator.errors import TimedOut


class BulkFilter(TypedDict, total=False):
    """Which jobs are meant: as the parameters of `GET /jobs`; not nothing at all."""

    status: Sequence[str]
    agent: str
    q: str
    owner: str
    document: str
    created_after: str
    created_before: str
    priority: int
    tags: Sequence[str]
    context: Mapping[str, str]


class Operations(Resource):
    """The calls of `/jobs/bulk` and `/operations`."""

    def count_bulk(self, action: str, wanted: BulkFilter, priority: int | None = None) -> int:
        """How many jobs an action would take now. Changes nothing."""
        body = _body(action, wanted, "dry run", priority)
        return int(self._post("/jobs/bulk", body | {"dry_run": True})["total"])

    def bulk(self, action: str, wanted: BulkFilter, reason: str, priority: int | None = None) -> Operation:
        """Start an action on the jobs that are wanted now.

        Args:
            action: cancel, retry, reprioritise or delete.
            wanted: which jobs.
            reason: for their events and for the audit log.
            priority: the new one, for `reprioritise`.

        Raises:
            Invalid: the filter is empty, or there are more than 100,000 jobs.
        """
        return cast(Operation, self._post("/jobs/bulk", _body(action, wanted, reason, priority)))

    def operation(self, operation_id: str) -> Operation:
        """An operation as it is now, with the first of the jobs that it skipped."""
        return cast(Operation, self._get(f"/operations/{segment(operation_id)}"))

    def skipped_jobs(self, operation_id: str, limit: int | None = None) -> Iterator[SkippedJob]:
        """The jobs that an operation left as they are, and why."""
        return self._items(f"/operations/{segment(operation_id)}", {}, limit)

    def wait_for_operation(self, operation_id: str, timeout_s: float) -> Operation:
        """Wait until every job had its turn, or the operation was given up.

        Raises:
            TimedOut: it still goes on.
        """
        limit = time.monotonic() + timeout_s
        for pause in pauses():
            seen = self.operation(operation_id)
            if seen["state"] != "running":
                return seen
            if time.monotonic() + pause > limit:
                break
            time.sleep(pause)
        raise TimedOut(
            f"Operation {operation_id} has {seen['open']} of {seen['total']} jobs left after {timeout_s:.0f} s. "
            "It goes on without this wait.",
            details={"operation_id": operation_id},
        )


def _body(action: str, wanted: BulkFilter, reason: str, priority: int | None) -> dict[str, Any]:
    body: dict[str, Any] = {"action": action, "filter": dict(wanted), "reason": reason}
    return body if priority is None else body | {"priority": priority}
