"""add revisions and reviews, and the indexes to search jobs and requirements by"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008"
down_revision = "0007"

JOB = "(left(prompt, 20000) || ' ') || translate(file_name, '._-', '   ')"
REQUIREMENT = "(requirement_name || ' ') || left(requirement_text, 20000)"
URGENCY = "(confidence_score - 1) * array_position(ARRAY['low', 'medium', 'high'], coalesce(priority, 'medium'))"
DECISIONS = "'accept', 'reject', 'edit', 'clear', 'carry_over', 'suspect'"


def upgrade() -> None:
    for name in ("first_revision", "previous_revision", "successor_of"):
        op.add_column("jobs", sa.Column(name, sa.Uuid(), nullable=True))
    op.add_column("requirements", sa.Column("review", JSONB(), nullable=True))
    op.add_column("requirements", sa.Column("version", sa.BigInteger(), server_default="1", nullable=False))
    _add_reviews()
    op.create_index("ix_jobs_tags", "jobs", ["tags"], postgresql_using="gin")
    op.create_index("ix_jobs_search", "jobs", [sa.text(_stemmed(JOB))], postgresql_using="gin")
    op.create_index(
        "uq_jobs_revision",
        "jobs",
        ["first_revision", "revision"],
        unique=True,
        postgresql_where=sa.text("first_revision IS NOT NULL"),
    )
    op.create_index("ix_requirements_search", "requirements", [sa.text(_stemmed(REQUIREMENT))], postgresql_using="gin")
    op.create_index(
        "ix_requirements_review",
        "requirements",
        [sa.text(f"({URGENCY})"), "id"],
        postgresql_where=sa.text("needs_review"),
    )


def _add_reviews() -> None:
    op.create_table(
        "requirement_reviews",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("rid", sa.Text(), nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("before", JSONB(), nullable=False),
        sa.Column("after", JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(f"decision IN ({DECISIONS})", name=op.f("ck_requirement_reviews_decision_known")),
        sa.ForeignKeyConstraint(
            ["job_id"], ["jobs.id"], name=op.f("fk_requirement_reviews_job_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requirement_reviews")),
    )
    op.create_index("ix_requirement_reviews_requirement", "requirement_reviews", ["job_id", "rid", "id"])
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE ON requirement_reviews FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )


def _stemmed(words: str) -> str:
    return f"(to_tsvector('german'::regconfig, {words}) || to_tsvector('english'::regconfig, {words}))"
