"""Workers, and the queues that they take from."""

from __future__ import annotations

from typing import TypedDict


class Queue(TypedDict):
    """A queue: open steps by state, and the slots of the agents that get steps."""

    name: str
    depth: int
    oldest_age_s: float | None
    waiting: int
    pending: int
    dispatched: int
    running: int
    agents: int
    slots: int
    free_slots: int
    paused_at: str | None
    paused_by: str | None


class Agent(TypedDict):
    """A worker as it registered itself."""

    id: str
    kind: str
    host: str
    pid: int
    slots: int
    running: int
    version: str
    live: bool
    draining: bool
    heartbeat_age_s: float
    started_at: str
    stopped_at: str | None


class AgentHealth(TypedDict):
    """An agent's last health check and its circuit breaker."""

    id: str
    kind: str
    host: str
    state: str
    slots: int
    health_url: str | None
    breaker_state: str
    breaker_failures: int
    breaker_open_until: str | None
    heartbeat_age_s: float | None
    checked_at: str | None
    check_error: str | None
