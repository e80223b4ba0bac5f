"""Asks the model one question: takes a turn, speaks the endpoint's dialect, books what it used, sorts what is wrong."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Mapping
from typing import Any

import structlog

from orchestrator.bootstrap import Orchestrator
from orchestrator.domain.llm import Turn, answer_limit, tokens_in
from orchestrator.domain.step import ClaimedStep
from orchestrator.services.llm import Call, Outcome, Ticket
from workers.llm.dialect import STEPS, Dialect
from workers.llm.faults import NotNow, OverBudget, Rejected, Truncated, Unusable
from workers.llm.replies import Reply, Said, retry_after_s, said, usage, words_of

log = structlog.get_logger(__name__)

TRIES = 3
"""So often a step bears the endpoint's failures before it is done without."""
SCHEMA_TOKENS = 300
_TOO_LONG = re.compile(r"context.{0,20}(length|window|size)|too (long|many tokens)|maximum.{0,20}tokens", re.IGNORECASE)
_FILTERED = re.compile(r"content.{0,3}(filter|policy|management)", re.IGNORECASE)
_QUOTA = re.compile(r"insufficient_quota|billing", re.IGNORECASE)

Messages = list[dict[str, str]]


class Model:
    """The configured endpoint, asked for one step."""

    def __init__(self, orchestrator: Orchestrator, step: ClaimedStep, sent_to: str | None) -> None:
        from workers.llm.transport import send  # 20 MB, in those workers only that ask a model

        self._send = send
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

        A step that is repeated gets the answer that it got before: it was paid for.

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
        limit = answer_limit(text_tokens)
        body = {"messages": messages, "schema": schema, "limit": limit}
        call = Call(self._step, purpose, self._tokens(messages) + limit, self._digest(body))
        known = self._gate.answer(call)
        if known:
            log.info("llm_answer_known", purpose=purpose)
            return Said(known["content"], known["cut_off"])
        return self._asked(call, messages, limit, schema)

    def _asked(self, call: Call, messages: Messages, limit: int, schema: Mapping[str, Any]) -> Said:
        """Ask in the dialect that is known, and in others as long as the endpoint refuses the way of asking."""
        dialect = Dialect.of(self._gate.dialect())
        for _ in range(STEPS):
            reply = self._call(call, dialect.body(self.name, messages, limit, schema), messages)
            if reply.status == 200:
                return said(reply)
            other = dialect.after(words_of(reply)) if reply.status in (400, 422) else None
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
            reply = self._send(self._settings, body)
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
            prompt, completion, estimated = usage(reply, self._tokens(messages) - SCHEMA_TOKENS)
            answer, fault = _answer(reply)
            return Outcome(prompt, completion, estimated, reply.duration_ms, 200, fault, answer=answer)
        if reply.status is None:
            tokens = self._tokens(messages) if reply.sent else 0
            return Outcome(tokens, 0, True, reply.duration_ms, None, reply.fault, broken=True)
        words = f"{reply.status}: {words_of(reply)}"
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
        words = words_of(reply)
        if reply.status in (400, 413, 422) and _TOO_LONG.search(words):
            return Truncated(f"The question is too long for the model: {words}")
        if reply.status in (400, 422) and _FILTERED.search(words):
            return Unusable(f"The model's endpoint does not answer this: {words}")
        said = f"The model's endpoint refuses: {reply.status}: {words}"
        return Rejected(f"{said} Check LLM_BASE_URL, LLM_MODEL and LLM_API_KEY, then retry the job.")

    def _digest(self, question: Mapping[str, Any]) -> str:
        known = {"model": self.name, "endpoint": self._sent_to, **question}
        return hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()

    @staticmethod
    def _tokens(messages: Messages) -> int:
        return SCHEMA_TOKENS + sum(tokens_in(len(message["content"])) for message in messages)


def _answer(reply: Reply) -> tuple[dict[str, Any] | None, str | None]:
    """What is worth keeping for who repeats the step, or why nothing is."""
    try:
        found = said(reply)
    except (Rejected, Unusable) as fault:
        return None, fault.message
    return {"content": found.content, "cut_off": found.cut_off}, None
