"""Headers that requests may carry, as the description shows them."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

View = Callable[..., Any]

IDEMPOTENCY_KEY = "Idempotency-Key"
_PARAMETER = {
    "in": "header",
    "name": IDEMPOTENCY_KEY,
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    "description": "Made up by the caller, one for each thing to do: sent again, it gets the same answer",
}


def may_be_repeated(view: View) -> View:
    """Describe that a POST takes a key by which it is done once."""
    described: Any = view
    described._apidoc = deepcopy(getattr(view, "_apidoc", {}))
    # Beside those of `takes` and `if_match`: as manual documentation it would take their place.
    described._apidoc.setdefault("arguments", {}).setdefault("parameters", []).append(dict(_PARAMETER))
    responses = described._apidoc.setdefault("response", {}).setdefault("responses", {})
    responses.setdefault(409, []).append("CONFLICT")
    return view
