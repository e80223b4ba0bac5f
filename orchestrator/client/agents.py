"""Workers, and the queues that they take from."""

from __future__ import annotations

import re
from typing import cast

from orchestrator.client.answers import Agent, AgentHealth, Queue
from orchestrator.client.resource import Resource
from orchestrator.errors import Invalid

_AGENT = re.compile(r"(?!\.+$)[A-Za-z0-9._-]{1,128}")


class Agents(Resource):
    """The calls of `/agents` and `/queues`."""

    def queues(self) -> list[Queue]:
        """What waits in each queue, and who could do it."""
        return cast(list[Queue], self._get("/queues")["items"])

    def pause_queue(self, name: str) -> Queue:
        """Dispatch nothing more of a queue until it is resumed; what runs goes on. For admins."""
        return cast(Queue, self._post(f"/queues/{_agent(name)}/pause"))

    def resume_queue(self, name: str) -> Queue:
        """Dispatch a paused queue's steps again. For admins."""
        return cast(Queue, self._post(f"/queues/{_agent(name)}/resume"))

    def agents(self) -> list[Agent]:
        """Live workers, and those that stopped within the hour."""
        return cast(list[Agent], self._get("/agents")["items"])

    def agent_health(self) -> list[AgentHealth]:
        """The last health check of each agent, and its circuit breaker."""
        return cast(list[AgentHealth], self._get("/agents/health")["items"])

    def drain_agent(self, agent_id: str) -> Agent:
        """Send an agent no more steps; those that run go on.

        Raises:
            InvalidTransition: it has stopped.
        """
        return cast(Agent, self._post(f"/agents/{_agent(agent_id)}/drain"))

    def resume_agent(self, agent_id: str) -> Agent:
        """Send a drained agent steps again.

        Raises:
            InvalidTransition: it has stopped.
        """
        return cast(Agent, self._post(f"/agents/{_agent(agent_id)}/resume"))


def _agent(name: str) -> str:
    """An agent's id as a path segment; the API says where it is none."""
    if not _AGENT.fullmatch(name):
        raise Invalid(f"{name!r} is no id of an agent; `orchestrator agents` shows them.")
    return name
