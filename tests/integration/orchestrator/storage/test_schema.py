"""The migrations make the tables that the models describe."""

from __future__ import annotations

from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, create_engine, inspect

from orchestrator.config import normalise_database_url
from orchestrator.storage.models import Base


@pytest.fixture
def connection(database_url: str) -> Any:
    engine = create_engine(normalise_database_url(database_url))
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def test_migrations_and_models_agree(connection: Any) -> None:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})

    assert compare_metadata(context, Base.metadata) == []


def test_check_constraints_agree_too(connection: Any) -> None:
    """Alembic does not compare them."""
    made = {
        table: {check["name"] for check in inspect(connection).get_check_constraints(table)}
        for table in Base.metadata.tables
    }
    described = {
        name: {str(rule.name) for rule in table.constraints if isinstance(rule, CheckConstraint)}
        for name, table in Base.metadata.tables.items()
    }

    assert made == described
