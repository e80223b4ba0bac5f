"""The search for stuck jobs: one statement over the live jobs."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from orchestrator.domain.step import QUEUES
from orchestrator.domain.stuck import StuckJob, StuckReason

# Repeated recovery is no progress: a message that is lost again and again would hide what it is a sign of.
# Waiting by design: for a time, other jobs or a budget; for the next try after an error, which is bounded; in a queue
# that is paused; and behind others in a queue whose slots are all busy with steps that start and end. A job that was
# held back has a rank from when it was let go.
_STUCK = text(
    """
    WITH supply AS MATERIALIZED (
        SELECT q.queue, count(a.id) AS live, count(a.id) FILTER (WHERE a.breaker_state = 'closed') AS usable,
               coalesce(sum(a.slots) FILTER (WHERE a.breaker_state = 'closed'), 0) AS slots,
               (SELECT count(*) FROM steps r WHERE r.queue = q.queue AND r.state = 'running') AS busy,
               (SELECT max(started_at) FROM steps m WHERE m.queue = q.queue) AS moved_at,
               EXISTS (SELECT 1 FROM queues p WHERE p.name = q.queue AND p.paused_at IS NOT NULL) AS paused
        FROM unnest(CAST(:queues AS text[])) AS q(queue)
        LEFT JOIN agents a ON a.kind = CASE q.queue WHEN 'delivery' THEN 'maintenance' ELSE q.queue END
          AND a.stopped_at IS NULL AND NOT a.draining AND NOT a.configured
             AND a.heartbeat_at > now() - make_interval(secs => :agent_timeout)
             AND (a.quarantined_until IS NULL OR a.quarantined_until < now())
        GROUP BY q.queue
    )
    SELECT j.id AS job_id, j.status, coalesce(o.queue, 'leader') AS component,
           CASE WHEN o.queue IS NULL OR o.running THEN 'no_progress'
                WHEN q.live = 0 THEN 'no_agent' WHEN q.usable = 0 THEN 'breaker_open' ELSE 'no_progress' END AS reason,
           p.at AS progress_at, extract(epoch FROM now() - p.at)::float / 60 AS minutes, t.minutes AS threshold_minutes
    FROM jobs j
    CROSS JOIN LATERAL (SELECT CAST(coalesce(CAST(:threshold AS float), j.stuck_after_minutes, :default) AS float)
                               AS minutes) t
    CROSS JOIN LATERAL (
        SELECT greatest(j.created_at, j.resumed_at, least(j.step_rank, now()),
            (SELECT max(e.created_at) FROM job_events e WHERE e.job_id = j.id AND e.type <> 'step.recovered'),
            (SELECT max(d.finished_at) FROM steps d WHERE d.job_id = j.id AND d.blocking AND d.state = 'done')) AS at
    ) p
    LEFT JOIN LATERAL (
        SELECT (array_agg(s.queue ORDER BY s.state <> 'running', s.id))[1] AS queue,
               bool_or(s.state = 'running') AS running,
               bool_and(s.state = 'waiting' AND (s.hold IS NOT NULL OR s.started_at IS NULL OR s.error_count > 0))
                   AS by_design
        FROM steps s
        WHERE s.job_id = j.id AND s.blocking AND s.state IN ('waiting', 'pending', 'dispatched', 'running')
    ) o ON true
    LEFT JOIN supply q ON q.queue = o.queue
    WHERE j.status IN ('created', 'processing')
      AND (CAST(:visible_to AS text) IS NULL OR j.owner = :visible_to)
      AND p.at < now() - make_interval(secs => t.minutes * 60)
      AND NOT coalesce(o.by_design, false)
      AND NOT (o.queue IS NOT NULL AND NOT o.running AND q.paused)
      AND NOT (o.queue IS NOT NULL AND NOT o.running AND q.usable > 0 AND q.busy >= q.slots
               AND q.moved_at > now() - make_interval(secs => t.minutes * 60))
    ORDER BY p.at, j.id LIMIT :limit
    """
)


def find(
    session: Session,
    *,
    threshold_minutes: float | None,
    default_minutes: float,
    agent_timeout_s: float,
    limit: int,
    visible_to: str | None = None,
) -> Sequence[StuckJob]:
    """Stuck jobs, those that stand still the longest first; at most `limit`.

    Args:
        threshold_minutes: instead of what the jobs themselves say.
        default_minutes: for jobs that say nothing.
        agent_timeout_s: how old a live agent's heartbeat may be.
        visible_to: those of this owner; None: of all.
    """
    values = {
        "queues": list(QUEUES),
        "threshold": threshold_minutes,
        "default": default_minutes,
        "agent_timeout": agent_timeout_s,
        "limit": limit,
        "visible_to": visible_to,
    }
    rows = session.execute(_STUCK, values).mappings()
    return [StuckJob(**{**row, "reason": StuckReason(row["reason"])}) for row in rows]
