"""One call of the endpoint, bounded in every way: connection, each read, the whole time, the size of the answer."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late
from threading import Thread
from typing import Any

import httpx2
import openai

from orchestrator.config import Settings
from workers.llm.replies import Reply

ANSWER_BYTES = 4_000_000
for _library in ("openai", "httpx2", "httpcore2"):
    # At lower levels they log whole questions, which are the document's text.
    logging.getLogger(_library).setLevel(logging.WARNING)
NO_KEY = "none"
"""Local servers want no key, but the client wants to send one."""


def send(settings: Settings, body: Mapping[str, Any]) -> Reply:
    """Ask the endpoint; never raises for what it does. What comes too late is left to a thread that ends soon after."""
    started = time.monotonic()
    client = _http(settings)
    try:
        found = _within(settings.llm_total_s, lambda: _send(client, settings, body))
    finally:
        client.close()
    reply = found or Reply(None, fault=f"It did not answer within {settings.llm_total_s:g} s.")
    duration_ms = int((time.monotonic() - started) * 1000)
    masked = _without(settings.llm_api_key, reply.body)
    return Reply(reply.status, masked, reply.headers, reply.fault, reply.sent, duration_ms)


def _without(key: str, body: bytes) -> bytes:
    """A reply that does not tell our key to who reads why something failed."""
    return body.replace(key.encode(), b"...") if key else body


def _http(settings: Settings) -> httpx2.Client:
    """No proxy and no credentials of the environment's; redirects are not followed."""
    timeout = httpx2.Timeout(settings.llm_read_s, connect=settings.llm_connect_s)
    return httpx2.Client(trust_env=False, timeout=timeout, follow_redirects=False)


def _within(seconds: float, act: Callable[[], Reply]) -> Reply | None:
    """The outcome of an act, or None where it takes longer: the client's timeouts bound each read, not all of them."""
    outcome: Future[Reply] = Future()

    def run() -> None:
        try:
            outcome.set_result(act())
        except Exception as error:
            outcome.set_exception(error)

    Thread(target=run, name="llm", daemon=True).start()
    try:
        return outcome.result(seconds)
    except Late:
        return None


def _send(http: httpx2.Client, settings: Settings, body: Mapping[str, Any]) -> Reply:
    client = openai.OpenAI(
        base_url=settings.llm_base_url, api_key=settings.llm_api_key or NO_KEY, http_client=http, max_retries=0
    )
    try:
        with client.chat.completions.with_streaming_response.create(**body) as answer:
            return Reply(answer.status_code, _bounded(answer.iter_bytes()), dict(answer.headers))
    except openai.APIStatusError as error:
        content = error.response.content[:ANSWER_BYTES]
        return Reply(error.status_code, content, dict(error.response.headers))
    except openai.APITimeoutError as error:
        connecting = isinstance(error.__cause__, httpx2.ConnectTimeout)
        waited = settings.llm_connect_s if connecting else settings.llm_read_s
        said = "It could not be connected to" if connecting else "It sent nothing"
        return Reply(None, fault=f"{said} within {waited:g} s.", sent=not connecting)
    except openai.APIConnectionError as error:
        return Reply(None, fault=_said(error.__cause__ or error), sent=False)
    except httpx2.HTTPError as error:
        return Reply(None, fault=_said(error))


def _said(error: BaseException) -> str:
    return f"No answer: {type(error).__name__}: {error}"[:300]


def _bounded(chunks: Any) -> bytes:
    taken = bytearray()
    for chunk in chunks:
        taken += chunk
        if len(taken) > ANSWER_BYTES:
            break
    return bytes(taken[:ANSWER_BYTES])
