"""store reports in chunks of at most 1 MB, with their size and digest

`reports.content` stays for what older code wrote. Older code finds no content in new reports and says that they are not
made yet.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.alter_column("reports", "content", nullable=True)
    op.add_column("reports", sa.Column("size_bytes", sa.BigInteger(), nullable=True))
    op.add_column("reports", sa.Column("sha256", sa.Text(), nullable=True))
    op.create_table(
        "report_chunks",
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["reports.id"], name=op.f("fk_report_chunks_report_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("report_id", "number", name=op.f("pk_report_chunks")),
    )
