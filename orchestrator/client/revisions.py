"""Running a job again, its revisions, and what changed between two jobs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypedDict, Unpack, cast

from orchestrator.client.answers import Job, JobInList
from orchestrator.client.answers.revisions import Difference
from orchestrator.client.resource import Resource, segment


class RerunOptions(TypedDict, total=False):
    """What shall be other than in the job; `scope` None is the whole document, `gaps` what it left uncited."""

    prompt: str
    engine: str
    scope: str | None
    context: Mapping[str, Any]


class Revisions(Resource):
    """The calls of `/jobs/{id}/rerun`, `/revisions` and `/compare/{other}`."""

    def rerun(self, job_id: str, **changes: Unpack[RerunOptions]) -> Job:
        """Make the next revision of a job that has ended.

        Raises:
            InvalidTransition: the job has not ended.
            Conflict: code `no_gaps`: nothing is left uncited.
        """
        return cast(Job, self._post(f"/jobs/{segment(job_id)}/rerun", changes))

    def revisions(self, job_id: str) -> list[JobInList]:
        """All revisions of a job, the oldest first."""
        return cast(list[JobInList], self._get(f"/jobs/{segment(job_id)}/revisions")["items"])

    def differences(
        self, job_id: str, other_id: str, change: Sequence[str] = (), limit: int | None = None
    ) -> Iterator[Difference]:
        """What changed from one job to another, in the order of the later one, page by page.

        Raises:
            Conflict: code `not_merged`: the requirements of one are not complete.
            TooLarge: one has more than 10,000 requirements.
        """
        path = f"/jobs/{segment(job_id)}/compare/{segment(other_id)}"
        return self._items(path, {"change": ",".join(change)}, limit)
