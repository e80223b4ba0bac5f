"""What must hold between settings."""

from __future__ import annotations

from orchestrator.config.catalogue import catalogue
from orchestrator.config.settings import Settings


def broken_relations(settings: Settings) -> list[str]:
    """One line for each relation that does not hold, with the values."""
    checks = (
        (settings.lease_s >= 3 * settings.heartbeat_s, "lease_s", ">= 3 x", "heartbeat_s"),
        (settings.leader_ttl_s >= 4 * settings.leader_renew_s, "leader_ttl_s", ">= 4 x", "leader_renew_s"),
        (
            settings.visibility_timeout_s >= 2 * settings.task_time_limit_s,
            "visibility_timeout_s",
            ">= 2 x",
            "task_time_limit_s",
        ),
        (
            settings.task_soft_time_limit_s < settings.task_time_limit_s,
            "task_soft_time_limit_s",
            "below",
            "task_time_limit_s",
        ),
        (settings.backoff_cap_s >= settings.backoff_base_s, "backoff_cap_s", ">=", "backoff_base_s"),
        (settings.breaker_open_cap_s >= settings.breaker_open_s, "breaker_open_cap_s", ">=", "breaker_open_s"),
    )
    return [_fault(settings, left, relation, right) for holds, left, relation, right in checks if not holds]


def _fault(settings: Settings, left: str, relation: str, right: str) -> str:
    known = catalogue()
    values = f"{getattr(settings, left):g} and {getattr(settings, right):g}"
    return f"{known[left].variable} must be {relation} {known[right].variable}; they are {values}"
