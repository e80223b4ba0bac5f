"""What webhooks tell, how often it is tried, and what they are signed with (Standard Webhooks 1.0)."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

TOLD = {
    "job.created": "job.created",
    "creator.started": "job.started",
    "step.recovered": "job.recovered",
    "job.completed": "job.completed",
    "job.failed": "job.failed",
    "job.cancelled": "job.cancelled",
    "requirement.review_needed": "requirement.review_needed",
    "report.ready": "report.ready",
}
"""Events of the timeline that are told, and the names under which they are."""
EVENTS = tuple(TOLD.values())
TEST_EVENT = "webhook.test"
CALLBACK_EVENTS = ("job.completed", "job.failed", "job.cancelled", "report.ready")
"""What a job's `callback_url` is told."""

RETRY_S = (10.0, 60.0, 300.0, 1_800.0, 7_200.0, 21_600.0, 43_200.0, 86_400.0)
"""How long after each failure it is tried again; the first try is at once."""
SECRET_PREFIX = "whsec_"  # noqa: S105 - not one
SECRET_BYTES = 32
RESPONSE_BYTES = 1_024
"""How much of an answer is kept."""
ATTEMPTS_KEPT = 40
WEBHOOKS_MOST = 100
URL_CHARACTERS = 2_000
OVERLAP_HOURS = (0.0, 720.0)

Secret = dict[str, Any]
"""{secret, until}: `until` is None for the newest, and a time in RFC 3339 for the one before it."""


def delay_after(tries: int, scale: float) -> float | None:
    """Seconds from the end of this try (1, 2 ...) to the next one; None after the last."""
    return RETRY_S[tries - 1] * scale if tries <= len(RETRY_S) else None


def new_secret() -> str:
    """A secret as receivers are given it."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def rotated(held: Iterable[Mapping[str, Any]], new: str, now: datetime, overlap_hours: float) -> list[Secret]:
    """The new secret, and the newest of those before it for as long as they overlap."""
    before = next(iter(held), None)
    until = now + timedelta(hours=overlap_hours)
    kept = [{"secret": before["secret"], "until": until.isoformat()}] if before and overlap_hours else []
    return [{"secret": new, "until": None}, *kept]


def active(held: Iterable[Mapping[str, Any]], now: datetime) -> list[str]:
    """The secrets that sign now, the newest first."""
    return [each["secret"] for each in held if not each["until"] or datetime.fromisoformat(each["until"]) > now]
