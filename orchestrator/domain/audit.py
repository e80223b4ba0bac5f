"""What the audit log holds, and the chain over it: each row's hash covers its content and the hash before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

FIRST_HASH = "0" * 64
"""Stands for the hash before the first row."""


class Outcome(StrEnum):
    """How a call ended: it changed something or might have, it was not allowed, or it went wrong."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(slots=True)
class AuditedCall:
    """A call that may change something. `written` tells whether its row is committed already."""

    method: str
    route: str
    target: str | None = None
    actor: str | None = None
    role: str | None = None
    key_id: str | None = None
    request_id: str | None = None
    address: str | None = None
    written: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A stored row of the chain: where it stands, its content without position and hash, and the stored hash."""

    position: int
    entry_id: int
    content: Mapping[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the chain, at which position, and with which row where there is one."""

    position: int
    entry_id: int | None
    detail: str


def chained(previous: str, position: int, content: Mapping[str, Any]) -> str:
    """The hash of a row: SHA-256, in hex, of the hash before it, its position and its content as canonical JSON."""
    canonical = json.dumps(
        [previous, position, content], sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain
    )
    return hashlib.sha256(canonical.encode(errors="surrogatepass")).hexdigest()


def faults(links: Iterable[Link], after: int, previous: str | None) -> Iterator[Fault]:
    """What is wrong with rows in the order of their positions.

    Each row is checked against the stored hash before it, so that a changed row is named and those after it are not.

    Args:
        links: the rows behind position `after`.
        after: the position before the first row; 0 at the start.
        previous: the hash stored there; None where it is not known.
    """
    for link in links:
        if link.position != after + 1:
            yield Fault(after + 1, None, _missing(after + 1, link.position - 1))
            previous = None
        if previous is not None and chained(previous, link.position, link.content) != link.hash:
            yield Fault(link.position, link.entry_id, f"row {link.entry_id} was changed, or the one before it")
        after, previous = link.position, link.hash


def _missing(first: int, last: int) -> str:
    return f"the row at position {first} is missing" if first == last else f"rows {first} to {last} are missing"


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value)
