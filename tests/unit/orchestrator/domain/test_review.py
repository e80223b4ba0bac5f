"""What decisions make of a review, under all rules."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.domain.review import (
    Act,
    Decision,
    Review,
    ReviewState,
    Rules,
    carried,
    decide,
    needs_review,
    suspected,
)
from orchestrator.errors import OrchestratorError

LOOSE, FOUR_EYES, OTHERS = Rules(), Rules(four_eyes=True), Rules(no_self_approval=True)
SOURCE = {"job_id": "J", "rid": "R-A"}
ACCEPTED = Review(ReviewState.ACCEPTED, accepted_by=("ann", "bob"), reason="Fine.")
AWAITING = Review(ReviewState.AWAITING_SECOND, accepted_by=("ann",))
REJECTED = Review(ReviewState.REJECTED, rejected_by="ann", reason="None.")
SUSPECT = suspected(["number_changed"], SOURCE, flagged=True)


def act(decision: Decision, reviewer: str = "ann", **values: Any) -> Act:
    return Act(decision, reviewer, "As agreed.", values)


@pytest.mark.parametrize("review", [Review(), ACCEPTED, AWAITING, REJECTED, SUSPECT, Review(edited={"priority": None})])
def test_a_review_comes_back_as_it_was_stored(review: Review) -> None:
    assert Review.from_json(review.to_json()) == review
    assert Review.from_json(None) == Review()


@pytest.mark.parametrize(
    ("before", "rules", "reviewer", "state", "by"),
    [
        (Review(), LOOSE, "ann", "accepted", ("ann",)),
        (Review(), FOUR_EYES, "ann", "awaiting_second", ("ann",)),
        (AWAITING, FOUR_EYES, "bob", "accepted", ("ann", "bob")),
        (AWAITING, LOOSE, "bob", "accepted", ("ann", "bob")),
        (REJECTED, LOOSE, "ann", "accepted", ("ann",)),
        (SUSPECT, LOOSE, "ann", "accepted", ("ann",)),
        (Review(), OTHERS, "ann", "accepted", ("ann",)),
    ],
)
def test_accepting(before: Review, rules: Rules, reviewer: str, state: str, by: tuple[str, ...]) -> None:
    after = decide(before, act(Decision.ACCEPT, reviewer), "owner", rules)

    assert (after.state, after.accepted_by, after.rejected_by, after.cause) == (state, by, None, ())


@pytest.mark.parametrize(
    ("before", "done", "rules", "code"),
    [
        (ACCEPTED, act(Decision.ACCEPT, "cy"), LOOSE, "decided"),
        (REJECTED, act(Decision.REJECT, "cy"), LOOSE, "decided"),
        (AWAITING, act(Decision.ACCEPT, "ann"), FOUR_EYES, "second_reviewer"),
        (Review(), act(Decision.ACCEPT, "owner"), OTHERS, "self_approval"),
        (AWAITING, act(Decision.ACCEPT, "owner"), OTHERS, "self_approval"),
    ],
)
def test_what_is_refused(before: Review, done: Act, rules: Rules, code: str) -> None:
    with pytest.raises(OrchestratorError) as refused:
        decide(before, done, "owner", rules)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("before", "state"),
    [(Review(), None), (ACCEPTED, None), (AWAITING, None), (REJECTED, "rejected"), (SUSPECT, "suspect")],
)
def test_an_edit_takes_acceptances_back_and_nothing_else(before: Review, state: str | None) -> None:
    after = decide(before, act(Decision.EDIT, name="Log"), "owner", OTHERS)
    again = decide(after, act(Decision.EDIT, "owner", priority="low"), "owner", OTHERS)

    assert (again.state, again.accepted_by, again.edited) == (state, (), {"name": "Log", "priority": "low"})
    assert decide(again, act(Decision.ACCEPT), "owner", OTHERS).edited == again.edited


@pytest.mark.parametrize(
    ("before", "owner", "rules", "state", "by"),
    [
        (ACCEPTED, "cy", Rules(True, True), "accepted", ("ann", "bob")),
        (ACCEPTED, "bob", Rules(True, True), "awaiting_second", ("ann",)),
        (ACCEPTED, "bob", OTHERS, "accepted", ("ann",)),
        (AWAITING, "ann", OTHERS, None, ()),
        (AWAITING, "ann", LOOSE, "accepted", ("ann",)),
        (REJECTED, "ann", Rules(True, True), "rejected", ()),
    ],
)
def test_what_is_carried_over_obeys_the_rules_of_the_later_job(
    before: Review, owner: str, rules: Rules, state: str | None, by: tuple[str, ...]
) -> None:
    after = carried(before, SOURCE, owner, rules)

    assert (after.state, after.accepted_by, after.carried_over_from) == (state, by, SOURCE)


def test_who_waits_for_somebody_is_flagged() -> None:
    assert [needs_review(each, flagged=False) for each in (AWAITING, SUSPECT, ACCEPTED, REJECTED, Review())] == [
        True, True, False, False, False,
    ]  # fmt: skip
    assert [needs_review(each, flagged=True) for each in (ACCEPTED, REJECTED, Review())] == [False, False, True]
