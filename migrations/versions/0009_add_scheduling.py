"""add what scheduling, dependencies, pause, fairness, deduplication, operations on many jobs and redaction keep

Only open steps get their owner: ended ones are not dispatched any more. `jobs.deadline_at` may be empty now; older code
ends no such job.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0009"
down_revision = "0008"

MOMENT = sa.DateTime(timezone=True)
HOLDS = "hold IN ('schedule', 'dependencies', 'budget')"
OWNERS = """
UPDATE steps s SET owner = j.owner FROM jobs j
WHERE j.id = s.job_id AND s.state IN ('waiting', 'pending', 'dispatched', 'running')
"""


def upgrade() -> None:
    _extend_jobs()
    _extend_steps()
    op.add_column("documents", sa.Column("redacted_at", MOMENT, nullable=True))
    _create_dependencies()
    op.create_table(
        "queues",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("paused_at", MOMENT, nullable=True),
        sa.Column("paused_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_queues")),
    )
    _create_operations()


def _extend_jobs() -> None:
    op.add_column("jobs", sa.Column("run_at", MOMENT, nullable=True))
    op.add_column("jobs", sa.Column("on_parent_failure", sa.Text(), server_default="block", nullable=False))
    op.add_column("jobs", sa.Column("dedup_key", sa.Text(), nullable=True))
    op.add_column("jobs", sa.Column("redacted_at", MOMENT, nullable=True))
    op.alter_column("jobs", "deadline_at", nullable=True)
    known = "on_parent_failure IN ('block', 'cancel', 'ignore')"
    op.create_check_constraint(op.f("ck_jobs_on_parent_failure_known"), "jobs", known)
    one_per_key = sa.text("status NOT IN ('failed', 'cancelled') AND revision = 1")
    op.create_index("uq_jobs_dedup_key", "jobs", ["dedup_key"], unique=True, postgresql_where=one_per_key)


def _extend_steps() -> None:
    op.add_column("steps", sa.Column("owner", sa.Text(), nullable=True))
    op.add_column("steps", sa.Column("hold", sa.Text(), nullable=True))
    op.create_check_constraint(op.f("ck_steps_hold_known"), "steps", HOLDS)
    op.execute(OWNERS)
    by_owner: list[Any] = ["queue", "owner", sa.text("priority DESC"), "rank", "id"]
    op.create_index("ix_steps_ready_owner", "steps", by_owner, postgresql_where=sa.text("state = 'pending'"))


def _create_dependencies() -> None:
    op.create_table(
        "job_dependencies",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("depends_on_id", sa.Uuid(), nullable=False),
        sa.Column("due", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_job_dependencies_job_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["depends_on_id"], ["jobs.id"], name=op.f("fk_job_dependencies_depends_on_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("job_id", "depends_on_id", name=op.f("pk_job_dependencies")),
    )
    op.create_index("ix_job_dependencies_depends_on", "job_dependencies", ["depends_on_id"])
    op.create_index("ix_job_dependencies_due", "job_dependencies", ["job_id"], postgresql_where=sa.text("due"))


def _create_operations() -> None:
    actions = "action IN ('cancel', 'retry', 'reprioritise', 'delete')"
    op.create_table(
        "operations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("filter", JSONB(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("priority", sa.SmallInteger(), nullable=True),
        sa.Column("step_id", sa.BigInteger(), nullable=True),
        sa.Column("correlation_id", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.CheckConstraint(actions, name=op.f("ck_operations_action_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operations")),
    )
    op.create_table(
        "operation_jobs",
        sa.Column("operation_id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.CheckConstraint("outcome IN ('done', 'skipped')", name=op.f("ck_operation_jobs_outcome_known")),
        sa.ForeignKeyConstraint(
            ["operation_id"], ["operations.id"], name=op.f("fk_operation_jobs_operation_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("operation_id", "job_id", name=op.f("pk_operation_jobs")),
    )
