"""What the description promises is what the API does: generated requests to every route, as each role."""

from __future__ import annotations

import os
from typing import Any

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from orchestrator.domain.access import Role

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "1"))
ROLES = (Role.VIEWER, Role.OPERATOR, Role.ADMIN)


def test_every_route_answers_as_described(app: Flask, stage: Any, call: Any) -> None:
    """Valid and invalid requests, each with the key of every role.

    Left out is the check that what fits the schema is accepted: the description cannot tell which cursors, times and
    contents of documents are good.
    """
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app)
    keys = [stage.key(role) for role in ROLES]
    operations = [found.ok() for found in schema.get_all_operations()]

    # A stream has no end; without a leader /ready is 503 by right.
    tried = [each for each in operations if not each.path.endswith(("/events", "/ready"))]
    failures = [failure for operation in tried if (failure := _failure_of(operation, keys))]

    assert len(tried) > 40
    assert not failures, "\n".join(failures)


def _failure_of(operation: Any, keys: list[str]) -> str | None:
    def try_one(case: Any) -> None:
        for key in keys:
            headers = {"Authorization": f"Bearer {key}"}
            answer = case.call(headers=headers)
            case.validate_response(answer, headers=headers, excluded_checks=[positive_data_acceptance])

    strategy = operation.as_strategy(generation_mode=GenerationMode.POSITIVE) | operation.as_strategy(
        generation_mode=GenerationMode.NEGATIVE
    )
    run = settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=EXAMPLES < 10,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )(given(case=strategy)(try_one))
    try:
        run()
    except (Exception, BaseExceptionGroup) as error:
        return f"{operation.label}: {error!r}"
    return None
