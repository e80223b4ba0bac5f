"""add what jobs use of language models, the calls themselves, and what is known of endpoints"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0013"
down_revision = "0012"

MOMENT = sa.DateTime(timezone=True)
STATES = "breaker_state IN ('closed', 'open', 'half_open')"


def upgrade() -> None:
    _extend_jobs()
    _create_requests()
    _create_endpoints()
    _create_slots()


def _extend_jobs() -> None:
    op.add_column("jobs", sa.Column("text_sent_to", sa.Text(), nullable=True))
    op.add_column("jobs", sa.Column("token_budget", sa.BigInteger(), nullable=True))
    op.add_column("jobs", sa.Column("total_tokens", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("jobs", sa.Column("total_requests", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("jobs", sa.Column("dry_run", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("jobs", sa.Column("estimate", JSONB(), nullable=True))


def _create_requests() -> None:
    op.create_table(
        "llm_requests",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("step_id", sa.BigInteger(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("prompt_tokens", sa.BigInteger(), nullable=False),
        sa.Column("completion_tokens", sa.BigInteger(), nullable=False),
        sa.Column("estimated", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False),
        sa.Column("http_status", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", MOMENT, server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_llm_requests_job_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_llm_requests")),
    )
    op.create_index("ix_llm_requests_job", "llm_requests", ["job_id", "step_id"])


def _create_endpoints() -> None:
    op.create_table(
        "llm_endpoints",
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("breaker_state", sa.Text(), server_default="closed", nullable=False),
        sa.Column("breaker_failures", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("breaker_open_until", MOMENT, nullable=True),
        sa.Column("probe_token", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("probe_until", MOMENT, nullable=True),
        sa.Column("failing_since", MOMENT, nullable=True),
        sa.Column("paused_until", MOMENT, nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("dialect", JSONB(), server_default=sa.text("'{}'::jsonb"), nullable=False),
        sa.CheckConstraint(STATES, name=op.f("ck_llm_endpoints_breaker_state_known")),
        sa.PrimaryKeyConstraint("url", "model", name=op.f("pk_llm_endpoints")),
    )


def _create_slots() -> None:
    op.create_table(
        "llm_slots",
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("until", MOMENT, nullable=True),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("reserved", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("url", "model", "number", name=op.f("pk_llm_slots")),
    )
