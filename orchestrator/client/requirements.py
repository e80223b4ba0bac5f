"""A job's requirements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypedDict, Unpack, cast

from orchestrator.client.answers import Requirement
from orchestrator.client.resource import Resource, segment


class RequirementQuery(TypedDict, total=False):
    """Which requirements to show; what is left out is not restricted."""

    status: Sequence[str]
    modality: Sequence[str]
    type: Sequence[str]
    min_confidence: float


class Requirements(Resource):
    """The calls of `/jobs/{id}/requirements`."""

    def requirements(
        self, job_id: str, limit: int | None = None, **query: Unpack[RequirementQuery]
    ) -> Iterator[Requirement]:
        """A job's requirements in the order of the document."""
        wanted = {name: value if name == "min_confidence" else ",".join(value) for name, value in query.items()}  # type: ignore[arg-type]
        return self._items(f"/jobs/{segment(job_id)}/requirements", wanted, limit)

    def requirement(self, job_id: str, rid: str) -> Requirement:
        """One requirement."""
        return cast(Requirement, self._get(f"/jobs/{segment(job_id)}/requirements/{segment(rid)}"))
