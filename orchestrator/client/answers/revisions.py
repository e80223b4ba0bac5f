"""What changed between two jobs."""

from __future__ import annotations

from typing import TypedDict


class Statement(TypedDict):
    """A requirement in one of the jobs."""

    rid: str
    seq: int | None
    locator: str
    text: str
    modality: str


class Difference(TypedDict):
    """One requirement before and after; None where it was added or removed."""

    change: str
    changes: list[str]
    moved: bool
    before: Statement | None
    after: Statement | None
