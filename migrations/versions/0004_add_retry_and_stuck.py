"""add what retry, progress and the search for stuck jobs keep on a job"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("jobs", sa.Column("stuck_after_minutes", sa.Float(), nullable=True))
    op.add_column("jobs", sa.Column("progress_floor", sa.SmallInteger(), server_default="0", nullable=False))
    op.add_column("jobs", sa.Column("resumed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("jobs", sa.Column("cleaned_up_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(op.f("ck_jobs_stuck_after_positive"), "jobs", "stuck_after_minutes > 0")
    op.create_check_constraint(op.f("ck_jobs_progress_floor_range"), "jobs", "progress_floor BETWEEN 0 AND 100")
