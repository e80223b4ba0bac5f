"""What every format is made of, and how it comes out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from orchestrator.domain.report_text import Rows

BLOCK_CHARACTERS = 64 * 1024


class Mark(NamedTuple):
    """A quote in the canonical text: `text[start:end]`, of the requirement `rid`, which is shown as number `seq`."""

    start: int
    end: int
    rid: str
    seq: int | None


@dataclass(frozen=True, slots=True)
class Content:
    """One moment of a job.

    Attributes:
        head: everything but the requirements, as `domain.report.head` makes it.
        rows: requirements in the order of the document; each call goes through them anew.
        passage: the canonical text between two offsets; shorter where it ends.
        characters: how long the canonical text is; 0 where the document was not read.
        marks: all quotes by where they start; each call goes through them anew.
    """

    head: Mapping[str, Any]
    rows: Rows
    passage: Callable[[int, int], str]
    characters: int
    marks: Callable[[], Iterable[Mark]]


Render = Callable[[Content], Iterator[bytes]]
"""Makes a report block by block. It may be stopped between two blocks, and leaves nothing behind then."""


def encoded(pieces: Iterable[str]) -> Iterator[bytes]:
    """UTF-8 in blocks of some 64 kB, of any pieces of text."""
    waiting: list[str] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= BLOCK_CHARACTERS:
            yield "".join(waiting).encode()
            waiting, size = [], 0
    if waiting:
        yield "".join(waiting).encode()
