"""What travels through the broker: a hint that a step is ready, never its content."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.domain.step import TASK_OF, StepKind


@dataclass(frozen=True, slots=True)
class TaskMessage:
    """Names one state of one step. A message whose epoch has passed changes nothing."""

    step_id: int
    epoch: int
    kind: StepKind
    queue: str
    correlation_id: str

    @property
    def task(self) -> str:
        """The Celery task's name."""
        return TASK_OF[self.kind]
