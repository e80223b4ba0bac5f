"""Pages by keyset: the cost of a page does not grow with its distance from the first."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlakeyset import select_page
from sqlalchemy import Select
from sqlalchemy.exc import DataError, ProgrammingError
from sqlalchemy.orm import Session

from orchestrator.errors import Invalid

_MARK_CHARACTERS = 8


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows in order, and the cursor of the next page; None after the last."""

    items: Sequence[Any]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Paging:
    """What a caller asks for: at most `limit` items after `cursor` (None: from the start)."""

    limit: int
    cursor: str | None = None


def page(session: Session, statement: Select[*tuple[Any, ...]], paging: Paging, bound_to: Mapping[str, Any]) -> Page:
    """One page of rows of an ordered statement.

    Args:
        statement: ordered by columns that are never null and together unique.
        bound_to: filters and order that the cursor belongs to; with others it is refused.

    Raises:
        Invalid: code `cursor`: the cursor is none of ours, or belongs to other filters.
    """
    bookmark = _open(paging.cursor, bound_to) if paging.cursor else None
    try:
        found = select_page(session, statement, per_page=paging.limit, page=bookmark)
    except (ValueError, TypeError, DataError, ProgrammingError) as error:
        if bookmark is None:
            raise
        raise _refused() from error
    following = found.paging.bookmark_next if found.paging.has_next else None
    return Page(list(found), _seal(following, bound_to) if following else None)


def cursor_of(number: int, bound_to: Mapping[str, Any]) -> str:
    """The cursor behind the item with this number, for lists that are counted and no rows."""
    return _seal(str(number), bound_to)


def number_of(cursor: str, bound_to: Mapping[str, Any]) -> int:
    """The number in a cursor of `cursor_of`.

    Raises:
        Invalid: code `cursor`: it is none, or belongs to another list.
    """
    text = _open(cursor, bound_to)
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise _refused()
    return int(text)


def _seal(bookmark: str, bound_to: Mapping[str, Any]) -> str:
    """The bookmark behind a check sum over itself and what it is bound to, so that a stray cursor is told apart."""
    return base64.urlsafe_b64encode((_mark(bookmark, bound_to) + bookmark).encode()).decode().rstrip("=")


def _open(cursor: str, bound_to: Mapping[str, Any]) -> str:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except ValueError as error:
        raise _refused() from error
    bookmark = text[_MARK_CHARACTERS:]
    if not bookmark or text != _mark(bookmark, bound_to) + bookmark:
        raise _refused()
    return bookmark


def _mark(bookmark: str, bound_to: Mapping[str, Any]) -> str:
    bound = json.dumps([bookmark, bound_to], sort_keys=True, default=str)
    return hashlib.sha256(bound.encode()).hexdigest()[:_MARK_CHARACTERS]


def _refused() -> Invalid:
    return Invalid(
        "The cursor does not belong to this list with these filters. Start again without `cursor`.",
        code="cursor",
        details={"parameter": "cursor"},
    )
