"""If-Match: a change is made of the version that its caller has seen, or not at all (RFC 9110, section 13.1.1)."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from functools import wraps
from typing import Any

from flask import request

from orchestrator.domain.version import NO_VERSION
from orchestrator.errors import PreconditionRequired

View = Callable[..., Any]

HEADER = "If-Match"
_TAG = re.compile(r'"([1-9][0-9]{0,17})"')
_PARAMETER = {
    "in": "header",
    "name": HEADER,
    "required": True,
    "schema": {"type": "string", "maxLength": 100, "pattern": r"^[!-~]+$"},
    "description": "The ETag of the version to change, or `*` for whichever there is",
}


def if_match(view: View) -> View:
    """Demand If-Match and pass the version it names as `version`: None for `*`.

    Stands right below `requires`. The service compares inside its transaction (`domain.version.require_version`).
    """

    @wraps(view)
    def conditional(*args: Any, **kwargs: Any) -> Any:
        return view(*args, version=wanted_version(), **kwargs)

    described: Any = conditional
    described._apidoc = deepcopy(getattr(view, "_apidoc", {}))
    # Beside those of `takes`: as manual documentation it would take their place.
    described._apidoc.setdefault("arguments", {}).setdefault("parameters", []).insert(0, dict(_PARAMETER))
    responses = described._apidoc.setdefault("response", {}).setdefault("responses", {})
    responses.setdefault(412, []).append("PRECONDITION_FAILED")
    responses.setdefault(428, []).append("PRECONDITION_REQUIRED")
    return conditional


def etag(version: int) -> dict[str, str]:
    """The header that names this version."""
    return {"ETag": f'"{version}"'}


def wanted_version() -> int | None:
    """The version that If-Match names, None for `*`; `NO_VERSION` for a tag that was never given out.

    Raises:
        PreconditionRequired: the header is missing.
    """
    given = request.headers.get(HEADER, "").strip()
    if not given:
        raise PreconditionRequired(
            "Send If-Match with the ETag that GET showed, so that nobody's change is lost; `*` changes any version."
        )
    if given == "*":
        return None
    tag = _TAG.fullmatch(given)
    return int(tag[1]) if tag else NO_VERSION
