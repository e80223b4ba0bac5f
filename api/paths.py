"""What parameters of paths and lists in queries look like, for the description."""

from __future__ import annotations

from typing import Any

_UUID = {"type": "string", "format": "uuid", "pattern": "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"}
SCHEMAS: dict[str, dict[str, Any]] = {
    "job_id": _UUID,
    "other_id": _UUID,
    "webhook_id": _UUID,
    "delivery_id": _UUID,
    "operation_id": _UUID,
    "agent_id": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,128}$"},
    "key_id": {"type": "string", "pattern": "^[a-z0-9]{8}$"},
    "rid": {"type": "string", "pattern": "^R-[A-Z2-7]{10}$"},
}


def describe(paths: dict[str, Any]) -> None:
    """Replace the schema `string` of path parameters by what each must be; tell that lists are one text with commas."""
    for path in paths.values():
        for operation in path.values():
            if isinstance(operation, dict):
                _describe_lists(operation.get("parameters", ()))
        for parameter in path.get("parameters", ()):
            if parameter.get("in") == "path" and parameter["name"] in SCHEMAS:
                parameter["schema"] = SCHEMAS[parameter["name"]]


def _describe_lists(parameters: Any) -> None:
    for parameter in parameters:
        if parameter.get("in") == "query" and parameter["schema"].get("type") == "array":
            parameter["explode"] = False
            parameter["schema"]["default"] = []
