"""Pages by keyset."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Integer, Text, column, select, values
from sqlalchemy.orm import Session

from orchestrator.bootstrap import Orchestrator
from orchestrator.errors import Invalid
from orchestrator.storage.paging import Paging, page

ROWS = [(number, f"name {number % 3}") for number in range(10)]
TABLE = values(column("number", Integer), column("name", Text), name="rows").data(ROWS)
BY_NAME = select(TABLE.c.number, TABLE.c.name).order_by(TABLE.c.name, TABLE.c.number)
BOUND = {"list": "rows"}


@pytest.fixture
def session(orchestrator: Orchestrator) -> Iterator[Session]:
    with orchestrator.sessions() as opened:
        yield opened


@pytest.mark.parametrize("limit", [1, 3, 9, 10, 11])
def test_the_pages_together_are_the_list(session: Session, limit: int) -> None:
    seen: list[Any] = []
    cursor: str | None = None
    for _ in range(len(ROWS) + 1):
        found = page(session, BY_NAME, Paging(limit, cursor), BOUND)
        seen += [tuple(row) for row in found.items]
        assert len(found.items) <= limit
        cursor = found.next_cursor
        if cursor is None:
            break

    assert seen == sorted(ROWS, key=lambda row: (row[1], row[0]))


def test_a_cursor_of_other_filters_is_refused(session: Session) -> None:
    cursor = page(session, BY_NAME, Paging(2), BOUND).next_cursor

    with pytest.raises(Invalid, match="cursor"):
        page(session, BY_NAME, Paging(2, cursor), {"list": "others"})


@given(st.text())
def test_any_other_text_is_refused(text: str) -> None:
    # No connection is needed: a stray cursor is told apart before anything is asked.
    with pytest.raises(Invalid):
        page(Session(), BY_NAME, Paging(2, text or "x"), BOUND)
