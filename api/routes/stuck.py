"""/jobs/stuck and /jobs/recover: what stands still and why, and taking back what was lost."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from api.arguments import Resource
from api.auth import requires
from api.context import scope, services
from api.schemas.stuck import RecoveredSchema, RecoverQuery, StuckListSchema, StuckQuery
from orchestrator.domain.access import Role

blp = Resource("stuck", __name__, description="Jobs that stand still.")


@blp.get("/jobs/stuck")
@requires(Role.VIEWER)
@blp.takes(StuckQuery, "query")
@blp.answers(200, StuckListSchema)
def index(query: dict[str, Any]) -> Any:
    """List jobs that made no progress for longer than they may, though they wait for nothing by design."""
    monitor = services().monitor
    found = monitor.stuck(query["threshold_minutes"], query["limit"], scope())
    return {"items": found, "recovery": monitor.recovery_record()}


@blp.post("/jobs/recover")
@requires(Role.OPERATOR, everybodys=True)
@blp.takes(RecoverQuery, "query")
@blp.answers(200, RecoveredSchema)
def recover(query: dict[str, Any]) -> Any:
    """Recover now what the leader recovers every second; with `dry_run` only count it."""
    monitor = services().monitor
    found = monitor.recover(dry_run=query["dry_run"])
    return asdict(found) | {"dry_run": query["dry_run"], "validating_reset": monitor.reset_validating()}
