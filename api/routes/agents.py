"""/agents: who works."""

from __future__ import annotations

from typing import Any

from api.arguments import Resource
from api.auth import requires
from api.context import services
from api.schemas.agents import AgentListSchema
from orchestrator.domain.access import Role

blp = Resource("agents", __name__, description="Workers as they registered themselves.")


@blp.get("/agents")
@requires(Role.VIEWER)
@blp.answers(200, AgentListSchema)
def index() -> Any:
    """List live agents, and those that stopped within the hour."""
    return {"items": services().agents.list()}
