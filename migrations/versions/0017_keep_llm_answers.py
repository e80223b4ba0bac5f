"""keep a language model's answer until its job has ended, for who repeats the step"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column("llm_requests", sa.Column("question_sha256", sa.Text(), nullable=True))
    op.add_column("llm_requests", sa.Column("answer", JSONB(), nullable=True))
