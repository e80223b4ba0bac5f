"""Compares a database's schema with the one that this code describes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import CheckConstraint, Connection, inspect

from orchestrator.storage.models import Base


def differences(connection: Connection) -> list[str]:
    """One line for each thing that is missing in the database, too much, or other; none where the schema is ours."""
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    found = [_described(each) for each in compare_metadata(context, Base.metadata)]
    return found + list(_checks(connection))


def _described(operation: Any) -> str:
    """Of Alembic's (operation, thing) or a list of operations on one column."""
    first = operation[0] if isinstance(operation, list) else operation
    named = [str(getattr(each, "name", each)) for each in first[1:] if each is not None and not isinstance(each, dict)]
    return f"{first[0].replace('_', ' ')}: {' '.join(named)}"


def _checks(connection: Connection) -> Iterator[str]:
    """Alembic does not compare check constraints."""
    there = inspect(connection)
    for name, table in Base.metadata.tables.items():
        if not there.has_table(name):
            continue
        made = {str(check["name"]) for check in there.get_check_constraints(name)}
        described = {str(rule.name) for rule in table.constraints if isinstance(rule, CheckConstraint)}
        yield from (f"add constraint: {name} {each}" for each in sorted(described - made))
        yield from (f"remove constraint: {name} {each}" for each in sorted(made - described))
