"""What an endpoint answers, apart from the library that asks: that one takes 20 MB, wherever it is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from orchestrator.domain.llm import USUAL_PAUSE_S


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. Where nothing did, `status` is None, `fault` says why, and `sent` whether the text had left."""

    status: int | None
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    fault: str = ""
    sent: bool = True
    duration_ms: int = 0

    @property
    def text(self) -> str:
        """The body as text, whatever it is."""
        return self.body.decode("utf-8", "replace").replace("\x00", "\ufffd")


def retry_after_s(headers: Mapping[str, str]) -> float:
    """How long the endpoint asks to be left alone: seconds or a date (RFC 9110, 10.2.3)."""
    given = headers.get("retry-after", "").strip()
    try:
        return max(0.0, float(given))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(given) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return USUAL_PAUSE_S
