"""What the parameters in paths look like, for the description."""

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
    """Replace the schema `string` of path parameters by what the parameter of this name must be."""
    for path in paths.values():
        for parameter in path.get("parameters", ()):
            if parameter.get("in") == "path" and parameter["name"] in SCHEMAS:
                parameter["schema"] = SCHEMAS[parameter["name"]]
