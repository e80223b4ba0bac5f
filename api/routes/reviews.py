"""Reviews: deciding on requirements, the history of it, and the queue of what waits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from api.arguments import Resource
from api.auth import requires
from api.context import job_id_of, principal, rid_of, scope, services
from api.paging import shown
from api.preconditions import etag, if_match
from api.schemas.fields import PageQuery
from api.schemas.requirements import RequirementSchema
from api.schemas.reviews import (
    ClearedSchema,
    ClearSchema,
    DecisionSchema,
    ReviewActPageSchema,
    ReviewQuery,
    ReviewQueueSchema,
)
from orchestrator.domain.access import Role
from orchestrator.domain.review import Act, Decision
from orchestrator.services.reviews import Place

blp = Resource("reviews", __name__, description="People decide on requirements, with reasons.")


@blp.post("/jobs/<job_id>/requirements/<rid>/review")
@requires(Role.OPERATOR)
@if_match
@blp.takes(DecisionSchema, "json")
@blp.answers(200, RequirementSchema)
def review(said: dict[str, Any], job_id: str, rid: str, version: int | None) -> Any:
    """Accept, reject or edit a requirement of a job that has ended; the graph follows."""
    act = Act(Decision(said.pop("decision")), principal().owner, said.pop("reason"), said)
    found = services().reviews.review(Place(job_id_of(job_id), rid_of(rid), version), act)
    return found, etag(found.Requirement.version)


@blp.get("/jobs/<job_id>/requirements/<rid>/reviews")
@requires(Role.VIEWER)
@blp.takes(PageQuery, "query")
@blp.answers(200, ReviewActPageSchema)
def history(query: dict[str, Any], job_id: str, rid: str) -> Any:
    """List what was decided on a requirement, the oldest first."""
    return shown(services().reviews.history(job_id_of(job_id), rid_of(rid), query["paging"]))


@blp.post("/jobs/<job_id>/requirements/<rid>/review/clear")
@requires(Role.OPERATOR)
@if_match
@blp.takes(ClearSchema, "json")
@blp.answers(200, RequirementSchema)
def clear(said: dict[str, Any], job_id: str, rid: str, version: int | None) -> Any:
    """Take the suspicion from a requirement: then it is one that nobody has reviewed."""
    place = Place(job_id_of(job_id), rid_of(rid), version)
    found = services().reviews.clear(place, principal().owner, said["reason"])
    return found, etag(found.Requirement.version)


@blp.post("/jobs/<job_id>/reviews/clear")
@requires(Role.OPERATOR)
@blp.takes(ClearSchema, "json")
@blp.answers(200, ClearedSchema)
def clear_all(said: dict[str, Any], job_id: str) -> Any:
    """Take the suspicion from all requirements of a job, at most 10,000 at once."""
    return services().reviews.clear_all(job_id_of(job_id), principal().owner, said["reason"])


@blp.get("/reviews")
@requires(Role.VIEWER)
@blp.takes(ReviewQuery, "query")
@blp.answers(200, ReviewQueueSchema)
def queue(query: dict[str, Any]) -> Any:
    """List the requirements that wait for a review: low confidence times high priority first."""
    return shown(services().reviews.queue(replace(query["wanted"], visible_to=scope()), query["paging"]))
