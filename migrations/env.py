"""Alembic's entry: runs inside the connection and transaction that `orchestrator.storage.migrate` opened."""

from alembic import context

from orchestrator.storage.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    compare_type=True,
    compare_server_default=False,
)
context.run_migrations()
