"""How far a job is, from what is committed, so that it never falls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.domain.job import TERMINAL, JobStatus, PhaseStatus
from orchestrator.domain.step import StepKind, StepState

WEIGHTS = {"read": 0.05, "extract": 0.55, "merge": 0.05, "validate": 0.30, "link": 0.05}
"""Share of each phase in the whole; they sum to 1."""

ETA_FROM = 0.1
ETA_SPREAD = (0.4, 2.5)
ETA_SLACK_S = 1.0
"""Below this share nothing is foretold; the rest is foretold as a range around the pace so far. The slack is for the
way of the last steps through the queues, which tells on short jobs alone."""


@dataclass(frozen=True, slots=True)
class JobCounts:
    """What is committed of a job.

    Attributes:
        status, creator_status, on_error: as stored.
        steps: number of steps by (kind, state); blocking kinds only.
        judged, requirements: how many are no longer pending, and how many there are.
        floor: percent shown before the last retry, which takes back what a dead step had settled.
    """

    status: JobStatus
    creator_status: PhaseStatus
    on_error: str
    steps: Mapping[tuple[str, str], int]
    judged: int
    requirements: int
    floor: int = 0


def share_done(counts: JobCounts) -> float:
    """Share in [0, 1] of the job that is done; 1 only where it is completed."""
    if counts.status is JobStatus.COMPLETED:
        return 1.0
    if counts.creator_status is PhaseStatus.COMPLETED:
        created = WEIGHTS["read"] + WEIGHTS["extract"] + WEIGHTS["merge"]
        validated = counts.judged / counts.requirements if counts.requirements else 0.0
        linked = _ended_share(counts, StepKind.LINK)
        return min(created + WEIGHTS["validate"] * validated + WEIGHTS["link"] * linked, 0.99)
    read = _ended_share(counts, StepKind.READ)
    extracted = _ended_share(counts, StepKind.EXTRACT)
    return WEIGHTS["read"] * read + WEIGHTS["extract"] * extracted


def percent(counts: JobCounts) -> int:
    """`share_done` as a whole number, rounded down, so that 100 means completed; never below the floor."""
    return max(counts.floor, int(share_done(counts) * 100 + 1e-9))


def parts(counts: JobCounts) -> tuple[int, int]:
    """Parts of the document that are done, and how many there are. A small document is one part, read in one step."""
    kind = StepKind.EXTRACT if _total(counts, StepKind.EXTRACT) else StepKind.READ
    return _ended(counts, kind), max(_total(counts, kind), 1)


def eta(counts: JobCounts, worked_s: float) -> tuple[float, float] | None:
    """Seconds to the end as (low, high), from the pace so far; None where there is no ground to tell.

    Args:
        counts: what is committed.
        worked_s: since the job began, or since its last retry, which began at the floor.
    """
    share, began = share_done(counts), counts.floor / 100
    gained = share - began
    if counts.status in TERMINAL or gained < ETA_FROM * (1 - began):
        return None
    rest = worked_s * (1 - share) / gained
    return round(rest * ETA_SPREAD[0], 1), round(rest * ETA_SPREAD[1] + ETA_SLACK_S, 1)


def _ended_share(counts: JobCounts, kind: StepKind) -> float:
    total = _total(counts, kind)
    return _ended(counts, kind) / total if total else 0.0


def _ended(counts: JobCounts, kind: StepKind) -> int:
    """A dead part counts where the job goes on without it, and nowhere else: a retry would take it back."""
    states = [StepState.DONE, *([StepState.DEAD] if counts.on_error == "partial" else [])]
    return sum(counts.steps.get((kind, state), 0) for state in states)


def _total(counts: JobCounts, kind: StepKind) -> int:
    return sum(counts.steps.get((kind, state), 0) for state in StepState)
