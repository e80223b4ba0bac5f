"""What stands still, and how it goes on."""

from __future__ import annotations

from typing import cast

from orchestrator.client.answers import Recovered, StuckJob
from orchestrator.client.resource import PAGE, Resource


class Stuck(Resource):
    """The calls of `/jobs/stuck` and `/jobs/recover`."""

    def stuck(self, threshold_minutes: float | None = None, limit: int = PAGE) -> list[StuckJob]:
        """Jobs that stand still, the longest first; the threshold takes the place of each job's own."""
        query = {"threshold_minutes": threshold_minutes} if threshold_minutes is not None else {}
        return cast(list[StuckJob], self._get("/jobs/stuck", {"limit": limit, **query})["items"])

    def recover(self, *, dry_run: bool = False) -> Recovered:
        """Take back now what was lost, as the leader does every second; with `dry_run` only count it."""
        return cast(Recovered, self._post(f"/jobs/recover?dry_run={'true' if dry_run else 'false'}"))
