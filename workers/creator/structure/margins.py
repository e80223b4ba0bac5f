"""Margin numbers (Randziffern): bare numbers at line or paragraph starts that count through the whole document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from workers.creator.structure.marks import Style, mark_of

_LEAST: Final = 8
"""Fewer numbers than this in one row are a list, not margin numbers."""
_STEP: Final = 3
"""A repealed number may be missing: the next one is at most this much higher."""


def margin_numbers(texts: Sequence[str], favoured: Sequence[bool] | None = None) -> dict[int, int]:
    """Index -> number of the texts that open a margin number: the best strictly rising row, or nothing.

    Args:
        texts: clean lines or paragraphs in order.
        favoured: true where the layout speaks for a margin number (the number stands out to the left).
    """
    candidates = _candidates(texts)
    best: dict[int, tuple[float, int]] = {}
    previous: list[int] = []
    scores: list[float] = []
    for place, (index, number) in enumerate(candidates):
        gain = 1.5 if favoured is not None and favoured[index] else 1.0
        score, before = _extend(best, number)
        scores.append(score + gain)
        previous.append(before)
        if number not in best or best[number][0] < scores[-1]:
            best[number] = (scores[-1], place)
    if not scores:
        return {}
    chain: dict[int, int] = {}
    place = max(range(len(scores)), key=scores.__getitem__)
    while place >= 0:
        index, number = candidates[place]
        chain[index] = number
        place = previous[place]
    return dict(sorted(chain.items())) if len(chain) >= _LEAST else {}


def _candidates(texts: Sequence[str]) -> list[tuple[int, int]]:
    found = []
    for index, text in enumerate(texts):
        if text[:1].isdigit() and (mark := mark_of(text)) and mark.style is Style.BARE:
            found.append((index, int(mark.value)))
    return found


def _extend(best: dict[int, tuple[float, int]], number: int) -> tuple[float, int]:
    """Score and place of the best row that `number` can continue."""
    options = [
        (best[number - step][0] - 0.9 * (step - 1), best[number - step][1])
        for step in range(1, _STEP + 1)
        if number - step in best
    ]
    return max(options, default=(0.0, -1))
