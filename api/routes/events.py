"""/jobs/{id}/events: the timeline."""

from __future__ import annotations

from typing import Any

from api.arguments import Resource
from api.auth import requires
from api.context import job_id_of, services
from api.paging import shown
from api.schemas.events import EventPageSchema, EventQuery
from orchestrator.domain.access import Role

blp = Resource("events", __name__, description="What happened to a job, in order.")


@blp.get("/jobs/<job_id>/events")
@requires(Role.VIEWER)
@blp.takes(EventQuery, "query")
@blp.answers(200, EventPageSchema)
def index(query: dict[str, Any], job_id: str) -> Any:
    """List the events of a job, the oldest first."""
    return shown(services().job_contents.events(job_id_of(job_id), query["paging"]))
