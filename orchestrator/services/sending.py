"""One request to an endpoint that somebody else runs: signed, bounded in time, its answer cut short."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from types import FrameType
from typing import Any

import requests
from standardwebhooks import Webhook as Signer

from orchestrator.domain.webhook import RESPONSE_BYTES
from orchestrator.errors import OrchestratorError

RETRY_AFTER_MOST_S = 86_400.0
GONE = 410


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one attempt; `status` None: no answer, `error` says why."""

    status: int | None
    duration_ms: int
    error: str | None
    response: str
    retry_after_s: float = 0.0

    @property
    def delivered(self) -> bool:
        """Whether the endpoint took it."""
        return self.error is None

    @property
    def gone(self) -> bool:
        """Whether the endpoint asks for nothing more."""
        return self.status == GONE


def send(
    session: requests.Session,
    url: str,
    event_id: str,
    payload: Mapping[str, Any],
    secrets: Sequence[str],
    timeout_s: float,
) -> Answer:
    """POST an event, signed with every secret (Standard Webhooks 1.0). In the main thread only.

    Args:
        session: guarded against addresses that must not be called; follows no redirect.
        url: of the endpoint.
        event_id: the same at each attempt, so that the receiver can tell a repetition.
        payload: JSON-ready.
        secrets: `whsec_...`, at least one.
        timeout_s: for all of it, however slowly the endpoint answers.
    """
    body = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    headers = _headers(event_id, body, secrets)
    started = time.perf_counter()
    try:
        with _at_most(timeout_s), session.post(url, data=body.encode(), headers=headers, stream=True) as answer:
            status, said = answer.status_code, _start_of(answer)
            return Answer(status, _since(started), _fault(status), said, _retry_after(answer))
    except (requests.RequestException, OSError, OrchestratorError) as error:
        return Answer(None, _since(started), _cause(error, timeout_s), "")


def _headers(event_id: str, body: str, secrets: Sequence[str]) -> dict[str, str]:
    now = datetime.now(UTC)
    return {
        "Content-Type": "application/json",
        "User-Agent": f"requirement-orchestrator/{version('requirement-orchestrator')}",
        "webhook-id": event_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(Signer(secret).sign(event_id, now, body) for secret in secrets),
    }


class _TooSlow(TimeoutError):
    """The time for all of it is over."""


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """End what takes longer by a signal: the timeouts of sockets begin anew with every byte."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise _TooSlow

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _start_of(answer: requests.Response) -> str:
    """As much of the body as is kept, as text that can be stored; a body that breaks off is no failure."""
    data = b""
    with suppress(requests.RequestException, OSError):
        data = answer.raw.read(RESPONSE_BYTES, decode_content=False) or b""
    return data.decode(errors="replace").replace("\x00", "\N{REPLACEMENT CHARACTER}")


def _since(started: float) -> int:
    return round((time.perf_counter() - started) * 1000)


def _fault(status: int) -> str | None:
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        return f"It answered {status}; redirects are not followed."
    return f"It answered {status}."


def _retry_after(answer: requests.Response) -> float:
    """What a 429 or 503 asks for, in seconds; dates are not read."""
    given = answer.headers.get("Retry-After", "")
    if answer.status_code not in (429, 503) or not (given.isascii() and given.isdigit() and len(given) < 8):
        return 0.0
    return min(float(given), RETRY_AFTER_MOST_S)


def _cause(error: BaseException, timeout_s: float) -> str:
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, _TooSlow | requests.Timeout):
            return f"It did not answer within {timeout_s:g} s."
        if isinstance(seen, OrchestratorError):
            return seen.message
        if isinstance(seen, OSError) and seen.strerror and not isinstance(seen, requests.RequestException):
            return f"The connection failed: {seen.strerror.lower()}."
        causes = (getattr(seen, "reason", None), *seen.args, seen.__cause__, seen.__context__)
        seen = next((each for each in causes if isinstance(each, BaseException)), None)
    return f"The request failed: {type(error).__name__}."
