"""/jobs/{id}/events and /events: what happens, as pages and as streams."""

from __future__ import annotations

from typing import Any

from api.arguments import Resource
from api.auth import requires
from api.context import job_id_of, scope, services
from api.paging import shown
from api.schemas.events import EventPageSchema, EventQuery, LogPageSchema, LogQuery, StreamHeaders
from api.streams import described, id_of, job_stream, stream_of_all, wants_stream
from orchestrator.domain.access import Role

blp = Resource("events", __name__, description="What happens to jobs, in order.")


@blp.get("/jobs/<job_id>/events")
@requires(Role.VIEWER)
@blp.describes(**described(EventPageSchema))
@blp.takes(StreamHeaders, "headers")
@blp.takes(EventQuery, "query")
@blp.answers(200, EventPageSchema)
def index(headers: dict[str, str], query: dict[str, Any], job_id: str) -> Any:
    """List the events of a job, the oldest first; or stream them."""
    if wants_stream():
        return job_stream(job_id_of(job_id), headers["last"])
    return shown(services().job_contents.events(job_id_of(job_id), query["paging"]))


@blp.get("/events")
@requires(Role.VIEWER)
@blp.describes(**described(LogPageSchema))
@blp.takes(StreamHeaders, "headers")
@blp.takes(LogQuery, "query")
@blp.answers(200, LogPageSchema)
def log(headers: dict[str, str], query: dict[str, Any]) -> Any:
    """List the events of all jobs, the oldest first; or stream those that come."""
    if wants_stream():
        return stream_of_all(headers["last"])
    found = services().event_feed.log(scope(), query["after"], query["limit"])
    following = id_of(found[-1].place) if len(found) == query["limit"] else None
    return {"items": [event.shown for event in found], "next_cursor": following}
