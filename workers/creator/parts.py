"""Parts: consecutive passages of whole sections, each about 20,000 characters, that one extract step works on.

A part begins at a heading if one lies in the second half of the reach, else at a numbered unit, else at any passage
that does not belong to what stands before it. Never cut: a list from its lead-in, a table, a heading from its text.
"""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.domain.document import Passage, Role

SIZE = 20_000
"""Characters in a part; a list that is longer is not cut."""


def parts(passages: Sequence[Passage], size: int = SIZE) -> list[tuple[int, int]]:
    """Cuts the passages into parts.

    Args:
        passages: of one document, in text order.
        size: most characters of canonical text in one part, where the structure lets it be cut.

    Returns:
        Half-open ranges of indices that cover all passages in order; empty for no passages.
    """
    strengths = [_strength(passages, index) for index in range(len(passages))]
    result: list[tuple[int, int]] = []
    begin = 0
    while begin < len(passages):
        end = _end(passages, strengths, begin, size)
        result.append((begin, end))
        begin = end
    return result


def _end(passages: Sequence[Passage], strengths: Sequence[int], begin: int, size: int) -> int:
    """Where the part that begins at `begin` ends: the strongest cut late in its reach, else the first cut after it."""
    start = passages[begin].start
    best = begin
    for index in range(begin + 1, len(passages) + 1):
        if passages[index - 1].end - start > size:
            return best if best > begin else _first_cut(strengths, index)
        if index < len(passages) and strengths[index]:
            early = best == begin or passages[best].start - start < size // 2
            best = index if early or strengths[index] >= strengths[best] else best
    return len(passages)


def _first_cut(strengths: Sequence[int], index: int) -> int:
    return next((place for place in range(index, len(strengths)) if strengths[place]), len(strengths))


def _strength(passages: Sequence[Passage], index: int) -> int:
    """How well a part can begin here: 0 not at all, 3 at a heading, 2 at a numbered unit, 1 at another passage."""
    if index == 0:
        return 0
    here, before = passages[index], passages[index - 1]
    if before.role is Role.HEADING or (before.role is Role.LEAD_IN and here.role is not Role.HEADING):
        return 0
    if here.role in (Role.ITEM, Role.TOC) or (here.role is Role.TABLE and before.role is Role.TABLE) or here.lead_in:
        return 0
    if here.role is Role.HEADING:
        return 3
    return 2 if here.locator != before.locator else 1
