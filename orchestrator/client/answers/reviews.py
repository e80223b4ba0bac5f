"""Reviews."""

from __future__ import annotations

from typing import Any, TypedDict

from orchestrator.client.answers.requirements import Requirement


class ReviewAct(TypedDict):
    """Something that was decided on a requirement; `before` and `after` have what it changed."""

    id: int
    decision: str
    reviewer: str | None
    reason: str
    before: dict[str, Any]
    after: dict[str, Any]
    created_at: str


class WaitingRequirement(Requirement):
    """A requirement that waits for a review, with its job."""

    job_id: str
    owner: str


class Cleared(TypedDict):
    """How many suspects were cleared, and whether there are others."""

    cleared: int
    more: bool
