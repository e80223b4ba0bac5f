"""What must hold between the settings of tokens."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator import config
from orchestrator.errors import ConfigError

WHOLE = {"ORCHESTRATOR_JWT_ISSUER": "https://id.example", "ORCHESTRATOR_JWT_AUDIENCE": "orchestrator"}
SECRET = "thirty-two bytes are the least ok"


@pytest.mark.parametrize(
    "added",
    [
        {},
        {"ORCHESTRATOR_JWT_JWKS_URL": "https://id.example/keys"},
        {"ORCHESTRATOR_JWT_SECRET": SECRET},
        {"ORCHESTRATOR_JWT_ROLE_MAP": "Fleet=operator, a=b=admin"},
    ],
)
def test_an_issuer_with_one_way_to_check_its_tokens_is_accepted(environment: Any, added: dict[str, str]) -> None:
    environment(**WHOLE, **added)

    assert config.load().jwt_issuer == "https://id.example"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ORCHESTRATOR_JWT_ISSUER": ""}, "ORCHESTRATOR_JWT_ISSUER must be set where ORCHESTRATOR_JWT_AUDIENCE is"),
        ({"ORCHESTRATOR_JWT_AUDIENCE": ""}, "ORCHESTRATOR_JWT_AUDIENCE must be set"),
        ({"ORCHESTRATOR_JWT_ISSUER": "nobody"}, "is no URL"),
        ({"ORCHESTRATOR_JWT_SECRET": SECRET, "ORCHESTRATOR_JWT_JWKS_URL": "https://id.example/k"}, "are both set"),
        ({"ORCHESTRATOR_JWT_SECRET": "too-short-a-secret"}, "must be at least 32 bytes long"),
        ({"ORCHESTRATOR_JWT_JWKS_URL": "https://user:word@id.example/k"}, "without login and query"),
        ({"ORCHESTRATOR_JWT_ROLE_MAP": "Fleet=root"}, "a list like name=viewer"),
    ],
)
def test_half_a_configuration_is_refused(environment: Any, changes: dict[str, str], said: str) -> None:
    environment(**(WHOLE | changes))

    with pytest.raises(ConfigError, match=said) as refused:
        config.load()
    assert "too-short" not in refused.value.message
