"""What a reviewer's decision makes of a requirement. Pure: the standing before and the decision give the one after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from orchestrator.errors import Conflict, Denied

NAME_CHARACTERS = 200
REASON_CHARACTERS = 2_000
EDITABLE = {"name": "requirement_name", "type": "requirement_type", "priority": "priority"}
"""What an edit may change and the columns that hold it; never the quote or the text."""
UNGROUNDED = "grounding."
"""How the reason of a requirement begins whose quote is not in its document."""


class Decision(StrEnum):
    """What a reviewer decides."""

    ACCEPT = "accept"
    REJECT = "reject"
    EDIT = "edit"


class ReviewState(StrEnum):
    """Where a review stands."""

    AWAITING_SECOND = "awaiting_second"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    SUSPECT = "suspect"
    """It was reviewed in an earlier job, and its text is another now."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Who may accept.

    Attributes:
        four_eyes: two different principals have to.
        no_self_approval: the job's owner may not.
    """

    four_eyes: bool = False
    no_self_approval: bool = False


@dataclass(frozen=True, slots=True)
class Review:
    """As `requirements.review` stores it, see `to_json`.

    Attributes:
        state: None where it was edited only.
        accepted_by: the principals that accepted what stands there now.
        rejected_by: the principal that rejected it.
        reason: of the last decision.
        edited: the values that reviewers gave, by the names of `EDITABLE`.
        cause: of a suspect: in which ways its text changed.
        carried_over_from: {job_id, rid} of the requirement that was reviewed.
        was_flagged: of a suspect: whether it needed a review before it became one.
    """

    state: ReviewState | None = None
    accepted_by: tuple[str, ...] = ()
    rejected_by: str | None = None
    reason: str = ""
    edited: Mapping[str, Any] = field(default_factory=dict)
    cause: tuple[str, ...] = ()
    carried_over_from: Mapping[str, str] | None = None
    was_flagged: bool = False

    @classmethod
    def from_json(cls, stored: Mapping[str, Any] | None) -> Review:
        """The stored one; one without a state where nobody has reviewed."""
        said: dict[str, Any] = dict(stored or {})
        state = said.pop("state", None)
        said |= {name: tuple(said.get(name, ())) for name in ("accepted_by", "cause")}
        return cls(state=ReviewState(state) if state else None, **said)

    def to_json(self) -> dict[str, Any]:
        """{state} and what else is known."""
        known = {name: getattr(self, name) for name in _STORED}
        told = {name: list(each) if isinstance(each, tuple) else each for name, each in known.items() if each}
        return {"state": self.state.value if self.state else None, **told}


_STORED = ("accepted_by", "rejected_by", "reason", "edited", "cause", "carried_over_from", "was_flagged")


@dataclass(frozen=True, slots=True)
class Act:
    """A decision, and who makes it.

    Attributes:
        decision: what is decided.
        reviewer: the principal.
        reason: why.
        values: of an edit: the new values, by the names of `EDITABLE`.
    """

    decision: Decision
    reviewer: str
    reason: str
    values: Mapping[str, Any] = field(default_factory=dict)


def decide(review: Review, act: Act, owner: str, rules: Rules) -> Review:
    """The review after a decision.

    Args:
        review: as it stands.
        act: the decision.
        owner: of the job.
        rules: who may accept.

    Raises:
        Denied: code `self_approval`: the job's owner accepts, and may not.
        Conflict: code `decided`: it stands so already; `second_reviewer`: another principal has to accept.
    """
    match act.decision:
        case Decision.ACCEPT:
            return _accepted(review, act, owner, rules)
        case Decision.REJECT:
            if review.state is ReviewState.REJECTED:
                raise _decided("rejected")
            return Review(ReviewState.REJECTED, rejected_by=act.reviewer, reason=act.reason, edited=review.edited)
        case Decision.EDIT:
            return _edited(review, act)


def state_of(accepted_by: Sequence[str], rules: Rules) -> ReviewState | None:
    """What acceptances amount to; None without any."""
    if not accepted_by:
        return None
    return ReviewState.AWAITING_SECOND if rules.four_eyes and len(set(accepted_by)) < 2 else ReviewState.ACCEPTED


def carried(review: Review, source: Mapping[str, str], owner: str, rules: Rules) -> Review:
    """The review of a requirement whose text stayed as it was, in a later job with this owner and under these rules."""
    counted = tuple(name for name in review.accepted_by if not (rules.no_self_approval and name == owner))
    state = review.state
    if state in (ReviewState.ACCEPTED, ReviewState.AWAITING_SECOND):
        state = state_of(counted, rules)
    return replace(review, state=state, accepted_by=counted, carried_over_from=source, was_flagged=False)


def suspected(cause: Sequence[str], source: Mapping[str, str], *, flagged: bool) -> Review:
    """The review of a requirement that was reviewed in an earlier job with another text."""
    return Review(ReviewState.SUSPECT, cause=tuple(cause), carried_over_from=source, was_flagged=flagged)


def needs_review(review: Review, *, flagged: bool) -> bool:
    """Whether somebody has to look at it; `flagged`: it needed a review before."""
    return flagged if review.state is None else review.state in (ReviewState.AWAITING_SECOND, ReviewState.SUSPECT)


def _accepted(review: Review, act: Act, owner: str, rules: Rules) -> Review:
    if rules.no_self_approval and act.reviewer == owner:
        raise Denied(
            f"{owner} submitted this job, and may not accept its requirements: somebody else has to.",
            code="self_approval",
        )
    if review.state is ReviewState.ACCEPTED:
        raise _decided("accepted")
    before = review.accepted_by if review.state is ReviewState.AWAITING_SECOND else ()
    if act.reviewer in before:
        raise Conflict(f"{act.reviewer} has accepted it: somebody else has to be the second.", code="second_reviewer")
    by = (*before, act.reviewer)
    return Review(state_of(by, rules), accepted_by=by, reason=act.reason, edited=review.edited)


def _edited(review: Review, act: Act) -> Review:
    """An acceptance was of the values before, so it does not hold any more."""
    edited = {**review.edited, **act.values}
    if review.state in (ReviewState.ACCEPTED, ReviewState.AWAITING_SECOND):
        return Review(reason=act.reason, edited=edited)
    return replace(review, reason=act.reason, edited=edited)


def _decided(how: str) -> Conflict:
    return Conflict(f"The requirement is {how} by a reviewer already.", code="decided")
