"""guard jobs: the summary view, the ways between statuses, the append-only timeline"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

SUMMARY = """
CREATE VIEW job_summary AS
SELECT j.id AS job_id,
       count(r.id) AS total,
       count(r.id) FILTER (WHERE r.status = 'pending' AND s.id IS NULL) AS pending,
       count(r.id) FILTER (WHERE r.status = 'pending' AND s.id IS NOT NULL) AS validating,
       count(r.id) FILTER (WHERE r.status = 'integrated') AS integrated,
       count(r.id) FILTER (WHERE r.status = 'rejected') AS rejected,
       count(r.id) FILTER (WHERE r.status = 'failed') AS failed
FROM jobs j
LEFT JOIN requirements r ON r.job_id = j.id
LEFT JOIN steps s ON s.job_id = r.job_id AND s.kind = 'validate' AND s.part = r.validate_part AND s.state = 'running'
GROUP BY j.id
"""

STATUS_GUARD = """
CREATE FUNCTION guard_job_status() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.status = OLD.status
       OR (OLD.status = 'created' AND NEW.status IN ('processing', 'failed', 'cancelled'))
       OR (OLD.status = 'processing' AND NEW.status IN ('completed', 'failed', 'cancelled'))
       OR (OLD.status = 'failed' AND NEW.status = 'processing') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'job % cannot go from % to %', OLD.id, OLD.status, NEW.status USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER guard_status BEFORE UPDATE OF status ON jobs FOR EACH ROW EXECUTE FUNCTION guard_job_status();
"""

EVENT_GUARD = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE ON job_events FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE ON document_texts FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    op.execute(SUMMARY)
    op.execute(STATUS_GUARD)
    op.execute(EVENT_GUARD)
    op.execute("INSERT INTO schema_info (min_code_revision) VALUES ('0002')")
