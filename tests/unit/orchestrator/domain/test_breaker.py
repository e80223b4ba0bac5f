"""The breaker's rule, step by step and over random answers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.domain.breaker import BreakerRule, BreakerState, Verdict

RULE = BreakerRule(threshold=3, open_s=30, cap_s=100)


def test_it_opens_at_the_threshold_and_not_before() -> None:
    first = RULE.after(BreakerState.CLOSED, 0, healthy=False)
    second = RULE.after(first.state, first.failures, healthy=False)
    third = RULE.after(second.state, second.failures, healthy=False)

    assert (first, second) == (Verdict(BreakerState.CLOSED, 1), Verdict(BreakerState.CLOSED, 2))
    assert third == Verdict(BreakerState.OPEN, 3, 30)


def test_one_good_answer_forgives_all() -> None:
    assert RULE.after(BreakerState.CLOSED, 2, healthy=True) == Verdict(BreakerState.CLOSED, 0)
    assert RULE.after(BreakerState.HALF_OPEN, 7, healthy=True) == Verdict(BreakerState.CLOSED, 0)


def test_a_failed_try_opens_again_for_twice_as_long_up_to_the_cap() -> None:
    waits = [RULE.after(BreakerState.HALF_OPEN, failures, healthy=False).open_s for failures in (3, 4, 5, 10_000)]

    assert waits == [60, 100, 100, 100]


def test_a_failed_try_opens_again_even_below_the_threshold() -> None:
    raised = BreakerRule(threshold=9, open_s=30, cap_s=100)

    assert raised.after(BreakerState.HALF_OPEN, 3, healthy=False) == Verdict(BreakerState.OPEN, 4, 30)


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 9))
def test_it_is_closed_after_any_good_answer_and_open_after_that_many_bad_ones(answers: list[bool], most: int) -> None:
    rule, state, failures = BreakerRule(most, 1, 8), BreakerState.CLOSED, 0
    for count, healthy in enumerate(answers, 1):
        # An open breaker is asked only once its time has come.
        asked = BreakerState.HALF_OPEN if state is BreakerState.OPEN else state
        verdict = rule.after(asked, failures, healthy=healthy)
        state, failures = verdict.state, verdict.failures
        bad = next((place for place, good in enumerate(reversed(answers[:count])) if good), count)
        assert failures == bad
        assert (state is BreakerState.OPEN) == (bad >= most)
        assert (verdict.open_s is not None) == (state is BreakerState.OPEN)
        assert 1 <= (verdict.open_s or 1) <= 8
