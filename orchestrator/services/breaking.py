"""The rule of circuit breakers, of agents, webhooks and the language model alike, as the settings say."""

from __future__ import annotations

from orchestrator.config import Settings
from orchestrator.domain.breaker import BreakerRule


def rule_of(settings: Settings) -> BreakerRule:
    """The rule as it is now; do not keep it: settings change while the process runs."""
    return BreakerRule(settings.breaker_failures, settings.breaker_open_s, settings.breaker_open_cap_s)
