"""/health and /ready: for the supervisor and the load balancer."""

from __future__ import annotations

import time
from typing import Any

from flask import current_app
from flask.sansio.blueprints import BlueprintSetupState

from api.arguments import Resource
from api.auth import public
from api.context import VERSION, draining, services
from api.schemas.health import HealthSchema, ReadySchema
from orchestrator.config.following import generation
from orchestrator.services.readiness import Check

blp = Resource("health", __name__, description="Is it alive, and can it work.")

BEGAN = "HEALTH_BEGAN"


def _begin(state: BlueprintSetupState) -> None:
    """With each server: it may have been forked from a process that had loaded this long before."""
    state.app.config[BEGAN] = time.monotonic()


blp.record(_begin)


@blp.get("/health")
@public
@blp.answers(200, HealthSchema)
def health() -> Any:
    """Tell that this process answers; asks nobody else."""
    uptime_s = round(time.monotonic() - current_app.config[BEGAN], 3)
    return {"status": "ok", "version": VERSION, "uptime_s": uptime_s, "config_generation": generation()}


@blp.get("/ready")
@public
@blp.also(503, schema=ReadySchema, description="One of the checks failed")
@blp.answers(200, ReadySchema)
def ready() -> Any:
    """Ask the database, the schema, the broker and the leader; no server that is about to stop is ready."""
    if draining():
        return {"status": "not_ready", "checks": {"server": Check(False, "is stopping; ask another one")}}, 503
    checks = services().readiness.checks()
    well = all(check.ok for check in checks.values())
    return {"status": "ready" if well else "not_ready", "checks": checks}, 200 if well else 503
