"""Breakers follow the settings while the process runs."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.config import Settings
from orchestrator.domain.breaker import BreakerRule
from orchestrator.services.agent_health import AgentHealth
from orchestrator.services.deliveries import Deliveries
from orchestrator.services.llm import LanguageModel


@pytest.mark.parametrize("service", [AgentHealth, Deliveries, LanguageModel])
def test_no_service_keeps_the_rule_that_it_began_with(service: Any) -> None:
    settings = Settings(database_url="postgresql://h/d", redis_url="redis://h")
    built = service(settings, None)
    changed = {"breaker_failures": 9, "breaker_open_s": 7.0, "breaker_open_cap_s": 70.0}
    for name, value in changed.items():
        object.__setattr__(settings, name, value)  # as a change of the configuration file does
    assert built.rule == BreakerRule(9, 7.0, 70.0)
