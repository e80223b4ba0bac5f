"""What an endpoint's reply says: an answer, tokens used, or what is wrong in its own words. Any reply is borne.

Apart from the library that asks: that one takes 20 MB, wherever it is loaded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from orchestrator.domain.llm import LONGEST_PAUSE_S, USUAL_PAUSE_S, tokens_in
from workers.llm.faults import Rejected, Unusable

WORDS = 300
"""Characters of the endpoint's own words that are passed on."""
READ_CHARACTERS = 5_000
"""Of a page that came in place of an answer."""
MOST_TOKENS = 1_000_000_000


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


@dataclass(frozen=True, slots=True)
class Said:
    """The model's answer; `cut_off` where it was longer than allowed."""

    content: str
    cut_off: bool


def said(reply: Reply) -> Said:
    """The first choice of a completion.

    Raises:
        Rejected: it is no completion.
        Unusable: the model refuses to answer.
    """
    content = _object(reply) or {}
    try:
        choice = content["choices"][0]
        message, end = choice["message"], choice.get("finish_reason")
        text, refusal = message.get("content"), message.get("refusal")
    except (KeyError, IndexError, TypeError, AttributeError):
        kind = reply.headers.get("content-type", "no type")
        raise Rejected(
            f"The model's endpoint answers with {kind}, which is no chat completion: {words_of(reply)} "
            "Check LLM_BASE_URL."
        ) from None
    if refusal or end == "content_filter":
        raise Unusable(f"The model refuses to answer: {_line(str(refusal or end))}")
    return Said(_storable(text) if isinstance(text, str) else "", end == "length")


def usage(reply: Reply, guess: int) -> tuple[int, int, bool]:
    """Tokens of question and answer, and whether they are estimated: `guess` for the question."""
    content = _object(reply) or {}
    told = content.get("usage")
    found = [told.get(name) for name in ("prompt_tokens", "completion_tokens")] if isinstance(told, dict) else []
    counts = [n for n in found if isinstance(n, int) and not isinstance(n, bool) and 0 <= n <= MOST_TOKENS]
    if len(counts) == 2:
        return counts[0], counts[1], False
    return guess, tokens_in(len(reply.text)), True


def retry_after_s(headers: Mapping[str, str]) -> float:
    """How long to leave the endpoint alone: as it asks, in seconds or by date (RFC 9110, 10.2.3), within our bounds."""
    given = headers.get("retry-after", "").strip()
    try:
        return min(max(0.0, float(given)), LONGEST_PAUSE_S)
    except ValueError:
        pass
    try:
        asked_s = (parsedate_to_datetime(given) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError):
        return USUAL_PAUSE_S
    return min(max(0.0, asked_s), LONGEST_PAUSE_S)


def words_of(reply: Reply) -> str:
    """The endpoint's own words, in one line: of an error object, a page, or whatever came."""
    content = _object(reply)
    if content is None:
        return _line(re.sub(r"<[^>]{0,500}>", " ", reply.text[:READ_CHARACTERS]))
    error = content.get("error", content)
    if isinstance(error, dict):
        error = " ".join(str(error[name]) for name in ("message", "detail", "code") if error.get(name))
    return _line(str(error or reply.text))


def _object(reply: Reply) -> dict[str, Any] | None:
    try:
        content = json.loads(reply.text)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _line(text: str) -> str:
    return " ".join(_storable(text[:READ_CHARACTERS]).split())[:WORDS]


def _storable(text: str) -> str:
    """Without what JSON can say and neither UTF-8 nor PostgreSQL can hold: lone surrogates and NUL."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")
