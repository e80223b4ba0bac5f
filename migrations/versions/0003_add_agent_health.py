"""add the health of agents: where each answers, its circuit breaker, and the token of the check under way"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("agents", sa.Column("health_url", sa.Text(), nullable=True))
    op.add_column("agents", sa.Column("configured", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("agents", sa.Column("breaker_state", sa.Text(), server_default="closed", nullable=False))
    op.add_column("agents", sa.Column("breaker_failures", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("agents", sa.Column("breaker_open_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("agents", sa.Column("probe_token", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("agents", sa.Column("probe_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("agents", sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("agents", sa.Column("check_error", sa.Text(), nullable=True))
    op.alter_column("agents", "heartbeat_at", nullable=True)
    op.create_check_constraint(
        op.f("ck_agents_breaker_state_known"), "agents", "breaker_state IN ('closed', 'open', 'half_open')"
    )
