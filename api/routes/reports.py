"""/jobs/{id}/report: the result for people and for programs."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from api.arguments import Resource
from api.auth import requires
from api.context import job_id_of, services
from api.schemas.reports import ReportPendingSchema, ReportQuery
from orchestrator.domain.access import Role

blp = Resource("reports", __name__, description="The stored report of a job that has ended.")


@blp.get("/jobs/<job_id>/report")
@requires(Role.VIEWER)
@blp.takes(ReportQuery, "query")
@blp.also(200, content_type="text/plain", schema={"type": "string"}, description="The report")
@blp.answers(202, ReportPendingSchema)
def show(query: dict[str, Any], job_id: str) -> Any:
    """Give the report of a job; 202 while there is none yet."""
    found = services().reporter.stored(job_id_of(job_id), query["format"])
    if found.content is not None:
        return Response(found.content, content_type=found.media_type)
    detail = f"The job is {found.job_status}; its report is not made yet. Ask again in a moment."
    pending = {"status": "pending", "job_status": found.job_status, "percent": found.percent, "detail": detail}
    return pending, {"Location": request.full_path.rstrip("?")}
