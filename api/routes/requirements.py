"""/jobs/{id}/requirements: what was found."""

from __future__ import annotations

from typing import Any

from api.arguments import Resource
from api.auth import requires
from api.context import job_id_of, rid_of, services
from api.paging import shown
from api.preconditions import etag
from api.schemas.requirements import RequirementPageSchema, RequirementQuery, RequirementSchema, StatisticsSchema
from orchestrator.domain.access import Role

blp = Resource("requirements", __name__, description="Requirements with their exact sources.")


@blp.get("/jobs/<job_id>/requirements")
@requires(Role.VIEWER)
@blp.takes(RequirementQuery, "query")
@blp.answers(200, RequirementPageSchema)
def index(query: dict[str, Any], job_id: str) -> Any:
    """List the requirements of a job in the order of the document."""
    return shown(services().job_contents.requirements(job_id_of(job_id), query["wanted"], query["paging"]))


@blp.get("/jobs/<job_id>/requirements/<rid>")
@requires(Role.VIEWER)
@blp.answers(200, RequirementSchema)
def show(job_id: str, rid: str) -> Any:
    """Show one requirement."""
    found = services().job_contents.requirement(job_id_of(job_id), rid_of(rid))
    return found, etag(found.Requirement.version)


@blp.get("/jobs/<job_id>/statistics")
@requires(Role.VIEWER)
@blp.answers(200, StatisticsSchema)
def statistics(job_id: str) -> Any:
    """Count the requirements of a job by status, type, modality, priority, relevance and place."""
    return services().monitor.breakdown(job_id_of(job_id))
