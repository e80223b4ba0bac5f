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
from orchestrator.services.leadership import Leadership

BEYOND_SCHEMA = {
    "cursor": "made by the list that it continues",
    "forbidden_url": "depends on addresses and on settings",
    "idempotency_conflict": "depends on the requests before",
    "unsupported_type": "depends on name and content of a file",
    "lying_type": "the same, of a prompt that looks like a file",
    "no_language_model": "depends on settings",
    "domain_model": "what a model's parts say of each other",
}
"""Codes of refusals that a description cannot foretell; whatever else it allows is taken."""
RELATED = (
    "",
    "/filter",
    "/filter/context",
    "/filter/created_before",
    "/priority",
    "/document",
    "/document_id",
    "/file_name",
    "/expires_at",
    "/run_at",
    "/context",
    "created_before",
    "/decision",
)
"""Fields that depend on other fields, on the form, on the time, or have texts at any depth."""
STREAMED = ("/events", "/jobs/{job_id}/events")
"""Asked for as pages: as streams they have no end, and tests of their own."""
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "1"))
ROLES = (Role.VIEWER, Role.OPERATOR, Role.ADMIN)


def test_every_route_answers_as_described(app: Flask, stage: Any, call: Any) -> None:
    """Valid and invalid requests, each with the key of every role."""
    assert Leadership(stage.sessions, 3600).take("test")  # without a leader /ready is 503, and rightly
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app)
    keys = [stage.key(role) for role in ROLES]
    operations = [found.ok() for found in schema.get_all_operations()]

    failures = [failure for operation in operations if (failure := _failure_of(operation, keys))]

    assert len(operations) > 60
    assert not failures, "\n".join(failures)


def _failure_of(operation: Any, keys: list[str]) -> str | None:
    accepted = {"Accept": "application/json"} if operation.path in STREAMED else {}

    def try_one(case: Any) -> None:
        for key in keys:
            headers = accepted | {"Authorization": f"Bearer {key}"}
            answer = case.call(headers=headers)
            left_out = [positive_data_acceptance] if _beyond_schema(answer) else []
            case.validate_response(answer, headers=headers, excluded_checks=left_out)

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


def _beyond_schema(answer: Any) -> bool:
    """Whether the refusal tells of what no schema says."""
    if answer.status_code not in (415, 422):
        return False
    problem = answer.json()
    if problem["code"] != "invalid":
        return problem["code"] in BEYOND_SCHEMA
    places = [fault.get("pointer", fault.get("parameter")) for fault in problem["errors"]]
    return all(place in RELATED for place in places)
