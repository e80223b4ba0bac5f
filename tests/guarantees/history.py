"""What happened to steps, jobs and verdicts, kept by triggers that a test installs in its own database.

The tables of the house show only how things are; what must never happen in between shows here. Everything is written
in the transaction that it tells of, so what was rolled back left nothing.
"""

from __future__ import annotations

from sqlalchemy import text

from orchestrator.storage.engine import SessionFactory

_TABLES = """
CREATE SCHEMA proof;
CREATE TABLE proof.steps (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz DEFAULT clock_timestamp(),
    xid xid8 DEFAULT pg_current_xact_id(), server_started timestamptz DEFAULT pg_postmaster_start_time(),
    step_id bigint, kind text, part text, job_id uuid, was text, became text, epoch_before bigint, epoch bigint,
    retries_before bigint, retries bigint, dispatched_at timestamptz, lease_until timestamptz
);
CREATE TABLE proof.jobs (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz DEFAULT clock_timestamp(),
    job_id uuid, was text, became text, version_before bigint, version bigint
);
CREATE TABLE proof.verdicts (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, xid xid8 DEFAULT pg_current_xact_id(),
    requirement_id bigint, job_id uuid, rid text, status text
);
CREATE INDEX ON proof.steps (step_id, seq);
CREATE INDEX ON proof.steps (xid) WHERE became = 'done';
"""
# Of the old row: when it was sent, and until when its worker had been heard of.
_NOTE_STEP = """
CREATE FUNCTION proof.note_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO proof.steps (step_id, kind, part, job_id, was, became, epoch_before, epoch, retries_before, retries,
                             dispatched_at, lease_until)
    VALUES (NEW.id, NEW.kind, NEW.part, NEW.job_id, OLD.state, NEW.state, OLD.epoch, NEW.epoch, OLD.retries,
            NEW.retries, OLD.dispatched_at, OLD.lease_until);
    RETURN NULL;
END $$;
CREATE TRIGGER proof_steps AFTER UPDATE ON steps FOR EACH ROW WHEN (
    (OLD.state, OLD.epoch, OLD.retries) IS DISTINCT FROM (NEW.state, NEW.epoch, NEW.retries)
    OR (NEW.lease_until IS DISTINCT FROM OLD.lease_until AND OLD.lease_until < now())
) EXECUTE FUNCTION proof.note_step();
"""
_NOTE_JOB = """
CREATE FUNCTION proof.note_job() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO proof.jobs (job_id, was, became, version_before, version)
    VALUES (NEW.id, OLD.status, NEW.status, OLD.version, NEW.version);
    RETURN NULL;
END $$;
CREATE TRIGGER proof_jobs AFTER UPDATE ON jobs FOR EACH ROW
WHEN ((OLD.status, OLD.version) IS DISTINCT FROM (NEW.status, NEW.version)) EXECUTE FUNCTION proof.note_job();
"""
# Fires on every write of a verdict, also where it says the same as the one before.
_NOTE_VERDICT = """
CREATE FUNCTION proof.note_verdict() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO proof.verdicts (requirement_id, job_id, rid, status) VALUES (NEW.id, NEW.job_id, NEW.rid, NEW.status);
    RETURN NULL;
END $$;
CREATE TRIGGER proof_verdicts AFTER UPDATE OF status ON requirements FOR EACH ROW
WHEN (NEW.status IN ('integrated', 'rejected')) EXECUTE FUNCTION proof.note_verdict();
"""


def record(sessions: SessionFactory) -> None:
    """Begin to keep the history. Call it once, on a migrated database without work in progress. Commits."""
    with sessions.begin() as session:
        for statement in (_TABLES, _NOTE_STEP, _NOTE_JOB, _NOTE_VERDICT):
            session.execute(text(statement))


_FIGURES = text(
    """
    WITH interrupted AS (
        SELECT step_id, seq, CASE was WHEN 'running' THEN lease_until - make_interval(secs => :lease_s)
                                      ELSE dispatched_at END AS since
        FROM proof.steps WHERE became = 'pending' AND was IN ('running', 'dispatched')
    ), recovered AS (
        SELECT extract(epoch FROM (SELECT min(r.at) FROM proof.steps r WHERE r.step_id = i.step_id AND r.seq > i.seq
                                   AND r.became IN ('running', 'dead', 'cancelled')) - i.since) AS seconds
        FROM interrupted i
    )
    SELECT (SELECT count(*) FROM jobs) AS jobs, (SELECT count(*) FROM steps) AS steps,
           (SELECT count(*) FROM interrupted) AS recovered,
           (SELECT coalesce(round(max(seconds), 1), 0) FROM recovered) AS slowest_s
    """
)


def figures(sessions: SessionFactory, lease_s: float) -> dict[str, float]:
    """What the run amounted to: jobs, steps, recovered, slowest_s.

    A recovery lasts from the last sign of the one who lost the step (a lease renewed, a message sent) until the step
    runs again or has ended. Seconds.
    """
    with sessions() as session:
        return dict(session.execute(_FIGURES, {"lease_s": lease_s}).one()._mapping)
