"""add what recovery last did, and how much it has done"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

MOMENT = sa.DateTime(timezone=True)
COUNTS = ("last_expired", "last_lost", "last_timed_out", "expired", "lost", "timed_out")


def upgrade() -> None:
    op.create_table(
        "recovery_log",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("looked_at", MOMENT, nullable=False),
        sa.Column("recovered_at", MOMENT, nullable=True),
        *[sa.Column(name, sa.BigInteger(), server_default="0", nullable=False) for name in COUNTS],
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_log")),
    )
