"""The whole text of a document with every quote marked in its place, for the audit pack."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import chain
from typing import Any

from orchestrator.report_formats.content import Content, Mark
from orchestrator.report_formats.page import page

PIECE = 50_000
"""Most characters of the text at once."""
NAMED = 20
"""Most requirements that one piece names."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the text in which the same quotes run; `opened` are those that begin where it does."""

    start: int
    end: int
    running: tuple[Mark, ...]
    opened: tuple[Mark, ...]


def render(content: Content) -> Iterator[bytes]:
    """One page: the text, and below it the requirements with links to where they stand."""
    return page("evidence.html", content, pieces=_pieces(content), rows=content.rows(()), characters=content.characters)


def segments(marks: Iterable[Mark], characters: int) -> Iterator[Segment]:
    """Cut a text where a quote starts or ends; quotes may overlap in any way.

    Args:
        marks: by where they start.
        characters: of the text.
    """
    running: list[tuple[int, int, Mark]] = []
    opened: list[Mark] = []
    at = 0
    for number, mark in enumerate(chain(marks, [Mark(characters, characters, "", None)])):
        for stop in _stops(running, min(mark.start, characters)):
            if stop > at:
                yield Segment(at, stop, _named(running), tuple(opened))
                at, opened = stop, []
            while running and running[0][0] <= stop:
                heappop(running)
        opened.append(mark)
        heappush(running, (mark.end, number, mark))
    if opened[:-1]:
        yield Segment(at, at, (), tuple(opened[:-1]))


def _stops(running: list[tuple[int, int, Mark]], limit: int) -> Iterator[int]:
    """Where running quotes end, up to the limit, and the limit itself."""
    while running and running[0][0] < limit:
        yield running[0][0]
    yield limit


def _named(running: list[tuple[int, int, Mark]]) -> tuple[Mark, ...]:
    return tuple(mark for _, _, mark in running[:NAMED])


def _pieces(content: Content) -> Iterator[dict[str, Any]]:
    if not content.characters:
        return
    for segment in segments(content.marks(), content.characters):
        opened = segment.opened
        for start in range(segment.start, segment.end, PIECE) or [segment.start]:
            text = content.passage(start, min(start + PIECE, segment.end)) if segment.end > segment.start else ""
            yield {"text": text, "running": segment.running, "opened": opened}
            opened = ()  # an anchor stands once
