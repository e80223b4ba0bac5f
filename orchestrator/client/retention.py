"""How long jobs and their texts are kept."""

from __future__ import annotations

from typing import cast

from orchestrator.client.answers.operations import DueJobs
from orchestrator.client.resource import Resource


class Retention(Resource):
    """The call of `/retention`."""

    def retention(self, *, dry_run: bool) -> DueJobs:
        """Redact and delete now what is past its time; with `dry_run` only count it. For admins."""
        return cast(DueJobs, self._post("/retention", {"dry_run": dry_run}))
