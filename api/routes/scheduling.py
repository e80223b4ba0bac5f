"""PATCH /jobs/{id} and its place in the queue."""

from __future__ import annotations

from typing import Any

from api.arguments import Resource
from api.auth import requires
from api.context import job_id_of, services
from api.preconditions import etag, if_match
from api.schemas.jobs import JobSchema
from api.schemas.scheduling import JobEditSchema
from orchestrator.domain.access import Role
from orchestrator.domain.edit import JobEdit

blp = Resource("scheduling", __name__, description="What may be changed of a job, and its place in the queue.")


@blp.patch("/jobs/<job_id>")
@requires(Role.OPERATOR)
@if_match
@blp.takes(JobEditSchema, "json")
@blp.answers(200, JobSchema)
def edit(wanted: JobEdit, job_id: str, version: int | None) -> Any:
    """Change a job's priority, context, tags, or, until it has begun, when it begins."""
    view = services().scheduling.edit(job_id_of(job_id), wanted, version)
    return view, etag(view.job.version)


@blp.post("/jobs/<job_id>/front")
@requires(Role.OPERATOR)
@blp.answers(200, JobSchema)
def to_front(job_id: str) -> Any:
    """Let a job go before all others that are ready."""
    view = services().scheduling.to_front(job_id_of(job_id))
    return view, etag(view.job.version)
