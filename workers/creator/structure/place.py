"""Locators: the place of a passage as the field cites it.

English: an article or section and everything below it in brackets: "Art. 6(1)(a)(i)", "§ 4(2)(a)".
German: the words of German citations: "Art. 6 Abs. 1 lit. a", "§ 26 Abs. 3 Nr. 2 lit. a".
Numbered headings and clauses are cited by their number ("3.2"), with a numbered paragraph's "(2)" or "Abs. 2" where
one follows; list items below them carry the same locator. So it is with margin numbers ("Rz. 58", English "para. 58"),
recitals ("Erwägungsgrund 12", "Recital 12") and requirement ids ("REQ-12"). Bullets carry the locator of what they
stand under. A numbered list without any unit above is cited as "Nr. 3" or "No. 3".
"""

from __future__ import annotations

from collections.abc import Sequence

from workers.creator.structure.marks import Mark, Style

Step = tuple[Style, str]
_GERMAN = {
    Style.PAREN: "Abs.",
    Style.NUMBER: "Nr.",
    Style.LETTER: "lit.",
    Style.DOUBLE: "lit.",
    Style.ROMAN: "Ziff.",
}


def locator(unit: str, steps: Sequence[Step], language: str) -> str:
    """The unit with the numbered steps below it; "" without either."""
    if language == "de":
        return " ".join([unit, *(f"{_GERMAN[style]} {value}" for style, value in steps)]).strip()
    if not unit and steps:
        (style, value), *rest = steps
        unit = f"({value})" if style in (Style.LETTER, Style.ROMAN, Style.DOUBLE) else f"No. {value}"
        steps = rest
    return unit + "".join(f"({value})" for _, value in steps)


def has_items(unit: str) -> bool:
    """Whether list items below the unit are part of its citation."""
    return not unit or unit.startswith(("Art.", "§"))


def unit_of(mark: Mark) -> str:
    """The unit that a heading's marker opens ("Art. 6", "§ 26", "3.2", "Annex I", "Chapter 2")."""
    if mark.style is Style.ARTICLE:
        return f"Art. {mark.value}"
    if mark.style is Style.SIGN:
        return f"§ {mark.value}"
    if mark.style in (Style.CHAPTER, Style.ANNEX):
        return f"{mark.word.capitalize()} {mark.value}".strip()
    return mark.value


def margin(number: int, language: str) -> str:
    """A margin number's locator."""
    return f"Rz. {number}" if language == "de" else f"para. {number}"


def recital(number: int, language: str) -> str:
    """A recital's locator."""
    return f"Erwägungsgrund {number}" if language == "de" else f"Recital {number}"
