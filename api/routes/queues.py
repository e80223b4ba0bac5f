"""/queues and /metrics: what waits, and who could do it."""

from __future__ import annotations

from typing import Any

from flask import Response

from api.arguments import Resource
from api.auth import requires
from api.context import principal, services
from api.schemas.queues import QueueListSchema, QueueSchema
from orchestrator.domain.access import Role
from orchestrator.observability.sharing import CONTENT_TYPE, exposition

blp = Resource("queues", __name__, description="What waits, and who could do it.")


@blp.get("/queues")
@requires(Role.VIEWER)
@blp.answers(200, QueueListSchema)
def index() -> Any:
    """List the queues with their depth, their oldest step and the slots of their agents."""
    return {"items": services().queues.list()}


@blp.post("/queues/<name>/pause")
@requires(Role.ADMIN)
@blp.answers(200, QueueSchema)
def pause(name: str) -> Any:
    """Dispatch nothing more of a queue until it is resumed; what runs goes on."""
    return services().queues.pause(name, principal().owner)


@blp.post("/queues/<name>/resume")
@requires(Role.ADMIN)
@blp.answers(200, QueueSchema)
def resume(name: str) -> Any:
    """Dispatch a paused queue's steps again."""
    return services().queues.resume(name)


@blp.get("/metrics")
@requires(Role.VIEWER)
@blp.also(200, content_type="text/plain", schema={"type": "string"}, description="Prometheus' text format")
def metrics() -> Response:
    """Give the numbers of the whole installation, and of this server's processes, to Prometheus."""
    return Response(exposition([services().figures]), content_type=CONTENT_TYPE)
