"""Tokens, costs, and whether a call may be made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.llm import (
    INSTRUCTION_TOKENS,
    Budget,
    EndpointState,
    Engine,
    Prices,
    Turn,
    answer_limit,
    default_engine,
    estimate,
    part_characters,
    tokens_in,
    turn_of,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def state(**changes: object) -> EndpointState:
    never = dict.fromkeys(("open_until", "probe_until", "failing_since", "paused_until"))
    return EndpointState(**({"now": NOW, "failures": 0} | never | changes))  # type: ignore[arg-type]


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_an_endpoint_makes_hybrid_the_default() -> None:
    assert (default_engine(""), default_engine("http://x/v1")) == (Engine.RULES, Engine.HYBRID)


@given(st.integers(500, 1_000_000), st.integers(2_000, 1_000_000))
def test_question_and_answer_of_a_part_fit_into_the_context(wanted: int, context: int) -> None:
    characters = part_characters(wanted, context)
    assert 500 <= characters <= max(wanted, 500)
    text = tokens_in(characters)
    if characters > 1_500:
        assert INSTRUCTION_TOKENS + text + answer_limit(text) <= context


def test_an_estimate_has_a_cost_only_where_a_price_is_known() -> None:
    free = estimate([3_000, 6_000], "m", Prices())
    assert (free["parts"], free["requests"], free["characters"], free["cost"]) == (2, 2, 9_000, None)
    assert free["prompt_tokens"] == 2 * INSTRUCTION_TOKENS + 3_000
    assert free["completion_tokens"] == 1_800
    priced = estimate([3_000, 6_000], "m", Prices(prompt=2.0, completion=10.0))
    assert priced["cost"] == pytest.approx((priced["prompt_tokens"] * 2 + 18_000) / 1_000_000)
    assert estimate([3_000], None, Prices(2.0))["cost"] == 0.0


@pytest.mark.parametrize(
    ("budget", "turn"),
    [
        (Budget(None, 10**9), Turn.GO),
        (Budget(1_000, 500), Turn.GO),
        (Budget(1_000, 501), Turn.BUDGET),
        (Budget(1_000, 400, reserved=200), Turn.LATER),
        (Budget(1_000, 600, reserved=200), Turn.BUDGET),
    ],
)
def test_a_call_that_may_use_500_tokens(budget: Budget, turn: Turn) -> None:
    assert budget.turn(500) is turn


@pytest.mark.parametrize(
    ("known", "turn", "delay_s"),
    [
        (state(), Turn.GO, 0),
        (state(paused_until=after(-1)), Turn.GO, 0),
        (state(paused_until=after(9)), Turn.LATER, 9),
        (state(failures=3, open_until=after(5), failing_since=after(-9)), Turn.LATER, 5),
        (state(failures=3, open_until=after(-5), failing_since=after(-9)), Turn.GO, 0),
        (state(failures=1, probe_until=after(2), failing_since=after(-9)), Turn.LATER, 2),
        (state(failures=0, probe_until=after(2)), Turn.GO, 0),
        (state(failures=3, open_until=after(5), failing_since=after(-99)), Turn.LOST, 0),
        (state(failures=3, open_until=after(-5), failing_since=after(-99)), Turn.GO, 0),
    ],
)
def test_when_an_endpoint_may_be_called(known: EndpointState, turn: Turn, delay_s: float) -> None:
    assert turn_of(known, patience_s=60) == (turn, delay_s)
