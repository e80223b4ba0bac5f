"""When two submissions are equal."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from orchestrator.domain.submission import Submission


def key_of(wish: Submission, document_sha256: str, context: Mapping[str, Any]) -> str:
    """SHA-256 over owner, document, prompt (but for case and blanks), context, engine, scope and the job before.

    Args:
        wish: the submission.
        document_sha256: of the document's bytes, whatever its name.
        context: as it is stored.
    """
    prompt = " ".join(wish.prompt.split()).casefold()
    parts = [wish.owner, document_sha256, prompt, dict(context), wish.engine, wish.scope]
    if wish.successor_of is not None:
        parts.append(str(wish.successor_of))
    if not wish.integrate:
        parts.append("held")
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
