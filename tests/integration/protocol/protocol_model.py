"""What must be true of jobs and steps, without SQL: a step is (state, epoch, counters, times), a job a status.

Each method is a move. It changes the model as the database must change and returns what the caller must hear. Times are
seconds of a clock of the model's own, which only `tick` moves.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from uuid import UUID

from orchestrator.domain.retry import ErrorClass

MAX_ERRORS, MAX_CRASHES, SLOTS, WINDOW = 3, 2, 4, 4
# One tick is far from all of these, so that the few real seconds of a walk change nothing.
TICK_S, LEASE_S, LIMIT_S, DELAY_S, DISPATCHED_S, DEADLINE_S = 1000, 1500, 3500, 500, 2500, 5400
SILENCE_S = DISPATCHED_S / 6
NEVER = -1e9
OPEN = ("waiting", "pending", "dispatched", "running")
ENDED = ("done", "dead", "cancelled")


@dataclass
class ModelStep:
    """One blocking step."""

    id: int
    kind: str
    state: str = "pending"
    epoch: int = 0
    errors: int = 0
    crashes: int = 0
    ends: int = 0
    not_before: float = NEVER
    dispatched_at: float = NEVER
    started_at: float = NEVER
    lease_until: float = NEVER
    limit_at: float = NEVER

    def move(self, state: str) -> None:
        """Change the state; a step ends once."""
        self.state = state
        self.epoch += 1
        self.ends += state in ENDED
        assert self.ends <= 1, f"step {self.id} ends twice"

    def seen(self) -> tuple[object, ...]:
        """What the database shows of it."""
        return self.state, self.epoch, self.errors, self.crashes


@dataclass
class ModelJob:
    """A job and its blocking steps, in the order of their ids."""

    deadline_at: float
    status: str = "created"
    steps: dict[int, ModelStep] = field(default_factory=dict)
    merged: bool = False

    @property
    def live(self) -> bool:
        """Whether it has not ended."""
        return self.status in ("created", "processing")


class Model:
    """All jobs. The merge step of a job that needs one is told by `merges`, as ids are the database's."""

    def __init__(self) -> None:
        self.clock = 0.0
        self.jobs: dict[UUID, ModelJob] = {}
        self.merges: dict[UUID, int] = {}

    def copy(self) -> Model:
        """A twin to try a move on."""
        return deepcopy(self)

    def steps(self) -> Iterator[ModelStep]:
        """All steps, jobs in the order of their submission."""
        return (step for job in self.jobs.values() for step in job.steps.values())

    def find(self, step_id: int) -> tuple[ModelJob, ModelStep]:
        """A step and its job."""
        return next((job, job.steps[step_id]) for job in self.jobs.values() if step_id in job.steps)

    def holds(self, step_id: int, epoch: int) -> bool:
        """Whether a claim of this epoch still has its step."""
        step = self.find(step_id)[1]
        return step.state == "running" and step.epoch == epoch

    def submit(self, job_id: UUID, step_ids: list[int]) -> None:
        """A job of so many parts."""
        steps = {each: ModelStep(each, "extract") for each in step_ids}
        self.jobs[job_id] = ModelJob(self.clock + DEADLINE_S, steps=steps)

    def dispatch(self) -> list[tuple[int, int]]:
        """Ids and epochs of the steps that are sent."""
        under_way = self._count("dispatched")
        room = max(0, max(WINDOW, 2 * (SLOTS - self._count("running"))) - under_way)
        ready = [step for step in self.steps() if step.state == "pending"][:room]
        for step in ready:
            step.move("dispatched")
            step.dispatched_at = self.clock
        return [(step.id, step.epoch) for step in ready]

    def claim(self, step_id: int, epoch: int) -> bool:
        """Whether the message (step, epoch) starts its step."""
        job, step = self.find(step_id)
        if not (step.state == "dispatched" and step.epoch == epoch and job.live):
            return False
        step.move("running")
        step.started_at, step.lease_until, step.limit_at = self.clock, self.clock + LEASE_S, self.clock + LIMIT_S
        job.status = "processing"
        return True

    def heartbeat(self, step_id: int, epoch: int) -> bool:
        """Whether the lease could be renewed."""
        if not self.holds(step_id, epoch):
            return False
        step = self.find(step_id)[1]
        step.lease_until = min(self.clock + LEASE_S, step.limit_at)
        return True

    def finish(self, step_id: int, epoch: int) -> bool:
        """Whether the results were written."""
        job, step = self.find(step_id)
        if not (self.holds(step_id, epoch) and job.live):
            return False
        step.move("done")
        job.merged = job.merged or step.kind == "merge"
        self._advance(job)
        return True

    def fail(self, step_id: int, epoch: int, error_class: ErrorClass, delay_s: float = 0.0) -> bool:
        """Whether the failure was counted."""
        if not self.holds(step_id, epoch):
            return False
        job, step = self.find(step_id)
        step.errors += error_class in (ErrorClass.TRANSIENT, ErrorClass.PERMANENT)
        step.crashes += error_class is ErrorClass.CRASH
        if (
            error_class is ErrorClass.PERMANENT
            or (error_class is ErrorClass.TRANSIENT and step.errors >= MAX_ERRORS)
            or (error_class is ErrorClass.CRASH and step.crashes >= MAX_CRASHES)
        ):
            step.move("dead")
            self._advance(job)
        elif error_class is ErrorClass.TRANSIENT or delay_s:
            step.move("waiting")
            step.not_before = self.clock + DELAY_S
        else:
            step.move("pending")
        return True

    def recall(self, step_id: int, epoch: int) -> None:
        """The message may not have been sent."""
        step = self.find(step_id)[1]
        if step.state == "dispatched" and step.epoch == epoch:
            step.move("pending")

    def cancel(self, job_id: UUID) -> bool:
        """Whether the job could be cancelled."""
        job = self.jobs[job_id]
        return job.live and self._close(job, "cancelled")

    def retry(self, job_id: UUID) -> bool:
        """Whether the job was taken up again. Of what is unfinished, the first kind in the order of work is opened."""
        job = self.jobs[job_id]
        if job.status != "failed":
            return False
        job.status, job.deadline_at = "processing", self.clock + DEADLINE_S
        unfinished = [step for step in job.steps.values() if step.state in ("dead", "cancelled")]
        first = min(step.kind for step in unfinished)  # "extract" comes before "merge"
        for step in unfinished:
            if step.kind == first:
                step.errors = step.crashes = step.ends = 0
                step.move("pending")
        return True

    def reconcile(self) -> tuple[int, int, int, int]:
        """How many steps were released, expired and lost, and how many jobs timed out."""
        released = [step for step in self.steps() if step.state == "waiting" and step.not_before <= self.clock]
        for step in released:
            step.move("pending")
        expired = [step for step in self.steps() if step.state == "running" and step.lease_until < self.clock]
        for step in expired:
            self.fail(step.id, step.epoch, ErrorClass.CRASH)
        lost = self._lost()
        for step in lost:
            step.move("pending")
        late = [job for job in self.jobs.values() if job.live and job.deadline_at < self.clock]
        for job in late:
            self._close(job, "failed")
        return len(released), len(expired), len(lost), len(late)

    def renew(self) -> None:
        """After a gap: nobody pays for it."""
        for step in self.steps():
            if step.state == "running":
                step.lease_until = max(step.lease_until, self.clock + LEASE_S)

    def tick(self) -> None:
        """Time passes."""
        self.clock += TICK_S

    def _lost(self) -> list[ModelStep]:
        silent = all(step.started_at <= self.clock - SILENCE_S for step in self.steps())
        if not silent or self._count("running") >= SLOTS:
            return []
        return [s for s in self.steps() if s.state == "dispatched" and s.dispatched_at < self.clock - DISPATCHED_S]

    def _close(self, job: ModelJob, status: str) -> bool:
        job.status = status
        for step in job.steps.values():
            if step.state in OPEN:
                step.move("cancelled")
        return True

    def _advance(self, job: ModelJob) -> None:
        states = {step.state for step in job.steps.values()}
        if not job.live or states & set(OPEN):
            return
        if "dead" in states:
            job.status = "failed"
        elif job.merged:
            job.status = "completed"
        else:
            key = next(key for key, each in self.jobs.items() if each is job)
            merge = self.merges.get(key, 0)
            job.steps[merge] = ModelStep(merge, "merge")

    def _count(self, state: str) -> int:
        return sum(step.state == state for step in self.steps())
