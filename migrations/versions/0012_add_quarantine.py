"""add how often an agent fell ill lately"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.add_column("agents", sa.Column("flaps", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("agents", sa.Column("flapped_at", sa.DateTime(timezone=True), nullable=True))
