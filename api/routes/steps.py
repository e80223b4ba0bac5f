"""/jobs/{id}/steps: the ledger."""

from __future__ import annotations

from typing import Any

from api.arguments import Resource
from api.auth import requires
from api.context import job_id_of, services
from api.paging import shown
from api.schemas.steps import StepPageSchema, StepQuery
from orchestrator.domain.access import Role

blp = Resource("steps", __name__, description="What was done for a job, by whom, how often.")


@blp.get("/jobs/<job_id>/steps")
@requires(Role.VIEWER)
@blp.takes(StepQuery, "query")
@blp.answers(200, StepPageSchema)
def index(query: dict[str, Any], job_id: str) -> Any:
    """List the steps of a job, the oldest first."""
    return shown(services().job_contents.steps(job_id_of(job_id), query["paging"]))
