"""Measures of a yes-or-no answer."""

from __future__ import annotations

from collections.abc import Sequence


def figures(truth: Sequence[bool], guess: Sequence[bool]) -> tuple[float, float, float]:
    """Precision, recall and F1 of the positive class."""
    hit = sum(bool(t) and bool(g) for t, g in zip(truth, guess, strict=True))
    precision, recall = hit / max(sum(guess), 1), hit / max(sum(truth), 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def calibration_error(truth: Sequence[bool], score: Sequence[float], bins: int = 10) -> float:
    """Expected calibration error over equal-width bins."""
    total = 0.0
    for b in range(bins):
        part = [(t, s) for t, s in zip(truth, score, strict=True) if min(int(s * bins), bins - 1) == b]
        if part:
            total += abs(sum(t for t, _ in part) - sum(s for _, s in part))
    return total / max(len(truth), 1)
