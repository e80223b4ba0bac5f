"""Who may call a language model, when, and what it cost: one turn for all processes. Each public method commits."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Row
from sqlalchemy.orm import Session

from orchestrator.config import Settings
from orchestrator.domain.breaker import BreakerRule, BreakerState
from orchestrator.domain.llm import LONGEST_PAUSE_S, SLOT_WAIT_S, Budget, EndpointState, Prices, Turn, turn_of
from orchestrator.domain.step import QUEUE_OF, ClaimedStep
from orchestrator.errors import NotFound
from orchestrator.observability import metrics, tracing
from orchestrator.services.breaking import rule_of
from orchestrator.storage import llm
from orchestrator.storage.engine import SessionFactory

log = structlog.get_logger(__name__)

LEASE_MARGIN_S = 5.0
"""A slot outlives its call by this, so that a process that died frees it."""
ERROR_CHARACTERS = 500
KEPT_CHARACTERS = 500_000
"""A longer answer is not kept for who repeats the step."""


@dataclass(frozen=True, slots=True)
class Call:
    """What is to be asked, at most how many tokens it may use, and what tells the question from others."""

    step: ClaimedStep
    purpose: str
    tokens: int
    question_sha256: str

    @property
    def job_id(self) -> UUID:
        """The job that it is for.

        Raises:
            NotFound: the step has none.
        """
        if self.step.job_id is None:
            raise NotFound(f"Step {self.step.id} has no job to ask a model for.")
        return self.step.job_id


@dataclass(frozen=True, slots=True)
class Ticket:
    """Leave to make one call, or what speaks against it; `delay_s` is when to ask again."""

    turn: Turn
    delay_s: float = 0.0
    number: int = 0
    token: int = 0
    probe: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call went.

    Attributes:
        prompt_tokens, completion_tokens: used; `estimated` where the endpoint did not say.
        duration_ms: of the call.
        http_status: of the answer; None: there was none.
        error: what was wrong; None: nothing.
        broken: whether that speaks against the endpoint (and not against the question); None: it says nothing of it.
        pause_s: how long it asked to be left alone.
        answer: {content, cut_off}, where there is one that can be used.
    """

    prompt_tokens: int
    completion_tokens: int
    estimated: bool
    duration_ms: int
    http_status: int | None = None
    error: str | None = None
    broken: bool | None = False
    pause_s: float | None = None
    answer: Mapping[str, Any] | None = None

    @property
    def told_to_all(self) -> str:
        """What other jobs are told: not the endpoint's words, which may have the question's."""
        return f"It answered {self.http_status}." if self.http_status else self.error or ""

    @property
    def name(self) -> str:
        """As it is counted: ok, busy, given_up, failed or refused."""
        if self.error is None:
            return "ok"
        if self.pause_s is not None:
            return "busy"
        return {None: "given_up", True: "failed", False: "refused"}[self.broken]


class LanguageModel:
    """The one endpoint of the settings, as all processes see it."""

    def __init__(self, settings: Settings, sessions: SessionFactory) -> None:
        self._settings = settings
        self._sessions = sessions
        self._endpoint = {"url": settings.llm_base_url, "model": settings.llm_model}

    @property
    def rule(self) -> BreakerRule:
        """Of the breaker, as the settings say now."""
        return rule_of(self._settings)

    @property
    def prices(self) -> Prices:
        """Of the endpoint's tokens."""
        return Prices(self._settings.llm_prompt_price, self._settings.llm_completion_price)

    def admit(self, call: Call, wait_s: float = 5.0) -> Ticket:
        """Take a slot for a call, waiting a little where all are in use; else the ticket says why not."""
        give_up_at = time.monotonic() + wait_s
        while True:
            ticket = self._admit(call)
            if ticket.turn is not Turn.LATER or time.monotonic() + ticket.delay_s > give_up_at:
                return ticket
            time.sleep(min(ticket.delay_s, 0.2))

    def _admit(self, call: Call) -> Ticket:
        with self._sessions.begin() as session:
            row = llm.lock_endpoint(session, self._endpoint)
            state = _state(row)
            turn, delay_s = turn_of(state, self._settings.llm_patience_s)
            if turn is Turn.GO:
                turn = self._budget(session, call)
                delay_s = SLOT_WAIT_S
            if turn is not Turn.GO:
                return Ticket(turn, delay_s, reason=row.last_error or "")
            return self._take(session, call, state.suspect)

    def _budget(self, session: Session, call: Call) -> Turn:
        found = llm.budget(session, call.job_id)
        if found is None:
            raise NotFound(f"Job {call.job_id} is gone.")
        return Budget(found.token_budget, found.total_tokens, found.reserved).turn(call.tokens)

    def _take(self, session: Session, call: Call, suspect: bool) -> Ticket:
        lease_s = self._settings.llm_total_s + LEASE_MARGIN_S
        slots = self._settings.llm_concurrency
        slot = llm.take_slot(session, self._endpoint, slots, lease_s, call.job_id, call.tokens)
        if slot is None:
            return Ticket(Turn.LATER, SLOT_WAIT_S, reason=f"All {slots} slots of the endpoint are in use.")
        if suspect:
            llm.take_probe(session, self._endpoint, lease_s)
        return Ticket(Turn.GO, number=slot.number, token=slot.token, probe=suspect)

    def settle(self, call: Call, ticket: Ticket, outcome: Outcome) -> None:
        """Note a call: its tokens on job and ledger, what it says of the endpoint; free its slot."""
        self._observe(call, outcome)
        error = outcome.error and outcome.error[:ERROR_CHARACTERS]
        with self._sessions.begin() as session:
            row = llm.lock_endpoint(session, self._endpoint)
            llm.free_slot(session, self._endpoint, ticket.number, ticket.token)
            self._judge(session, row, ticket, outcome)
            request = {
                "job_id": call.job_id,
                "step_id": call.step.id,
                "agent": QUEUE_OF[call.step.kind],
                "purpose": call.purpose,
                "prompt_tokens": outcome.prompt_tokens,
                "completion_tokens": outcome.completion_tokens,
                "estimated": outcome.estimated,
                "duration_ms": outcome.duration_ms,
                "http_status": outcome.http_status,
                "error": error,
                "question_sha256": call.question_sha256,
                "answer": _kept(outcome),
            }
            llm.add_request(session, self._endpoint, request)
        log.info("llm_request", purpose=call.purpose, status=outcome.http_status, failed=error is not None)

    def _observe(self, call: Call, outcome: Outcome) -> None:
        agent, model, seconds = QUEUE_OF[call.step.kind], self._settings.llm_model, outcome.duration_ms / 1000
        prompt, completion = outcome.prompt_tokens, outcome.completion_tokens
        metrics.note_llm_call(agent, model, outcome.name, seconds, prompt, completion)
        # Named as OpenTelemetry's conventions for generative models do.
        told = {"gen_ai.request.model": model, "http.response.status_code": outcome.http_status}
        used = {"gen_ai.usage.input_tokens": prompt, "gen_ai.usage.output_tokens": completion}
        tracing.past("llm", seconds, purpose=call.purpose, outcome=outcome.name, **told, **used)

    def _judge(self, session: Session, row: Row[Any], ticket: Ticket, outcome: Outcome) -> None:
        if outcome.pause_s is not None or outcome.broken is None:
            pause_s = min(outcome.pause_s or 0.0, LONGEST_PAUSE_S)
            llm.pause(session, self._endpoint, pause_s, outcome.told_to_all, probe=ticket.probe)
            return
        before = BreakerState(row.breaker_state)
        verdict = self.rule.after(before, row.breaker_failures, healthy=not outcome.broken)
        if verdict.state is not before:
            log.warning("llm_breaker_changed", before=before, after=verdict.state, error=outcome.error)
        values = {"state": verdict.state.value, "failures": verdict.failures, "open_s": verdict.open_s}
        said = outcome.told_to_all[:ERROR_CHARACTERS] if outcome.broken else None
        llm.settle(session, self._endpoint, values | {"error": said, "probe": ticket.probe})

    def answer(self, call: Call) -> dict[str, Any] | None:
        """What was answered to the same question of the same step before, {content, cut_off}; None: ask."""
        with self._sessions() as session:
            return llm.answer(session, call.job_id, call.step.id, call.question_sha256)

    def failures(self, call: Call) -> int:
        """How often the endpoint failed the call's step, all in all."""
        with self._sessions() as session:
            return llm.failures(session, call.job_id, call.step.id)

    def dialect(self) -> dict[str, Any]:
        """How the endpoint wants to be asked, as far as it is known."""
        with self._sessions() as session:
            return llm.dialect(session, self._endpoint)

    def save_dialect(self, known: Mapping[str, Any]) -> None:
        """Remember for all processes how the endpoint wants to be asked."""
        with self._sessions.begin() as session:
            llm.save_dialect(session, self._endpoint, known)

    def fits(self, session: Session, job_id: UUID, tokens: int) -> bool:
        """Whether a call of so many tokens fits the job's budget as it is now, in the caller's transaction."""
        found = llm.budget(session, job_id)
        return found is None or Budget(found.token_budget, found.total_tokens).turn(tokens) is Turn.GO


def _kept(outcome: Outcome) -> Mapping[str, Any] | None:
    answer = outcome.answer
    return answer if answer and len(answer["content"]) <= KEPT_CHARACTERS else None


def _state(row: Row[Any]) -> EndpointState:
    return EndpointState(
        now=row.now,
        failures=row.breaker_failures,
        open_until=row.breaker_open_until,
        probe_until=row.probe_until,
        failing_since=row.failing_since,
        paused_until=row.paused_until,
    )
