"""Migrations on real databases: from nothing, step by step on filled tables, and by several processes at once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, Engine, MetaData, Table, create_engine, select, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from orchestrator.errors import ConfigError
from orchestrator.storage import migrate
from orchestrator.storage.models import Base
from orchestrator.storage.start_check import is_current

MakeDatabase = Callable[..., str]
Connect = Callable[[str], Engine]

COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
       pg_get_expr(d.adbin, d.adrelid)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (c.oid, a.attnum)
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
  AND c.relname <> 'alembic_version' ORDER BY 1, 2
"""
CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'alembic_version' ORDER BY 1, 2
"""
INDEXES = """
SELECT tablename, indexname, indexdef FROM pg_indexes
WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1, 2
"""
OPTIONS = """
SELECT relname, reloptions::text FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version' ORDER BY 1
"""

# What a check allows, where any value of the type would not do.
ALLOWED: dict[str, Any] = {
    "status": "processing",
    "creator_status": "processing",
    "validator_status": "pending",
    "on_error": "fail",
    "on_parent_failure": "block",
    "hold": "schedule",
    "operations.action": "cancel",
    "operation_jobs.outcome": "done",
    "priority": 5,
    "state": "done",
    "breaker_state": "closed",
    "role": "viewer",
    "citations": [{"quote": "x"}],
    "confidence_score": 0.5,
    "graph_nodes.type": "Requirement",
    "graph_edges.type": "REFINES",
    "graph_assertions.edge_id": None,
    "requirements.status": "integrated",
    "webhooks.state": "active",
    "webhook_deliveries.state": "delivered",
    "audit_log.outcome": "done",
    "audit_log.position": None,
    "idempotency_keys.status": 200,
    "requirements.priority": "high",
    "requirement_reviews.decision": "accept",
}
ONE_ROW = {"schema_info", "alembic_version", "recovery_log"}


@pytest.fixture
def connect() -> Iterator[Connect]:
    """`connect(url)` gives an engine that is closed at the end."""
    engines: list[Engine] = []

    def make(url: str) -> Engine:
        engines.append(create_engine(url))
        return engines[-1]

    yield make
    for engine in engines:
        engine.dispose()


def schema(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Tables with columns, defaults, constraints, indexes and options, as the server describes them."""
    questions = {"columns": COLUMNS, "constraints": CONSTRAINTS, "indexes": INDEXES, "options": OPTIONS}
    return {name: [tuple(row) for row in connection.execute(text(sql))] for name, sql in questions.items()}


def modelled(make_database: MakeDatabase, connect: Connect) -> dict[str, list[tuple[Any, ...]]]:
    """The schema that the models describe."""
    engine = connect(make_database())
    Base.metadata.create_all(engine)
    with engine.connect() as connection:
        return schema(connection)


def found_in(connection: Connection) -> MetaData:
    """The tables that are there."""
    found = MetaData()
    found.reflect(connection)
    return found


def fill(connection: Connection, found: MetaData) -> None:
    """Add a row to every table, with a value in every column."""
    added: dict[str, dict[str, Any]] = {}
    for table in found.sorted_tables:
        if table.name not in ONE_ROW:
            values = {column.name: _value(table, column, added) for column in table.columns if not column.identity}
            row = connection.execute(table.insert().values(values).returning(*table.columns)).one()
            added[table.name] = dict(row._mapping)


def _value(table: Table, column: Any, added: dict[str, dict[str, Any]]) -> Any:
    for name in (f"{table.name}.{column.name}", column.name):
        if name in ALLOWED:
            return ALLOWED[name]
    for key in column.foreign_keys:
        return added[key.column.table.name][key.column.name]
    if isinstance(column.type, JSONB):
        return {}
    if isinstance(column.type, ARRAY):
        return ["x"]
    samples = {UUID: uuid4(), str: f"x{uuid4().hex[:8]}", int: 7, float: 0.5, bool: True, bytes: b"x"}
    return samples.get(column.type.python_type, datetime.now(UTC))


def content(connection: Connection, found: MetaData) -> dict[str, list[str]]:
    """The values of every column of every table."""
    rows = {
        table: connection.execute(select(table)).all() for table in found.sorted_tables if table.name not in ONE_ROW
    }
    return {
        f"{table.name}.{column.name}": sorted(repr(row[place]) for row in rows[table])
        for table in rows
        for place, column in enumerate(table.columns)
    }


def test_the_schema_from_scratch_is_that_of_the_models(make_database: MakeDatabase, connect: Connect) -> None:
    url = make_database()
    migrate.upgrade(url)
    with connect(url).connect() as connection:
        migrated = schema(connection)
    assert all(migrated.values())
    assert migrated == modelled(make_database, connect)


def test_each_step_keeps_what_filled_tables_hold(make_database: MakeDatabase, connect: Connect) -> None:
    url = make_database()
    engine = connect(url)
    before: dict[str, Any] = {}
    for revision in migrate.revisions():
        assert migrate.upgrade(url, revision) == revision
        with engine.begin() as connection:
            found = found_in(connection)
            after = content(connection, found)
            assert {name: after.get(name) for name in before} == before
            fill(connection, found)
            before = content(connection, found)
    assert all(len(values) >= 1 for values in before.values())
    with engine.connect() as connection:
        assert schema(connection) == modelled(make_database, connect)


def test_revisions_are_one_line_of_growing_numbers() -> None:
    known = migrate.revisions()
    assert known == [f"{number:04}" for number in range(1, len(known) + 1)]
    assert known[-1] == migrate.code_revision()


@pytest.mark.parametrize("start", [None, "0001"], ids=["empty", "old"])
def test_three_processes_may_start_at_once(make_database: MakeDatabase, connect: Connect, start: str | None) -> None:
    url = make_database()
    if start:
        migrate.upgrade(url, start)
        with connect(url).begin() as connection:
            fill(connection, found_in(connection))
    command = [sys.executable, "-P", "-m", "orchestrator.cli.main", "db", "upgrade"]
    environment = {**os.environ, "DATABASE_URL": url}
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, env=environment, **pipes) for _ in range(3)]  # noqa: S603 - a program of the project
    ended = [(*process.communicate(timeout=110), process.returncode) for process in processes]
    assert [(out, code) for out, _, code in ended] == [(f"{migrate.code_revision()}\n", 0)] * 3, ended
    with connect(url).connect() as connection:
        assert connection.scalars(text("SELECT version_num FROM alembic_version")).all() == [migrate.code_revision()]
        assert connection.scalars(text("SELECT count(*) FROM schema_info")).one() == 1


def test_a_schema_that_needs_newer_code_is_refused(database_url: str, connect: Connect) -> None:
    with connect(database_url).begin() as connection:
        connection.execute(text("UPDATE schema_info SET min_code_revision = '9999'"))
    with pytest.raises(ConfigError) as raised:
        migrate.upgrade(database_url)
    assert raised.value.code == "schema_too_new"
    assert "9999" in raised.value.message


def test_a_newer_schema_that_this_code_can_use_is_left_alone(database_url: str, connect: Connect) -> None:
    engine = connect(database_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert migrate.upgrade(database_url) == "9999"
    with engine.connect() as connection:
        assert is_current(connection)
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
        assert not is_current(connection)
        connection.execute(text("DROP TABLE alembic_version"))
        assert not is_current(connection)
