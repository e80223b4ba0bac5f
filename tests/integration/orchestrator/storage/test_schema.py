"""The migrations make the tables that the models describe."""

from __future__ import annotations

from sqlalchemy import create_engine

from orchestrator.config import normalise_database_url
from orchestrator.storage.schema_check import differences


def test_migrations_and_models_agree(database_url: str) -> None:
    engine = create_engine(normalise_database_url(database_url))
    with engine.connect() as connection:
        assert differences(connection) == []
    engine.dispose()
