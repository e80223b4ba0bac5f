"""Language models: which engine a job gets, what its text costs, and whether a call may be made now. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

CHARACTERS_PER_TOKEN = 3.0
"""On the safe side for German and English: the usual is about 4 (OpenAI tokenizer documentation)."""
INSTRUCTION_TOKENS = 700
"""What a question has beside the text: the instructions and the schema."""
ANSWER_SHARE = 0.6
"""An answer is expected to be so long, measured by the text it is about."""
LEAST_ANSWER_TOKENS = 600
LONGEST_PAUSE_S = 600.0
"""However long an endpoint asks to be left alone."""
USUAL_PAUSE_S = 5.0
"""Where it does not say for how long."""
SLOT_WAIT_S = 1.0
SKIPPED = "llm.skipped"
"""Reason of a requirement that the rules found and the model left out."""
FALLBACK = "rules.fallback"
"""Reason of one that the rules found where the model gave nothing."""
MATCH = "model"
"""How evidence was matched that a model alone proposed."""


class Engine(StrEnum):
    """Who extracts the requirements of a job."""

    RULES = "rules"
    """The rules of the house; no text leaves it."""
    LLM = "llm"
    """The model; the rules ask it again about what it skipped, and stand in where it fails."""
    HYBRID = "hybrid"
    """Both: what either finds, each with its origin."""


ENGINES = tuple(engine.value for engine in Engine)


def default_engine(endpoint: str) -> Engine:
    """The engine of a job that names none: hybrid where there is an endpoint."""
    return Engine.HYBRID if endpoint else Engine.RULES


def tokens_in(characters: int) -> int:
    """About how many tokens a text of so many characters has, rather more than fewer."""
    return math.ceil(characters / CHARACTERS_PER_TOKEN)


def answer_limit(text_tokens: int) -> int:
    """Tokens that an answer about a text of so many tokens may have."""
    return max(LEAST_ANSWER_TOKENS, 2 * math.ceil(ANSWER_SHARE * text_tokens))


def part_characters(wanted: int, context_tokens: int) -> int:
    """Characters of a part so that question and answer fit into the model's context; at most what is wanted."""
    room = (context_tokens - INSTRUCTION_TOKENS) / (1 + 2 * ANSWER_SHARE)
    # Sentence ids take about a tenth.
    return min(wanted, max(500, int(room * CHARACTERS_PER_TOKEN * 0.9)))


@dataclass(frozen=True, slots=True)
class Prices:
    """Per million tokens, in whatever currency; 0: not known."""

    prompt: float = 0.0
    completion: float = 0.0

    def cost(self, prompt_tokens: int, completion_tokens: int) -> float | None:
        """What so many tokens cost; None where no price is known."""
        if not self.prompt and not self.completion:
            return None
        return round((prompt_tokens * self.prompt + completion_tokens * self.completion) / 1_000_000, 6)


def estimate(part_sizes: list[int], model: str | None, prices: Prices) -> dict[str, Any]:
    """What a document would take.

    Args:
        part_sizes: characters of each part.
        model: that would be asked; None: none would.
        prices: of its tokens.

    Returns:
        {parts, characters, model, requests, prompt_tokens, completion_tokens, total_tokens, cost}.
    """
    texts = [tokens_in(size) for size in part_sizes] if model else []
    prompt = sum(INSTRUCTION_TOKENS + tokens for tokens in texts)
    completion = sum(math.ceil(ANSWER_SHARE * tokens) for tokens in texts)
    return {
        "parts": len(part_sizes),
        "characters": sum(part_sizes),
        "model": model,
        "requests": len(texts),
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "cost": prices.cost(prompt, completion) if model else 0.0,
    }


class Turn(StrEnum):
    """Whether a call may be made."""

    GO = "go"
    LATER = "later"
    """Not now: the endpoint is paused, broken or busy."""
    BUDGET = "budget"
    """The job's budget does not allow it."""
    LOST = "lost"
    """The endpoint has failed for too long: do it without."""


@dataclass(frozen=True, slots=True)
class EndpointState:
    """What is known of an endpoint at one moment of the database's clock."""

    now: datetime
    failures: int
    open_until: datetime | None
    probe_until: datetime | None
    failing_since: datetime | None
    paused_until: datetime | None

    @property
    def suspect(self) -> bool:
        """Whether its last call failed: then one call at a time tries whether it answers again."""
        return self.failures > 0


@dataclass(frozen=True, slots=True)
class Budget:
    """Tokens of a job: what it may use (None: any number), has used, and what calls under way may use at most."""

    limit: int | None
    used: int
    reserved: int = 0

    def turn(self, wanted: int) -> Turn:
        """Whether a call that may use so many tokens fits; LATER where it depends on calls that are under way."""
        if self.limit is None or self.used + self.reserved + wanted <= self.limit:
            return Turn.GO
        return Turn.BUDGET if self.used + wanted > self.limit else Turn.LATER


def turn_of(state: EndpointState, patience_s: float) -> tuple[Turn, float]:
    """Whether an endpoint may be called now, and if not, after how many seconds to ask again."""
    waits = [moment for moment in (state.paused_until, state.open_until) if moment and moment > state.now]
    if state.suspect and state.probe_until and state.probe_until > state.now:
        waits.append(state.probe_until)
    if state.suspect and state.failing_since and (state.now - state.failing_since).total_seconds() >= patience_s:
        return (Turn.LOST, 0.0) if waits else (Turn.GO, 0.0)
    if not waits:
        return Turn.GO, 0.0
    return Turn.LATER, max(0.05, (max(waits) - state.now).total_seconds())
