"""POST /retention: what is past its time, and having it done now."""

from __future__ import annotations

from typing import Any

from api.arguments import Resource
from api.auth import requires
from api.context import request_id, services
from api.schemas.retention import RetentionSchema, RetentionWishSchema
from orchestrator.domain.access import Role

blp = Resource("retention", __name__, description="How long the texts of jobs, and jobs themselves, are kept.")


@blp.post("/retention")
@requires(Role.ADMIN)
@blp.takes(RetentionWishSchema, "json")
@blp.answers(202, RetentionSchema)
@blp.also(200, schema=RetentionSchema, description="With `dry_run`: what is due now")
def retention(fields: dict[str, Any]) -> Any:
    """Redact and delete now what is done daily; with `dry_run` only count it, by status and rule."""
    service = services().retention
    dry_run = fields["dry_run"]
    due = service.preview() if dry_run else service.start(request_id())
    return {"dry_run": dry_run, "days": service.days, "due": due}, 200 if dry_run else 202
