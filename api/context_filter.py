"""`context.<path>=value` in a query: which jobs by what their context says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orchestrator.domain.text import fault_of
from orchestrator.errors import Invalid

PREFIX = "context."
MOST = 5
"""Conditions in one query."""
MOST_KEYS = 8
CHARACTERS = 200
"""Of one key and of one value."""

Conditions = tuple[tuple[tuple[str, ...], str], ...]


def without_context(query: Mapping[str, Any]) -> dict[str, Any]:
    """The query's other parameters."""
    return {name: query[name] for name in query if not name.startswith(PREFIX)}


def context_of(query: Any) -> Conditions:
    """The conditions of a query (a MultiDict), in one order: (keys, outermost first; value as text).

    Raises:
        Invalid: one is malformed, or there are too many.
    """
    return _conditions([(name, value) for name, value in query.items(multi=True) if name.startswith(PREFIX)])


def conditions_of(pairs: Mapping[str, str]) -> Conditions:
    """The same of an object of paths and values.

    Raises:
        Invalid: as `context_of`.
    """
    return _conditions([(PREFIX + path, value) for path, value in pairs.items()])


def _conditions(found: list[tuple[str, str]]) -> Conditions:
    if len(found) > MOST:
        raise Invalid(f"Ask for at most {MOST} values of the context at once.", details={"parameter": found[MOST][0]})
    return tuple(sorted((_keys(name), _checked(name, value)) for name, value in found))


def _keys(name: str) -> tuple[str, ...]:
    keys = tuple(name.removeprefix(PREFIX).split("."))
    if len(keys) > MOST_KEYS or not all(keys):
        raise Invalid(
            f"{_checked(name, name)[:100]!r} is no path: write context.a.b=value, at most {MOST_KEYS} keys.",
            details={"parameter": name[:100]},
        )
    return tuple(_checked(name, key) for key in keys)


def _checked(name: str, text: str) -> str:
    fault = fault_of(text) or (f"is longer than {CHARACTERS} characters" if len(text) > CHARACTERS else None)
    if fault:
        raise Invalid(
            f"A key or value of the context {fault}.",
            details={"parameter": name[:100] if not fault_of(name) else "context"},
        )
    return text
