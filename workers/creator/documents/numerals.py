"""Numbers of list items and headings as written: decimal, letters, Roman."""

from __future__ import annotations

from typing import Final

_ROMAN: Final = tuple(
    zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"),
        strict=True,
    )
)


def numeral(number: int, style: str) -> str:
    """A number in a WordprocessingML number format (ECMA-376 part 1, 17.18.59); unknown formats are decimal."""
    if style in ("lowerLetter", "upperLetter") and number > 0:
        repeats, place = divmod(number - 1, 26)
        letters = chr(ord("a") + place) * min(repeats + 1, 9)
        return letters.upper() if style == "upperLetter" else letters
    if style in ("lowerRoman", "upperRoman") and 0 < number < 4000:
        return _roman(number).upper() if style == "upperRoman" else _roman(number)
    return f"{number:02d}" if style == "decimalZero" else str(number)


def _roman(number: int) -> str:
    parts = []
    for value, letters in _ROMAN:
        count, number = divmod(number, value)
        parts.append(letters * count)
    return "".join(parts)
