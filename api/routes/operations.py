"""Actions on many jobs: POST /jobs/bulk, and what became of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import jsonify, url_for

from api.arguments import Resource
from api.auth import requires
from api.context import principal, request_id, scope, services, uuid_of
from api.schemas.operations import BulkCountSchema, BulkSchema, OperationQuery, OperationSchema
from orchestrator.domain.access import Role
from orchestrator.domain.operation import Action
from orchestrator.services.operations import Wish

blp = Resource("operations", __name__, description="One action on many jobs, done in steps.")


@blp.post("/jobs/bulk")
@requires(Role.OPERATOR)
@blp.takes(BulkSchema, "json")
@blp.answers(202, OperationSchema, headers={"Location": {"schema": {"type": "string"}}})
@blp.also(200, schema=BulkCountSchema, description="With `dry_run`: how many jobs it would take")
def bulk(fields: dict[str, Any]) -> Any:
    """Cancel, retry, reprioritise or delete the jobs that a filter finds now."""
    wish = _wish(fields)
    if fields["dry_run"]:
        counted = {"action": wish.action.value, "dry_run": True, "total": services().operations.count(wish)}
        return jsonify(BulkCountSchema().dump(counted))
    view = services().operations.start(wish)
    return view, {"Location": url_for("operations.show", operation_id=view.operation.id)}


def _wish(fields: dict[str, Any]) -> Wish:
    found = fields["filter"]
    return Wish(
        owner=principal().owner,
        correlation_id=request_id(),
        action=Action(fields["action"]),
        filter=replace(found["wanted"], visible_to=scope()),
        asked=found["asked"],
        reason=fields["reason"],
        priority=fields["priority"],
    )


@blp.get("/operations/<operation_id>")
@requires(Role.VIEWER)
@blp.takes(OperationQuery, "query")
@blp.answers(200, OperationSchema)
def show(query: dict[str, Any], operation_id: str) -> Any:
    """Tell how far an action on many jobs is, and page by page which jobs it left as they are, and why."""
    return services().operations.get(uuid_of(operation_id, "operation_id"), query["paging"], scope())
