"""What a job does next once none of its blocking steps is open. Pure: `services.advance` applies it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from orchestrator.domain.step import CREATOR_KINDS, StepKind, StepState

Counts = Mapping[tuple[StepKind, StepState], int]


class Move(StrEnum):
    """The change of phase."""

    READ = "read"
    MERGE = "merge"
    LINK = "link"
    COMPLETE = "complete"
    FAIL_CREATOR = "fail_creator"
    FAIL_VALIDATOR = "fail_validator"


@dataclass(frozen=True, slots=True)
class Phase:
    """A job's blocking steps, all of them ended.

    Attributes:
        counts: how many steps of each kind ended in each state.
        creator_done: the merge has numbered the requirements.
        linked: a batch validated and linked in one step.
        partial: `on_error` is "partial": lost parts are reported, not fatal, as long as one part was extracted.
    """

    counts: Counts
    creator_done: bool
    linked: bool
    partial: bool

    def count(self, kind: StepKind, state: StepState) -> int:
        """How many steps of this kind ended so."""
        return self.counts.get((kind, state), 0)


def next_move(phase: Phase) -> Move:
    """Decide. A requirement that failed never fails the job; a lost part does, unless partial results are wanted."""
    if not phase.counts:
        return Move.READ
    return _after_validator(phase) if phase.creator_done else _after_creator(phase)


def _after_creator(phase: Phase) -> Move:
    lost = sum(phase.count(kind, StepState.DEAD) for kind in CREATOR_KINDS)
    lost_parts = phase.count(StepKind.EXTRACT, StepState.DEAD)
    extracted = phase.count(StepKind.EXTRACT, StepState.DONE)
    if lost and not (phase.partial and lost == lost_parts and extracted):
        return Move.FAIL_CREATOR
    return Move.MERGE if extracted else Move.FAIL_CREATOR


def _after_validator(phase: Phase) -> Move:
    judged = phase.count(StepKind.VALIDATE, StepState.DONE)
    dead = phase.count(StepKind.VALIDATE, StepState.DEAD)
    if dead and not judged:
        return Move.FAIL_VALIDATOR
    if phase.count(StepKind.LINK, StepState.DEAD):
        return Move.FAIL_VALIDATOR
    linked = phase.linked or phase.count(StepKind.LINK, StepState.DONE)
    return Move.LINK if judged and not linked else Move.COMPLETE
