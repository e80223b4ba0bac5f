"""/agents: who works, and who is well."""

from __future__ import annotations

from typing import Any

from api.arguments import Resource
from api.auth import requires
from api.context import agent_id_of, services
from api.schemas.agents import AgentHealthListSchema, AgentListSchema, AgentSchema
from orchestrator.domain.access import Role

blp = Resource("agents", __name__, description="Workers as they registered themselves.")


@blp.get("/agents")
@requires(Role.VIEWER)
@blp.answers(200, AgentListSchema)
def index() -> Any:
    """List live agents, and those that stopped within the hour."""
    return {"items": services().agents.list()}


@blp.get("/agents/health")
@requires(Role.VIEWER)
@blp.answers(200, AgentHealthListSchema)
def health() -> Any:
    """Show the last health check of each agent and its circuit breaker. Asks the database alone."""
    return {"items": services().agent_health.list()}


@blp.post("/agents/<agent_id>/drain")
@requires(Role.OPERATOR)
@blp.answers(200, AgentSchema)
def drain(agent_id: str) -> Any:
    """Send an agent no more steps; those that run go on."""
    return services().agents.drain(agent_id_of(agent_id))


@blp.post("/agents/<agent_id>/resume")
@requires(Role.OPERATOR)
@blp.answers(200, AgentSchema)
def resume(agent_id: str) -> Any:
    """Send a drained agent steps again."""
    return services().agents.resume(agent_id_of(agent_id))
