"""Deciding on requirements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypedDict, Unpack, cast

from orchestrator.client.answers import Requirement
from orchestrator.client.answers.reviews import Cleared, ReviewAct, WaitingRequirement
from orchestrator.client.resource import Resource, segment


class ReviewQueueQuery(TypedDict, total=False):
    """What of the queue to show; what is left out is not restricted."""

    job_id: str
    owner: str
    state: Sequence[str]
    priority: Sequence[str]
    type: Sequence[str]
    max_confidence: float


class NewValues(TypedDict, total=False):
    """What an edit may change; the quote and the text are the document's."""

    name: str
    type: str | None
    priority: str | None


class Reviews(Resource):
    """The calls of `/reviews` and of `/jobs/{id}/requirements/{rid}/review`.

    With a `version` a decision is made on that one alone, as `requirement` showed it. Where a call decides:

    Raises:
        InvalidTransition: the job has not ended.
        StaleVersion: the requirement has another version.
        Conflict: its state forbids it; the code says why.
        Denied: code `self_approval`: the job's owner may not accept.
    """

    def review_queue(self, limit: int | None = None, **query: Unpack[ReviewQueueQuery]) -> Iterator[WaitingRequirement]:
        """What waits for a review, low confidence times high priority first."""
        given: dict[str, Any] = dict(query)
        wanted = {name: ",".join(each) if isinstance(each, list | tuple) else each for name, each in given.items()}
        return self._items("/reviews", wanted, limit)

    def accept(self, job_id: str, rid: str, reason: str, version: int | None = None) -> Requirement:
        """Accept a requirement; one that was rejected is put into the graph by a validator soon."""
        return self._decide(job_id, rid, {"decision": "accept", "reason": reason}, version)

    def reject(self, job_id: str, rid: str, reason: str, version: int | None = None) -> Requirement:
        """Reject a requirement, and take it out of the graph."""
        return self._decide(job_id, rid, {"decision": "reject", "reason": reason}, version)

    def edit_requirement(
        self, job_id: str, rid: str, reason: str, version: int | None = None, **values: Unpack[NewValues]
    ) -> Requirement:
        """Give a requirement another name, type or priority; an acceptance of it does not hold any more."""
        return self._decide(job_id, rid, {"decision": "edit", "reason": reason, **values}, version)

    def reviews(self, job_id: str, rid: str, limit: int | None = None) -> Iterator[ReviewAct]:
        """What was decided on a requirement, the oldest first."""
        return self._items(f"{_path(job_id, rid)}/reviews", {}, limit)

    def clear_suspect(self, job_id: str, rid: str, reason: str, version: int | None = None) -> Requirement:
        """Take the suspicion from a requirement: then it is one that nobody has reviewed."""
        answer = self._transport.post_to(f"{_path(job_id, rid)}/review/clear", {"reason": reason}, version)
        return cast(Requirement, self._transport.json(answer))

    def clear_suspects(self, job_id: str, reason: str) -> Cleared:
        """Take the suspicion from all requirements of a job, at most 10,000 at once."""
        return cast(Cleared, self._post(f"/jobs/{segment(job_id)}/reviews/clear", {"reason": reason}))

    def _decide(self, job_id: str, rid: str, said: dict[str, Any], version: int | None) -> Requirement:
        answer = self._transport.post_to(f"{_path(job_id, rid)}/review", said, version)
        return cast(Requirement, self._transport.json(answer))


def _path(job_id: str, rid: str) -> str:
    return f"/jobs/{segment(job_id)}/requirements/{segment(rid)}"
