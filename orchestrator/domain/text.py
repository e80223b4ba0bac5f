"""Which text can be stored and sent on unharmed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_SURROGATE = re.compile("[\ud800-\udfff]")


def fault_of(text: str) -> str | None:
    """Why PostgreSQL or UTF-8 would refuse this text; None where they take it."""
    if "\x00" in text:
        return "contains the character NUL, which cannot be stored; remove it"
    if _SURROGATE.search(text):
        return "contains a lone surrogate, which is no character; send valid Unicode"
    return None


def depth_of(value: Any) -> int:
    """Levels of nesting of a JSON value: 0 for a plain value, 1 for a flat object or list. Does not recurse."""
    deepest, stack = 0, [(value, 0)]
    while stack:
        item, depth = stack.pop()
        if isinstance(item, dict | list):
            deepest = max(deepest, depth + 1)
            children = item.values() if isinstance(item, dict) else item
            stack.extend((child, depth + 1) for child in children)
    return deepest


def texts_of(value: Any) -> Iterator[str]:
    """Every text of a JSON value, keys included. Does not recurse."""
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            yield from item
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
