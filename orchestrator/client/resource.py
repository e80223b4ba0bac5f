"""What all calls are made of: JSON, pages, ids in paths, pauses between two looks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from orchestrator.client.transport import Transport
from orchestrator.errors import Invalid

POLL_S = (0.1, 2.0)
"""The first pause between two looks at a job, which grows by half each time, and the longest."""
PAGE = 100
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Resource:
    """Calls of one API through one transport; the client is made of such classes, one for each resource."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def _get(self, path: str, query: Mapping[str, Any] | None = None) -> Any:
        return self._transport.json(self._transport.get(path, query))

    def _post(self, path: str, content: Any = None) -> Any:
        return self._transport.json(self._transport.post(path, content))

    def _items(self, path: str, query: Mapping[str, Any], limit: int | None) -> Iterator[Any]:
        return islice(self._pages(path, query, limit), limit)

    def _pages(self, path: str, query: Mapping[str, Any], limit: int | None) -> Iterator[Any]:
        wanted = {name: value for name, value in query.items() if value not in ("", None)}
        wanted["limit"] = min(limit or PAGE, PAGE)
        while True:
            page = self._get(path, wanted)
            yield from page["items"]
            if not page["next_cursor"]:
                return
            wanted["cursor"] = page["next_cursor"]


def segment(name: str) -> str:
    """The id as a path segment.

    Raises:
        Invalid: it is none, and would lead elsewhere.
    """
    if not _ID.fullmatch(name):
        raise Invalid(f"{name!r} is no id; `orchestrator jobs list` shows those of the jobs.")
    return name


def pauses() -> Iterator[float]:
    """Seconds between one look and the next, without an end."""
    pause, longest = POLL_S
    while True:
        yield pause
        pause = min(pause * 1.5, longest)
