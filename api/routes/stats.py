"""/stats/daily: the numbers of the last days."""

from __future__ import annotations

from typing import Any

from api.arguments import Resource
from api.auth import requires
from api.context import scope, services
from api.schemas.stats import DailyQuery, DailySchema
from orchestrator.domain.access import Role

blp = Resource("stats", __name__, description="Numbers over time.")


@blp.get("/stats/daily")
@requires(Role.VIEWER)
@blp.takes(DailyQuery, "query")
@blp.answers(200, DailySchema)
def daily(query: dict[str, Any]) -> Any:
    """Count jobs, their requirements and new documents by day (UTC) of their submission, the oldest day first."""
    return {"items": services().reporter.days(query["days"], scope())}
