"""I1-I8: what must hold after any run, whatever happened in it. Read-only; `history.record` must have been called.

Each function returns its violations as sentences, none where the invariant holds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from orchestrator.config import Settings
from orchestrator.storage.engine import SessionFactory

SLACK_S = 5.0
"""Beyond lease and leader's lease, for noticing."""


@dataclass(frozen=True)
class Run:
    """What the harness knows of its run.

    Attributes:
        settings: of the stack.
        answered: ids of the jobs that were answered 202.
        poison: ids of the jobs that cannot succeed.
        stall_s: how late the machine itself was (`stall.py`); added to bounds of time.
    """

    settings: Settings
    answered: Collection[str] = field(default=())
    poison: Collection[str] = field(default=())
    stall_s: float = 0.0


Invariant = Callable[[Session, Run], list[str]]


def check(sessions: SessionFactory, run: Run, *names: str) -> dict[str, list[str]]:
    """The invariants that are broken, with their violations; only those named where there are names.

    Call it once the work has ended. `LASTING` may be asked for at any time.
    """
    broken = {}
    for name in names or INVARIANTS:
        with sessions() as session:
            if found := INVARIANTS[name](session, run):
                broken[name] = found
    return broken


def answered_jobs_end(session: Session, run: Run) -> list[str]:
    """I1: a job answered 202 is there and has ended, and so have its steps."""
    known = {str(row.id): row.status for row in session.execute(text("SELECT id, status FROM jobs"))}
    lost = [f"job {each} was answered 202 and is not there" for each in run.answered if each not in known]
    live = [f"job {key} is still {status}" for key, status in known.items() if status in ("created", "processing")]
    open_steps = """
        SELECT format('step %s (%s) of job %s, which is %s, is still %s', s.id, s.kind, j.id, j.status, s.state)
        FROM steps s JOIN jobs j ON j.id = s.job_id
        WHERE s.state IN ('waiting', 'pending', 'dispatched', 'running') ORDER BY s.id
    """
    return lost + live + _sentences(session, open_steps)


def ends_are_final(session: Session, run: Run) -> list[str]:
    """I2: one terminal transition per step and retry, and per job and retry."""
    steps_twice = """
        SELECT format('step %s ended %s times in retry %s', step_id, count(*), retries) FROM proof.steps
        WHERE was NOT IN ('done', 'dead', 'cancelled') AND became IN ('done', 'dead', 'cancelled')
        GROUP BY step_id, retries HAVING count(*) > 1
    """
    steps_reopened = """
        SELECT format('step %s was %s and became %s without a retry', step_id, was, became) FROM proof.steps
        WHERE was IN ('done', 'dead', 'cancelled') AND retries <> retries_before + 1
          AND NOT (was = 'dead' AND became = 'cancelled')  -- held back by a retry until its turn comes
    """
    done_repeated = """
        SELECT format('step %s was done and became %s', step_id, became) FROM proof.steps WHERE was = 'done'
    """
    jobs_reopened = """
        SELECT format('job %s was %s and became %s', job_id, was, became) FROM proof.jobs
        WHERE was IN ('completed', 'cancelled') AND became <> was
    """
    jobs_twice = """
        SELECT format('job %s has %s end events and %s ends', e.job_id, e.ends, coalesce(h.ends, 0)) FROM
            (SELECT job_id, count(*) AS ends FROM job_events
             WHERE type IN ('job.completed', 'job.failed', 'job.cancelled') GROUP BY job_id) e
        LEFT JOIN (SELECT job_id, count(*) AS ends FROM proof.jobs WHERE was IN ('created', 'processing')
                   AND became IN ('completed', 'failed', 'cancelled') GROUP BY job_id) h USING (job_id)
        WHERE e.ends <> coalesce(h.ends, 0)
    """
    return _sentences(session, steps_twice, steps_reopened, done_repeated, jobs_reopened, jobs_twice)


def effects_happen_once(session: Session, run: Run) -> list[str]:
    """I3: one verdict and one graph effect per requirement, in the transaction in which its step was done."""
    twice = """
        SELECT format('requirement %s of job %s got %s verdicts', rid, job_id, count(*)) FROM proof.verdicts
        GROUP BY requirement_id, rid, job_id HAVING count(*) > 1
    """
    without_step = """
        SELECT format('requirement %s of job %s got a verdict without a step done', v.rid, v.job_id)
        FROM proof.verdicts v WHERE NOT EXISTS (
            SELECT 1 FROM proof.steps s WHERE s.xid = v.xid AND s.became = 'done' AND s.was <> 'done'
            AND s.kind = 'validate' AND s.job_id = v.job_id)
    """
    graph = """
        SELECT format('requirement %s of job %s is %s and has %s graph effects', r.rid, r.job_id, r.status, count(a.id))
        FROM requirements r LEFT JOIN graph_assertions a ON a.job_id = r.job_id AND a.node_key = r.rid
        GROUP BY r.id HAVING count(a.id) <> (r.status = 'integrated')::int
    """
    stray = """
        SELECT format('graph node %s is asserted by job %s, which has no such requirement', a.node_key, a.job_id)
        FROM graph_assertions a WHERE a.node_key IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM requirements r WHERE r.job_id = a.job_id AND r.rid = a.node_key)
    """
    return _sentences(session, twice, without_step, graph, stray)


def numbers_never_fall(session: Session, run: Run) -> list[str]:
    """I4: epoch and version never fall, and every change of state has an epoch of its own."""
    epochs = """
        SELECT format('step %s went from %s, epoch %s, to %s, epoch %s', step_id, was, epoch_before, became, epoch)
        FROM proof.steps WHERE epoch < epoch_before OR (was <> became AND epoch <> epoch_before + 1)
    """
    versions = """
        SELECT format('job %s went from version %s to %s', job_id, version_before, version)
        FROM proof.jobs WHERE version < version_before
    """
    return _sentences(session, epochs, versions)


def leases_are_noticed(session: Session, run: Run) -> list[str]:
    """I5: no lease is older than lease + leader's lease + 5 s; neither the time without a database counts nor what the
    machine stalled for."""
    late = """
        SELECT format('the lease of step %s was over for %s s', step_id, round(overdue::numeric, 1)) FROM (
            SELECT step_id, extract(epoch FROM at - greatest(lease_until, server_started)) AS overdue
            FROM proof.steps WHERE was = 'running'
            UNION ALL
            SELECT id, extract(epoch FROM now() - greatest(lease_until, pg_postmaster_start_time()))
            FROM steps WHERE state = 'running') each
        WHERE overdue > :slack
    """
    return _sentences(session, late, slack=run.settings.leader_ttl_s + SLACK_S + run.stall_s)


def attempts_are_bounded(session: Session, run: Run) -> list[str]:
    """I6: no step has more errors or crashes than allowed, and only poison dies."""
    too_many = """
        SELECT format('step %s has %s errors and %s crashes', id, error_count, crash_count) FROM steps
        WHERE error_count > :max_errors OR crash_count > :max_crashes
    """
    healthy = """
        SELECT format('step %s (%s) of the healthy job %s is dead: %s', id, kind, job_id, error ->> 'message')
        FROM steps WHERE state = 'dead' AND (job_id IS NULL OR job_id::text <> ALL(:poison))
    """
    settings = run.settings
    return _sentences(session, too_many, max_errors=settings.max_errors, max_crashes=settings.max_crashes) + _sentences(
        session, healthy, poison=list(run.poison)
    )


def slots_run_once(session: Session, run: Run) -> list[str]:
    """I7: at most one run per slot of a schedule."""
    twice = """
        SELECT format('%s has %s steps for the slot %s', kind, count(*), part) FROM steps
        WHERE job_id IS NULL GROUP BY kind, part HAVING count(*) > 1
    """
    unknown = """
        SELECT format('step %s (%s) belongs to no slot', id, kind) FROM steps s WHERE job_id IS NULL
        AND NOT EXISTS (SELECT 1 FROM periodic_runs p WHERE p.step_id = s.id)
    """
    return _sentences(session, twice, unknown)


_JSON_REPORTS = """
    SELECT r.job_id, r.created_at,
           convert_from(string_agg(c.data, ''::bytea ORDER BY c.number), 'UTF8')::jsonb AS content
    FROM reports r JOIN report_chunks c ON c.report_id = r.id
    WHERE r.name = 'job' AND r.format = 'json' GROUP BY r.id
"""


def reports_add_up(session: Session, run: Run) -> list[str]:
    """I8: each ended job has the report of this end, and its sums are those of the rows."""
    none = f"""
        WITH stored AS MATERIALIZED ({_JSON_REPORTS})
        SELECT format('job %s is %s and has no report of it', j.id, j.status) FROM jobs j
        WHERE j.status NOT IN ('created', 'processing') AND NOT EXISTS (
            SELECT 1 FROM stored r WHERE r.job_id = j.id
            AND r.created_at >= j.completed_at AND r.content -> 'job' ->> 'status' = j.status)
    """  # noqa: S608 - names of the test, no input
    sums = f"""
        WITH stored AS MATERIALIZED ({_JSON_REPORTS})
        SELECT format('the report of job %s counts %s of %s, the rows are %s', job_id, said, status, rows) FROM (
            SELECT r.job_id, s.key AS status, s.value::int AS said,
                   (SELECT count(*) FROM requirements q WHERE q.job_id = r.job_id AND q.status = s.key) AS rows
            FROM stored r CROSS JOIN jsonb_each_text(r.content -> 'summary' -> 'status') s
            UNION ALL
            SELECT r.job_id, 'all requirements', jsonb_array_length(r.content -> 'requirements'),
                   (SELECT count(*) FROM requirements q WHERE q.job_id = r.job_id)
            FROM stored r) each
        WHERE said <> rows
    """  # noqa: S608 - names of the test, no input
    pending = """
        SELECT format('requirement %s of the completed job %s was never judged', rid, job_id)
        FROM requirements JOIN jobs j ON j.id = job_id WHERE j.status = 'completed' AND requirements.status = 'pending'
    """
    return _sentences(session, none, sums, pending)


INVARIANTS: dict[str, Invariant] = {
    "I1": answered_jobs_end,
    "I2": ends_are_final,
    "I3": effects_happen_once,
    "I4": numbers_never_fall,
    "I5": leases_are_noticed,
    "I6": attempts_are_bounded,
    "I7": slots_run_once,
    "I8": reports_add_up,
}
LASTING = ("I2", "I3", "I4", "I7")
"""Once broken, these stay broken; so they can be asked for while the work goes on."""


def _sentences(session: Session, *statements: str, **values: Any) -> list[str]:
    return [line for each in statements for line in session.execute(text(each), values).scalars()]
