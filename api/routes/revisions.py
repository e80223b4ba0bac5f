"""/jobs/{id}/rerun, /revisions and /compare/{other}: the same document in another way, and what changed."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for

from api.arguments import Resource
from api.auth import requires
from api.context import job_id_of, principal, request_id, scope, services
from api.paging import shown
from api.preconditions import etag
from api.schemas.jobs import JobSchema
from api.schemas.revisions import CompareQuery, ComparisonSchema, RerunSchema, RevisionListSchema
from orchestrator.domain.access import Role
from orchestrator.services.revisions import as_text

blp = Resource("revisions", __name__, description="Running a job again, and what changed between two.")


@blp.post("/jobs/<job_id>/rerun")
@requires(Role.OPERATOR)
@blp.takes(RerunSchema, "json")
@blp.answers(202, JobSchema, headers={"Location": {"schema": {"type": "string"}}})
def rerun(changes: dict[str, Any], job_id: str) -> Any:
    """Make the next revision of a job that has ended: the same document with another wish."""
    view = services().revisions.rerun(job_id_of(job_id), principal().owner, request_id(), changes)
    return view, {"Location": url_for("jobs.show", job_id=view.job.id)} | etag(view.job.version)


@blp.get("/jobs/<job_id>/revisions")
@requires(Role.VIEWER)
@blp.answers(200, RevisionListSchema)
def index(job_id: str) -> Any:
    """List all revisions of a job, the oldest first."""
    return {"items": services().revisions.list(job_id_of(job_id), scope())}


@blp.get("/jobs/<job_id>/compare/<other_id>")
@requires(Role.VIEWER)
@blp.takes(CompareQuery, "query")
@blp.also(200, content_type="text/plain", schema={"type": "string"}, description="For people")
@blp.answers(200, ComparisonSchema)
def compare(query: dict[str, Any], job_id: str, other_id: str) -> Any:
    """Tell what changed from one job to another, in the order of the later one."""
    ids = job_id_of(job_id), job_id_of(other_id)
    found = services().revisions.compare(*ids, tuple(query["change"]), query["paging"])
    _, headers = shown(found.differences)
    if _wants_text(query["format"]):
        return Response(as_text(found), content_type="text/plain; charset=utf-8", headers=headers)
    return found, headers


def _wants_text(said: str | None) -> bool:
    accepted = request.accept_mimetypes.best_match(["application/json", "text/plain"], "application/json")
    return (said or {"text/plain": "text"}.get(accepted or "", "json")) == "text"
