"""The step protocol's statements: fixed SQL, one function per statement, no commits.

Predicates use the database clock only. Every change of state adds 1 to `epoch`; predicates on running rows also name
the lease's owner. Lock order everywhere: job, step, requirements, graph nodes, edges, job.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text
from sqlalchemy.orm import Session

from orchestrator.domain.retry import Failure
from orchestrator.domain.step import NON_BLOCKING, QUEUE_OF, ClaimedStep, NewStep, StepKind, agent_of
from orchestrator.queue import TaskMessage
from orchestrator.storage import at_commit
from orchestrator.storage.supply import ROOM

CHANNEL = "orchestrator_steps"
"""NOTIFY channel that wakes the leader."""

Executor = Session | Connection

_INSERT = text(
    """
    INSERT INTO steps (job_id, kind, part, queue, priority, rank, blocking, owner, correlation_id, payload)
    SELECT j.id, s.kind, s.part, s.queue, j.priority, j.step_rank, s.blocking, j.owner, j.correlation_id,
           s.payload
    FROM jobs j,
         jsonb_to_recordset(CAST(:steps AS jsonb))
             AS s(kind text, part text, queue text, blocking boolean, payload jsonb)
    WHERE j.id = :job_id
    ON CONFLICT (job_id, kind, part) DO NOTHING
    """
)


def insert(session: Executor, job_id: UUID, steps: Sequence[NewStep]) -> None:
    """Insert steps of a job as pending and wake the leader; a step that exists stays as it is."""
    rows = [
        {
            "kind": step.kind.value,
            "part": step.part,
            "queue": QUEUE_OF[step.kind],
            "blocking": step.kind not in NON_BLOCKING,
            "payload": dict(step.payload),
        }
        for step in steps
    ]
    session.execute(_INSERT, {"job_id": job_id, "steps": json.dumps(rows)})
    for queue in {QUEUE_OF[step.kind] for step in steps}:
        notify(session, queue)


_INSERT_ALONE = text(
    """
    INSERT INTO steps (kind, part, queue, blocking, correlation_id, payload)
    VALUES (:kind, :part, :queue, false, :correlation_id, CAST(:payload AS jsonb)) RETURNING id
    """
)


def insert_alone(session: Executor, step: NewStep, correlation_id: str) -> int:
    """Insert a step that belongs to no job as pending and wake the leader; returns its id."""
    values = {
        "kind": step.kind.value,
        "part": step.part,
        "queue": QUEUE_OF[step.kind],
        "correlation_id": correlation_id,
        "payload": json.dumps(dict(step.payload)),
    }
    step_id = int(session.execute(_INSERT_ALONE, values).scalar_one())
    notify(session, QUEUE_OF[step.kind])
    return step_id


_INSERT_PERIODIC = text(
    """
    WITH slot AS (
        INSERT INTO periodic_runs (name, slot) VALUES (:name, :slot) ON CONFLICT DO NOTHING RETURNING name, slot
    ), step AS (
        INSERT INTO steps (kind, part, queue, blocking, correlation_id, payload)
        SELECT :kind, :part, :queue, false, :correlation_id, CAST(:payload AS jsonb) FROM slot
        RETURNING id
    )
    SELECT id FROM step
    """
)
_NOTE_PERIODIC = text("UPDATE periodic_runs SET step_id = :step_id WHERE name = :name AND slot = :slot")


def insert_periodic(session: Executor, name: str, slot: Any, step: NewStep, correlation_id: str) -> int | None:
    """Insert one step for a schedule's slot; None where the slot has run already."""
    values = {
        "name": name,
        "slot": slot,
        "kind": step.kind.value,
        "part": step.part,
        "queue": QUEUE_OF[step.kind],
        "correlation_id": correlation_id,
        "payload": json.dumps(dict(step.payload)),
    }
    step_id: int | None = session.execute(_INSERT_PERIODIC, values).scalar_one_or_none()
    if step_id is not None:
        session.execute(_NOTE_PERIODIC, {"step_id": step_id, "name": name, "slot": slot})
        notify(session, QUEUE_OF[step.kind])
    return step_id


_NOTIFY = "SELECT pg_notify('orchestrator_steps', %s)"


def notify(session: Executor, queue: str) -> None:
    """Wake the leader for this queue at commit."""
    at_commit.say(session, _NOTIFY, [queue])


_DISPATCH = text(
    f"""
    WITH {ROOM}, ready AS MATERIALIZED (
        SELECT id FROM steps WHERE queue = :queue AND state = 'pending'
        ORDER BY priority DESC, rank, id LIMIT (SELECT coalesce(max(steps), 0) FROM room) FOR UPDATE SKIP LOCKED
    )
    UPDATE steps s SET state = 'dispatched', epoch = epoch + 1, dispatched_at = now()
    WHERE s.id = ANY(ARRAY(SELECT id FROM ready))
    RETURNING s.id, s.epoch, s.kind, s.queue, s.correlation_id, s.priority, s.rank
    """  # noqa: S608 - a constant
)


_READY = text(
    """
    SELECT name FROM unnest(CAST(:queues AS text[])) WITH ORDINALITY AS q(name, place)
    WHERE EXISTS (SELECT 1 FROM steps WHERE queue = q.name AND state = 'pending') ORDER BY place
    """
)


def ready_queues(session: Executor, queues: Sequence[str]) -> Sequence[str]:
    """Those of the queues that have a ready step, in the same order: a look into the index for each."""
    return session.execute(_READY, {"queues": list(queues)}).scalars().all()


def dispatch(session: Executor, queue: str, window: int, agent_timeout_s: float) -> list[TaskMessage]:
    """Mark the next ready steps as dispatched and return their messages in the order to publish.

    As many as there is room for: max(window, 2 x free slots) less those under way; none without a live slot, none
    of a paused queue, and none while another leader dispatches this queue.
    """
    values = {
        "queue": queue,
        "agent": agent_of(queue),
        "lock": queue,
        "window": window,
        "agent_timeout": agent_timeout_s,
    }
    rows = session.execute(_DISPATCH, values).all()
    ordered = sorted(rows, key=lambda row: (-row.priority, row.rank, row.id))
    return [TaskMessage(r.id, r.epoch, StepKind(r.kind), r.queue, r.correlation_id) for r in ordered]


_RECALL = text(
    """
    UPDATE steps s SET state = 'pending', epoch = s.epoch + 1, dispatched_at = NULL
    FROM jsonb_to_recordset(CAST(:messages AS jsonb)) AS m(id bigint, epoch bigint)
    WHERE s.id = m.id AND s.epoch = m.epoch AND s.state = 'dispatched'
    """
)


def recall(session: Executor, messages: Sequence[TaskMessage]) -> None:
    """Return messages that may not have been published to pending; if one was, its epoch has passed."""
    rows = json.dumps([{"id": message.step_id, "epoch": message.epoch} for message in messages])
    session.execute(_RECALL, {"messages": rows})


_CLAIM = text(
    """
    UPDATE steps s
    SET state = 'running', epoch = s.epoch + 1, attempt = s.attempt + 1, started_at = now(),
        lease_owner = :owner, lease_until = now() + make_interval(secs => :lease),
        deadline_at = now() + make_interval(secs => :limit)
    WHERE s.id = :id AND s.epoch = :epoch AND s.state = 'dispatched'
      AND (NOT s.blocking OR EXISTS (
          SELECT 1 FROM jobs j WHERE j.id = s.job_id AND j.status IN ('created', 'processing')))
    RETURNING s.id, s.epoch, s.kind, s.part, s.job_id, s.payload, s.attempt, s.crash_count, s.blocking,
              s.correlation_id, (SELECT j.creator_status = 'pending' OR (s.queue = 'validator'
                                        AND j.validator_status = 'pending') FROM jobs j WHERE j.id = s.job_id) AS first,
              CASE WHEN s.attempt = 1
                   THEN extract(epoch FROM now() - greatest(s.created_at, s.not_before))::float END AS waited_s,
              (SELECT j.traceparent FROM jobs j WHERE j.id = s.job_id) AS traceparent
    """
)


def claim(session: Executor, step_id: int, epoch: int, owner: str, lease_s: float, limit_s: float) -> Row[Any] | None:
    """Start a dispatched step; None where the message's epoch has passed or the job has ended."""
    values = {"id": step_id, "epoch": epoch, "owner": owner, "lease": lease_s, "limit": limit_s}
    return session.execute(_CLAIM, values).one_or_none()


_MARK_STARTED = text(
    """
    UPDATE jobs SET status = 'processing', started_at = coalesce(started_at, now()), updated_at = now(),
        version = version + (status = 'created')::int,
        creator_status = CASE WHEN :queue = 'creator' AND creator_status = 'pending' THEN 'processing'
                              ELSE creator_status END,
        validator_status = CASE WHEN :queue = 'validator' AND validator_status = 'pending' THEN 'processing'
                                ELSE validator_status END
    WHERE id = :job_id AND status IN ('created', 'processing')
      AND (status = 'created' OR (:queue = 'creator' AND creator_status = 'pending')
           OR (:queue = 'validator' AND validator_status = 'pending'))
    RETURNING id
    """
)


def mark_started(session: Executor, job_id: UUID, queue: str) -> bool:
    """Show on the job that its creator or validator phase has begun; False where it shows already."""
    values = {"job_id": job_id, "queue": queue}
    return session.execute(_MARK_STARTED, values).one_or_none() is not None


_HEARTBEAT = text(
    """
    UPDATE steps SET lease_until = least(now() + make_interval(secs => :lease), deadline_at)
    WHERE id = :id AND epoch = :epoch AND state = 'running' AND lease_owner = :owner
    """
)


def heartbeat(session: Executor, step: ClaimedStep, lease_s: float) -> bool:
    """Extend the lease, at most to the step's deadline; False where the step has moved on."""
    values = {"id": step.id, "epoch": step.epoch, "owner": step.owner, "lease": lease_s}
    return bool(session.execute(_HEARTBEAT, values).rowcount)  # type: ignore[attr-defined]


_LOCK_JOB = text("SELECT status FROM jobs WHERE id = :job_id FOR KEY SHARE")
_LOCK_RUNNING = text(
    """
    SELECT error_count, crash_count FROM steps
    WHERE id = :id AND epoch = :epoch AND state = 'running' AND lease_owner = :owner FOR UPDATE
    """
)
_DONE = text(
    """
    WITH done AS (
        UPDATE steps SET state = 'done', epoch = epoch + 1, finished_at = now(), lease_until = NULL,
                         result = CAST(:result AS jsonb), error = NULL
        WHERE id = :id AND epoch = :epoch AND state = 'running' AND lease_owner = :owner RETURNING queue
    )
    SELECT pg_notify('orchestrator_steps', queue) FROM done
    """
)
_OUTCOME = text("SELECT state, epoch, lease_owner FROM steps WHERE id = :id")


def lock_job(session: Executor, job_id: UUID) -> str | None:
    """The job's status, locked against cancel and delete until the end of the transaction; None where it is gone."""
    return session.execute(_LOCK_JOB, {"job_id": job_id}).scalar_one_or_none()


def lock_running(session: Executor, step: ClaimedStep) -> Row[Any] | None:
    """The running step's counters, locked; None where it has moved on."""
    return session.execute(_LOCK_RUNNING, {"id": step.id, "epoch": step.epoch, "owner": step.owner}).one_or_none()


def mark_done(session: Executor, step: ClaimedStep, result: Mapping[str, Any]) -> bool:
    """End a running step and wake the leader, as a slot is free; False where it has moved on."""
    values = {"id": step.id, "epoch": step.epoch, "owner": step.owner, "result": json.dumps(dict(result))}
    return session.execute(_DONE, values).one_or_none() is not None


def committed(session: Executor, step: ClaimedStep) -> bool | None:
    """After a lost connection: True where my finish took effect, None where the step is still mine, else False."""
    row = session.execute(_OUTCOME, {"id": step.id}).one_or_none()
    if row is None or row.lease_owner != step.owner:
        return False
    if row.state == "running" and row.epoch == step.epoch:
        return None
    return bool(row.state in ("done", "waiting") and row.epoch == step.epoch + 1)


_FAILED = text(
    """
    UPDATE steps
    SET state = :state, epoch = epoch + 1, error_count = error_count + :errors, crash_count = crash_count + :crashes,
        hold = CAST(:hold AS text),
        not_before = CASE WHEN :state = 'waiting' AND CAST(:hold AS text) IS NULL
                          THEN now() + make_interval(secs => :delay) END,
        finished_at = CASE WHEN :state = 'dead' THEN now() END,
        lease_until = NULL, dispatched_at = NULL, error = CAST(:error AS jsonb)
    WHERE id = :id AND epoch = :epoch AND state = 'running'
    """
)


def mark_failed(session: Executor, step: ClaimedStep, failure: Failure, error: Mapping[str, Any]) -> bool:
    """Move a running step to waiting, pending or dead; False where it has moved on."""
    values = {
        "id": step.id,
        "epoch": step.epoch,
        "state": failure.state.value,
        "errors": failure.errors,
        "crashes": failure.crashes,
        "delay": failure.delay_s,
        "hold": failure.hold,
        "error": json.dumps(dict(error)),
    }
    return bool(session.execute(_FAILED, values).rowcount)  # type: ignore[attr-defined]


_CANCEL_OPEN = text(
    """
    UPDATE steps SET state = 'cancelled', epoch = epoch + 1, finished_at = now(), lease_until = NULL
    WHERE id IN (SELECT id FROM steps WHERE job_id = :job_id AND blocking
                   AND state IN ('waiting', 'pending', 'dispatched', 'running') ORDER BY id FOR UPDATE)
    """
)


def cancel_open(session: Executor, job_id: UUID) -> int:
    """Cancel a job's open blocking steps; the caller holds the job's lock. Returns how many."""
    return int(session.execute(_CANCEL_OPEN, {"job_id": job_id}).rowcount)  # type: ignore[attr-defined]


_LOCK_PHASE = text(
    """
    UPDATE jobs SET updated_at = now() WHERE id = :job_id
    RETURNING status, creator_status, validator_status, on_error, version
    """
)
_PHASE = text(
    """
    SELECT kind, state, count(*) AS steps, bool_or(coalesce((result ->> 'linked')::boolean, false)) AS linked
    FROM steps WHERE job_id = :job_id AND blocking AND NOT coalesce((result ->> 'split')::boolean, false)
    GROUP BY kind, state
    """
)
_ANY_OPEN = text(
    """
    SELECT EXISTS (SELECT 1 FROM steps WHERE job_id = :job_id AND blocking
                   AND state IN ('waiting', 'pending', 'dispatched', 'running'))
    """
)
_FIRST_DEAD = text(
    """
    SELECT id, kind, part, error, attempt, error_count, crash_count FROM steps
    WHERE job_id = :job_id AND state = 'dead' AND blocking ORDER BY kind = 'validate', id LIMIT 1
    """
)


def lock_phase(session: Executor, job_id: UUID) -> Row[Any] | None:
    """Lock the job's row for a change of phase. What is read after this, in a new statement, is settled."""
    return session.execute(_LOCK_PHASE, {"job_id": job_id}).one_or_none()


def any_open(session: Executor, job_id: UUID) -> bool:
    """Whether a blocking step of the job is still open."""
    return bool(session.execute(_ANY_OPEN, {"job_id": job_id}).scalar_one())


def phase_counts(session: Executor, job_id: UUID) -> Sequence[Row[Any]]:
    """Blocking steps of the job: kind, state, steps, linked. A halved batch is left out: its halves stand for it."""
    return session.execute(_PHASE, {"job_id": job_id}).all()


def first_dead(session: Executor, job_id: UUID) -> Row[Any] | None:
    """The first dead step that stands for work lost; one of `validate` only where there is no other."""
    return session.execute(_FIRST_DEAD, {"job_id": job_id}).one_or_none()


_STILL_RUNNING = text(
    """
    SELECT s.id FROM steps s
    JOIN jsonb_to_recordset(CAST(:held AS jsonb)) AS h(id bigint, epoch bigint, owner text)
      ON s.id = h.id AND s.epoch = h.epoch AND s.lease_owner = h.owner
    WHERE s.state = 'running'
    """
)


def still_running(session: Executor, held: Sequence[Mapping[str, Any]]) -> set[int]:
    """Of steps that children hold ({id, epoch, owner}), those that are still theirs."""
    return {row.id for row in session.execute(_STILL_RUNNING, {"held": json.dumps(list(held))})}


CLAIMED = """id, epoch, lease_owner, kind, part, job_id, payload, attempt, crash_count, blocking, correlation_id,
           NULL AS traceparent"""
"""What `claimed` reads of a running step."""

_OWNED = text(
    f"""
    SELECT {CLAIMED}
    FROM steps WHERE state = 'running' AND starts_with(lease_owner, :prefix || ':')
    """  # noqa: S608 - a constant
)


def owned_by(session: Executor, agent_id: str) -> list[ClaimedStep]:
    """Running steps of an agent's children."""
    return [claimed(row, row.lease_owner) for row in session.execute(_OWNED, {"prefix": agent_id})]


_ONE_RUNNING = text(
    f"""
    SELECT {CLAIMED}
    FROM steps WHERE id = :id AND epoch = :epoch AND state = 'running'
    """  # noqa: S608 - a constant
)


def running(session: Executor, step_id: int, epoch: int) -> ClaimedStep | None:
    """The running step with this epoch."""
    row = session.execute(_ONE_RUNNING, {"id": step_id, "epoch": epoch}).one_or_none()
    return claimed(row, row.lease_owner) if row else None


def claimed(row: Row[Any], owner: str) -> ClaimedStep:
    """A row of a running step as its holder sees it."""
    return ClaimedStep(
        id=row.id,
        epoch=row.epoch,
        owner=owner,
        kind=StepKind(row.kind),
        part=row.part,
        job_id=row.job_id,
        payload=row.payload,
        attempt=row.attempt,
        crash_count=row.crash_count,
        blocking=row.blocking,
        correlation_id=row.correlation_id,
        traceparent=row.traceparent,
    )
