"""What a worker process holds: one wired orchestrator, built after the fork."""

from __future__ import annotations

import os
from functools import cache

from orchestrator.bootstrap import Orchestrator, build
from orchestrator.config import load
from orchestrator.config.following import follow
from orchestrator.observability.metrics import watch_pool
from orchestrator.storage.connections import WORKER_POOL


@cache
def orchestrator() -> Orchestrator:
    """The orchestrator of this process."""
    settings = load()
    follow(settings)
    built = build(settings, role=f"worker {agent_id()}", ping=False, connections=WORKER_POOL)
    watch_pool(built.engine, agent_kind())
    return built


def forget() -> None:
    """After a fork: the parent's connections are not ours to use."""
    if orchestrator.cache_info().currsize:
        orchestrator().engine.dispose(close=False)
    orchestrator.cache_clear()


def agent_id() -> str:
    """The id of the worker that this process belongs to; `<kind>-<host>-<random>`."""
    return os.environ.get("ORCHESTRATOR_AGENT_ID", "unnamed")


def agent_kind() -> str:
    """The kind of worker that this process belongs to."""
    return agent_id().partition("-")[0]


def owner() -> str:
    """Who holds a lease: the agent and the child's process id."""
    return f"{agent_id()}:{os.getpid()}"
