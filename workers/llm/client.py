"""Asks the model one question: takes a turn, speaks the endpoint's dialect, books what it used, sorts what is wrong."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orchestrator.bootstrap import Orchestrator
from orchestrator.domain.llm import Turn, answer_limit, tokens_in
from orchestrator.domain.step import ClaimedStep
from orchestrator.services.llm import Call, Outcome, Ticket
from workers.llm.dialect import STEPS, Dialect
from workers.llm.faults import NotNow, OverBudget, Rejected, Truncated, Unusable
from workers.llm.transport import Reply, retry_after_s, send

TRIES = 3
"""So often a step bears the endpoint's failures before it is done without."""
SCHEMA_TOKENS = 300
WORDS = 300
"""Characters of the endpoint's own words that are passed on."""
MOST_TOKENS = 1_000_000_000
_TOO_LONG = re.compile(r"context.{0,20}(length|window|size)|too (long|many tokens)|maximum.{0,20}tokens", re.IGNORECASE)
_FILTERED = re.compile(r"content.{0,3}(filter|policy|management)", re.IGNORECASE)
_QUOTA = re.compile(r"insufficient_quota|billing", re.IGNORECASE)

Messages = list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Said:
    """The model's answer; `cut_off` where it was longer than allowed."""

    content: str
    cut_off: bool


class Model:
    """The configured endpoint, asked for one step."""

    def __init__(self, orchestrator: Orchestrator, step: ClaimedStep, sent_to: str | None) -> None:
        self._settings = orchestrator.settings
        self._gate = orchestrator.language_model
        self._step = step
        self._sent_to = sent_to

    @property
    def name(self) -> str:
        """What the endpoint calls it."""
        return self._settings.llm_model

    def ask(self, purpose: str, messages: Messages, text_tokens: int, schema: Mapping[str, Any]) -> Said:
        """Ask; each call is booked as soon as it has ended.

        Args:
            purpose: what the ledger says of the call.
            messages: {role, content} each.
            text_tokens: of the text that it is about; the answer's limit follows from it.
            schema: of the answer.

        Raises:
            NotNow: ask again later.
            OverBudget: the job may not use so many tokens.
            Rejected: the endpoint refuses such calls.
            Unusable: there is no answer that can be used; Truncated: a shorter question may have one.
        """
        self._require_endpoint()
        dialect = Dialect.of(self._gate.dialect())
        limit = answer_limit(text_tokens)
        call = Call(self._step, purpose, self._tokens(messages) + limit)
        for _ in range(STEPS):
            reply = self._call(call, dialect.body(self.name, messages, limit, schema), messages)
            if reply.status == 200:
                return _said(reply)
            other = dialect.after(self._words(reply)) if reply.status in (400, 422) else None
            if other is None:
                break
            dialect = other
            self._gate.save_dialect(dialect.to_json())
        raise self._refusal(reply)

    def _require_endpoint(self) -> None:
        """A text goes where its job says, and nowhere else."""
        if not self._sent_to or self._sent_to != self._settings.llm_base_url:
            raise Rejected(
                f"The job's text may go to {self._sent_to or 'no endpoint'}, but this worker's LLM_BASE_URL is "
                f"{self._settings.llm_base_url or 'not set'}. Submit the job again."
            )

    def _call(self, call: Call, body: Mapping[str, Any], messages: Messages) -> Reply:
        ticket = self._gate.admit(call)
        if ticket.turn is not Turn.GO:
            raise self._no_turn(call, ticket)
        began = time.monotonic()
        try:
            reply = send(self._settings, body)
        except BaseException:
            # The step was taken away or the worker stops: what was sent is paid for.
            took_ms, said = int((time.monotonic() - began) * 1000), "Given up while it was under way."
            sent = Outcome(self._tokens(messages), 0, True, took_ms, error=said, broken=None)
            self._gate.settle(call, ticket, sent)
            raise
        outcome = self._outcome(reply, messages)
        self._gate.settle(call, ticket, outcome)
        if outcome.pause_s is not None:
            raise NotNow(f"The model's endpoint asks to wait: {outcome.error}", outcome.pause_s)
        if outcome.broken:
            raise self._failure(call, outcome)
        return reply

    def _no_turn(self, call: Call, ticket: Ticket) -> Exception:
        match ticket.turn:
            case Turn.BUDGET:
                said = f"The next call may use {call.tokens:,} tokens, more than token_budget leaves. Raise it."
                return OverBudget(said, call.tokens)
            case Turn.LOST:
                return Unusable(f"The model's endpoint has not answered for long: {ticket.reason}")
            case _:
                return NotNow(f"The model's endpoint is not free: {ticket.reason}", ticket.delay_s)

    def _failure(self, call: Call, outcome: Outcome) -> Exception:
        said = f"The model's endpoint failed: {outcome.error}"
        if self._gate.failures(call) >= TRIES:
            return Unusable(said)
        return NotNow(said, self._settings.backoff_base_s)

    def _outcome(self, reply: Reply, messages: Messages) -> Outcome:
        if reply.status == 200:
            prompt, completion, estimated = _usage(reply, self._tokens(messages) - SCHEMA_TOKENS)
            return Outcome(prompt, completion, estimated, reply.duration_ms, 200)
        if reply.status is None:
            tokens = self._tokens(messages) if reply.sent else 0
            return Outcome(tokens, 0, True, reply.duration_ms, None, self._clean(reply.fault), broken=True)
        words = f"{reply.status}: {self._words(reply)}"
        busy = reply.status == 429 and not _QUOTA.search(words)
        return Outcome(
            0,
            0,
            False,
            reply.duration_ms,
            reply.status,
            words,
            broken=reply.status >= 500 or reply.status == 408,
            pause_s=retry_after_s(reply.headers) if busy else None,
        )

    def _refusal(self, reply: Reply) -> Exception:
        words = self._words(reply)
        if reply.status in (400, 413, 422) and _TOO_LONG.search(words):
            return Truncated(f"The question is too long for the model: {words}")
        if reply.status in (400, 422) and _FILTERED.search(words):
            return Unusable(f"The model's endpoint does not answer this: {words}")
        said = f"The model's endpoint refuses: {reply.status}: {words}"
        return Rejected(f"{said} Check LLM_BASE_URL, LLM_MODEL and LLM_API_KEY, then retry the job.")

    def _words(self, reply: Reply) -> str:
        """The endpoint's own words, without our key."""
        return self._clean(_words_of(reply))

    def _clean(self, words: str) -> str:
        key = self._settings.llm_api_key
        return " ".join((words.replace(key, "...") if key else words).split())[:WORDS]

    @staticmethod
    def _tokens(messages: Messages) -> int:
        return SCHEMA_TOKENS + sum(tokens_in(len(message["content"])) for message in messages)


def _words_of(reply: Reply) -> str:
    try:
        content = json.loads(reply.text)
    except ValueError:
        return re.sub(r"<[^>]{0,500}>", " ", reply.text[:5_000])
    if not isinstance(content, dict):
        return reply.text
    error = content.get("error", content)
    if isinstance(error, dict):
        error = " ".join(str(error[name]) for name in ("message", "detail", "code") if error.get(name))
    return str(error or reply.text)


def _completion(reply: Reply) -> dict[str, Any] | None:
    try:
        content = json.loads(reply.text)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None


def _said(reply: Reply) -> Said:
    """The first choice of a completion.

    Raises:
        Rejected: it is no completion.
        Unusable: the model refuses to answer.
    """
    content = _completion(reply) or {}
    try:
        choice = content["choices"][0]
        message, end = choice["message"], choice.get("finish_reason")
        text, refusal = message.get("content"), message.get("refusal")
    except (KeyError, IndexError, TypeError, AttributeError):
        kind = reply.headers.get("content-type", "no type")
        words = " ".join(_words_of(reply).split())[:WORDS]
        raise Rejected(
            f"The model's endpoint answers with {kind}, which is no chat completion: {words} Check LLM_BASE_URL."
        ) from None
    if refusal or end == "content_filter":
        raise Unusable(f"The model refuses to answer: {' '.join(str(refusal or end).split())[:WORDS]}")
    return Said(text if isinstance(text, str) else "", end == "length")


def _usage(reply: Reply, guess: int) -> tuple[int, int, bool]:
    """Tokens of question and answer, and whether they are estimated."""
    content = _completion(reply) or {}
    usage = content.get("usage")
    found = [usage.get(name) for name in ("prompt_tokens", "completion_tokens")] if isinstance(usage, dict) else []
    counts = [n for n in found if isinstance(n, int) and not isinstance(n, bool) and 0 <= n <= MOST_TOKENS]
    if len(counts) == 2:
        return counts[0], counts[1], False
    return guess, tokens_in(len(reply.text)), True
