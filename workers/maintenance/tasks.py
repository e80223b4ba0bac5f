"""Steps beside the jobs: reports, the register of agents, the completion check, pruning."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from orchestrator.bootstrap import Orchestrator
from orchestrator.domain.step import ClaimedStep, StepKind
from orchestrator.errors import Invalid
from orchestrator.services.announcements import announce_report
from orchestrator.services.execution import Write
from orchestrator.services.retention import START
from workers.task import step_task


@step_task(StepKind.REPORT)
def report(orchestrator: Orchestrator, step: ClaimedStep) -> Write:
    """Make and store the report of a job that has ended, in the formats that the step is for."""
    job_id = step.job_id
    if job_id is None:
        raise Invalid(f"Report step {step.id} has no job to report on.")
    store = orchestrator.reporter.make(job_id, step.part)
    return lambda session: announce_report(session, job_id, store(session))


@step_task(StepKind.CARRY_OVER)
def carry_over(orchestrator: Orchestrator, step: ClaimedStep) -> Write:
    """Take over the reviews of the job before the step's."""
    if step.job_id is None:
        raise Invalid(f"Carry-over step {step.id} has no job to take reviews over for.")
    return orchestrator.carry_over.prepare(step.job_id, step.id)


@step_task(StepKind.DAILY_REPORT)
def daily_report(orchestrator: Orchestrator, step: ClaimedStep) -> Write:
    """Generate and store the report of the day before the slot."""
    day = datetime.fromisoformat(step.payload["slot"]).date() - timedelta(days=1)
    return lambda session: orchestrator.reporter.daily(session, day)


@step_task(StepKind.AGENT_HEALTH)
def agent_health(orchestrator: Orchestrator, step: ClaimedStep) -> Write:
    """Ask every agent whether it is alive, and strike those off the register that have been silent for long."""
    retired = orchestrator.agents.retire_silent()
    return _done({"retired": retired, **orchestrator.agent_health.check()})


@step_task(StepKind.COMPLETION_CHECK)
def completion_check(orchestrator: Orchestrator, step: ClaimedStep) -> Write:
    """Move on every live job that has nothing open."""
    return _done({"moved_on": orchestrator.recovery.check_completion()})


@step_task(StepKind.PRUNE)
def prune(orchestrator: Orchestrator, step: ClaimedStep) -> Write:
    """Delete what is past its retention."""
    return _done(
        {
            "deleted": orchestrator.recovery.prune(),
            "deliveries": orchestrator.deliveries.prune(),
            "idempotency_keys": orchestrator.idempotency.prune(),
            "operations": orchestrator.operations.prune(),
        }
    )


@step_task(StepKind.RETENTION)
def retention(orchestrator: Orchestrator, step: ClaimedStep) -> Write:
    """Redact and delete the next jobs that are past their time; the next step comes with the end of this one."""
    taken = orchestrator.retention.work(UUID(step.payload.get("after", str(START))))
    return lambda session: orchestrator.retention.go_on(session, taken)


@step_task(StepKind.BULK)
def bulk(orchestrator: Orchestrator, step: ClaimedStep) -> Write:
    """Give the next jobs of an operation their turn; the next step comes with the end of this one."""
    operation_id = UUID(step.payload["operation_id"])
    taken = orchestrator.operations.work(operation_id)
    return lambda session: orchestrator.operations.go_on(session, operation_id, taken)


@step_task(StepKind.DELIVER)
def deliver(orchestrator: Orchestrator, step: ClaimedStep) -> Write:
    """Send an event to a webhook; where it is not taken, the step runs again later."""
    return orchestrator.deliveries.attempt(UUID(step.payload["delivery_id"]))


@step_task(StepKind.GRAPH_UPDATE)
def graph_update(orchestrator: Orchestrator, step: ClaimedStep) -> Write:
    """Bring to Neo4j what was written to the graph; where it is away, the step runs again later."""
    return _done({"applied": orchestrator.graph.catch_up()})


def _done(result: dict[str, int]) -> Write:
    def write(session: Session) -> dict[str, int]:
        return result

    return write
