"""Markers at the head of a paragraph: "§ 5", "Art. 6", "(1)", "1.", "a)", "(ii)", "3.2.1", "•", "58"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Style(StrEnum):
    """The kinds of marker. `BARE` is a number without punctuation: a margin number or a heading's number."""

    ARTICLE = "article"
    SIGN = "§"
    CHAPTER = "chapter"
    ANNEX = "annex"
    DECIMAL = "decimal"
    PAREN = "(1)"
    NUMBER = "1."
    LETTER = "a)"
    DOUBLE = "aa)"
    ROMAN = "i)"
    BULLET = "bullet"
    BARE = "1"


@dataclass(frozen=True, slots=True)
class Mark:
    """A marker: its style, its value ("6a", "3.2", "b", "iv"), and its length with the white space after it."""

    style: Style
    value: str
    length: int
    word: str = ""
    """The unit's word as printed ("Article", "Kapitel"), for units that have one."""


_BULLETS: Final = "•●▪■◦○‣⁃∙·➢➤►▶✓✔◆❖\uf0a7\uf0b7\uf0d8\uf0fc"
_MONTH: Final = (
    r"(?:Januar|Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember|January|February"
    r"|March|May|June|July|October|December)\b"
)
_ROMAN: Final = r"(?:x{0,3}(?:ix|iv|v?i{0,3}))"
_REST: Final = r"(?:\s+|$)"
_LONE: Final = r"(?![A-Za-zÄÖÜ]\.)"
"""Not "i. V. m." and the like."""

_PATTERNS: Final[tuple[tuple[Style, re.Pattern[str]], ...]] = tuple(
    (style, re.compile(pattern))
    for style, pattern in (
        (Style.SIGN, rf"§\s?(?P<v>\d{{1,4}}[a-z]{{0,2}})\.?:?(?:\s+[-–—]\s+|{_REST})"),
        (
            Style.ARTICLE,
            rf"(?P<w>[Aa]rticle|ARTICLE|Artikel|ARTIKEL|Art\.)\s(?P<v>\d{{1,3}}[a-z]?)[.:]?(?:\s+[-–—]\s+|{_REST})",
        ),
        (
            Style.CHAPTER,
            r"(?P<w>Chapter|CHAPTER|Kapitel|KAPITEL|Title|TITLE|Titel|TITEL|Part|PART|Teil|TEIL|Section|SECTION"
            rf"|Abschnitt|ABSCHNITT|Clause|CLAUSE|Ziffer)\s(?P<v>\d{{1,3}}[a-z]?(?:\.\d{{1,2}})*|[IVXL]{{1,6}}|[A-H])"
            rf"[.:]?(?:\s+[-–—]\s+|{_REST})",
        ),
        (
            Style.ANNEX,
            rf"(?P<w>Annex|ANNEX|Anhang|ANHANG|Anlage|ANLAGE|Appendix|APPENDIX)(?:\s(?P<v>\d{{1,2}}|[IVX]{{1,5}}|[A-Z]))"
            rf"[.:]?(?:\s+[-–—]\s+|{_REST})",
        ),
        (Style.DECIMAL, rf"(?P<v>\d{{1,2}}(?:\.\d{{1,2}}){{1,5}})[.):]?{_REST}"),
        (Style.PAREN, r"\((?P<v>\d{1,3}[a-z]?)\)\s*(?![\s,;)\]])"),
        (Style.NUMBER, rf"(?P<v>\d{{1,3}}[a-z]?)(?:\.\)|[.)]){_REST}(?!{_MONTH})"),
        (Style.ROMAN, rf"\(?(?P<v>{_ROMAN})(?<=[ivx])[.)]{_REST}{_LONE}"),
        (Style.DOUBLE, rf"\(?(?P<v>([a-z])\2)\){_REST}"),
        (Style.LETTER, rf"(?:\((?P<v>[a-zA-Z])\)|(?P<x>[a-zA-Z])\)|(?P<y>[a-z])\.(?!\s?\d)){_REST}{_LONE}"),
        (Style.BULLET, rf"(?P<v>[{_BULLETS}]|[-–—*+o]|o)\s+(?=\S)"),
        (Style.BARE, r"(?P<v>\d{1,3})\s+(?=[A-ZÄÖÜ„“\"‚‘(§])"),
    )
)
_HEADS: Final = re.compile(rf"[§(\dA-Za-z{_BULLETS}*+–—-]")
_LETTERS_OF_ROMAN: Final = frozenset("ivxl")


def mark_of(text: str) -> Mark | None:
    """The marker at the head of a clean text, or None. A single "i", "v" or "x" is read as a Roman number."""
    if not _HEADS.match(text):
        return None
    for style, pattern in _PATTERNS:
        if match := pattern.match(text):
            groups = match.groupdict()
            value = next((groups[name] for name in ("v", "x", "y") if groups.get(name)), "")
            return Mark(style, value, match.end(), groups.get("w") or "")
    return None


def number_of(style: Style, value: str) -> int:
    """The place in its row that a list marker claims: 1 for "1", "a", "i" or "aa"; 0 for a bullet."""
    if style is Style.BULLET:
        return 0
    if style is Style.ROMAN:
        return _roman(value)
    if style in (Style.LETTER, Style.DOUBLE):
        return ord(value[0].lower()) - ord("a") + 1
    digits = re.match(r"\d+", value)
    return int(digits[0]) if digits else 0


def as_letter(mark: Mark) -> Mark | None:
    """The same marker read as a letter ("(i)" after "(h)"), or None if it cannot be one."""
    if mark.style is Style.ROMAN and len(mark.value) == 1 and mark.value in _LETTERS_OF_ROMAN:
        return Mark(Style.LETTER, mark.value, mark.length)
    return None


def _roman(value: str) -> int:
    digits = {"i": 1, "v": 5, "x": 10}
    total = 0
    for here, after in zip(value, value[1:] + " ", strict=True):
        amount = digits[here]
        total += -amount if digits.get(after, 0) > amount else amount
    return total
