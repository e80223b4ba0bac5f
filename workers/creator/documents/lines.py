"""Lines of a laid-out page or plain text, and how they become paragraphs again.

A line knows where it stood, in points for a page and in characters for plain text, so one set of rules serves both:
a paragraph ends where the next line's first word would still have fitted, where the gap grows, or where a marker,
another typeface or another indent begins.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workers.creator.blocks import Block, Kind
from workers.creator.structure.ids import opens_requirement
from workers.creator.structure.marks import Style, mark_of

SOFT_BREAK = "\ufffe"
"""Stands for a hyphen at a line end that is not known to belong to the word."""


@dataclass(slots=True)
class Line:
    """One line. `gap` is the white space above it in lines (0 = set solid); `size` 0 where unknown."""

    text: str
    left: float
    right: float
    page: int = 0
    size: float = 0.0
    bold: bool = False
    gap: float = 0.0
    opens: bool = False
    """A paragraph is known to begin here (a margin number)."""
    beside: bool = False
    """Stands to the right of the line before, on the same height: a table's next cell."""

    @property
    def char_width(self) -> float:
        return (self.right - self.left) / max(len(self.text), 1)


@dataclass(frozen=True, slots=True)
class Layout:
    """What is usual in this document: the right edge of the text, its size, and the gap between lines."""

    right: float
    size: float
    gap: float


_KEEP_AFTER = re.compile(r"(?:und|oder|bzw\.|sowie|and|or|to|als)\b")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_SLACK = 2.5
"""Characters that a line may lack beside the next word before it counts as ended early."""
_HALF = 0.6
"""A line without a stop ends its paragraph if it fills less than this share of the width."""
_LOWER_END = re.compile(r"[^\W\d_]-$")
_STOP = (".", ":", ";", "!", "?", ".)", ".“", '."')


def layout_of(lines: Sequence[Line]) -> Layout:
    """The document's own measures, from its longest lines and its most frequent size."""
    rights = sorted(line.right for line in lines)
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    gaps = sorted(line.gap for line in lines if line.gap > 0)
    return Layout(
        right=rights[int(len(rights) * 0.9)] if rights else 0.0,
        size=sizes.most_common(1)[0][0] if sizes else 0.0,
        gap=gaps[len(gaps) // 3] if gaps else 0.0,
    )


def paragraphs(lines: Sequence[Line], layout: Layout) -> list[list[Line]]:
    """Lines grouped to paragraphs, in order."""
    groups: list[list[Line]] = []
    for line in lines:
        if groups and not _begins(groups[-1], line, layout):
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _begins(group: list[Line], line: Line, layout: Layout) -> bool:
    """Whether `line` opens a new paragraph after `group`."""
    last = group[-1]
    if line.opens or line.bold != last.bold or abs(line.size - last.size) > 0.12 * max(layout.size, 1):
        return True
    turned = line.page != last.page
    if not turned and line.gap > max(1.6 * layout.gap, layout.gap + 0.35):
        return True
    short = _is_short(last, line, layout)
    ended = last.text.endswith(_STOP)
    if _opens_unit(last, line, short):
        return True
    if ended:
        return short or _indented(group, line)
    if line.text[:1].islower() or line.bold or turned:
        return False
    return last.right < last.left + _HALF * (layout.right - last.left)


def _is_short(last: Line, line: Line, layout: Layout) -> bool:
    """Whether the next line's first word would still have fitted on the last line."""
    word = len(line.text.split(" ", 1)[0]) + _SLACK
    return last.right + word * line.char_width < layout.right


def _indented(group: list[Line], line: Line) -> bool:
    hanging = len(group) == 1 and mark_of(group[0].text) is not None
    return line.left > group[-1].left + 6 * line.char_width and not hanging


def _opens_unit(last: Line, line: Line, short: bool) -> bool:
    """Whether the line's marker can be meant: not a number that a wrapped line happens to begin with."""
    if last.text.endswith(_STOP) and opens_requirement(line.text):
        return True
    mark = mark_of(line.text)
    if mark is None:
        return False
    if mark.style is Style.BULLET:
        return True
    if last.text.endswith((".", ":", ";", "!", "?")):
        return mark.style is not Style.BARE
    if last.text.endswith((",", " und", " oder", " and", " or", " sowie", " bzw.")):
        return short or mark.style not in (Style.NUMBER, Style.DECIMAL, Style.BARE, Style.SIGN, Style.ARTICLE)
    return (short or line.bold) and mark.style is not Style.BARE


def hyphenated_words(lines: Iterable[Line]) -> frozenset[str]:
    """Words the document itself writes with a hyphen inside a line ("third-party"), lower case."""
    return frozenset(
        word.lower() for line in lines for word in _WORD.findall(line.text.removesuffix("-")) if "-" in word
    )


def join(head: str, tail: str, known: frozenset[str] = frozenset()) -> str:
    """`head` and the line after it as one text: a hyphen at the break goes unless it belongs to the word."""
    if not _LOWER_END.search(head) or not tail:
        return f"{head} {tail}".strip()
    if _KEEP_AFTER.match(tail):
        return f"{head} {tail}"
    if _belongs(head, tail, known):
        return head + tail
    return head[:-1] + tail


def _belongs(head: str, tail: str, known: frozenset[str]) -> bool:
    if not tail[0].islower() or (len(head) > 2 and head[-3:-1].isupper()):
        return True
    left = re.search(r"[\w-]+-$", head)
    right = re.match(r"\w+", tail)
    return bool(left and right and (left[0] + right[0]).lower() in known)


def mend(text: str, known: frozenset[str] = frozenset()) -> str:
    """Text with every `SOFT_BREAK` resolved as `join` would."""
    first, *rest = text.split(SOFT_BREAK)
    for piece in rest:
        first = join(first.rstrip("-") + "-", piece, known)
    return first


def block_of(group: Sequence[Line], known: frozenset[str], kind: Kind = Kind.PARAGRAPH) -> Block:
    """One paragraph's lines as a block, with the pages that begin in it."""
    text = ""
    pages: list[tuple[int, int]] = []
    for line in group:
        before = len(text)
        text = join(text, line.text, known) if text else line.text
        if line.page and (not pages or pages[-1][1] != line.page):
            start = len(text) - len(line.text) if before else 0
            pages.append((max(start, 0), line.page))
    return Block(text, kind, pages=tuple(pages))


_LISTED = frozenset({Style.BULLET, Style.LETTER, Style.DOUBLE, Style.ROMAN, Style.NUMBER, Style.PAREN})


def nest(groups: Sequence[Sequence[Line]]) -> list[int]:
    """For each paragraph its depth as a list item by its indent, 1 is outermost; 0 if it has no list marker."""
    levels: list[int] = []
    indents: list[float] = []
    for group in groups:
        line = group[0]
        mark = mark_of(line.text)
        while indents and line.left < indents[-1] - line.char_width:
            indents.pop()
        if mark is None or mark.style not in _LISTED:
            levels.append(0)
            continue
        if not indents or line.left > indents[-1] + line.char_width:
            indents.append(line.left)
        levels.append(len(indents))
    return levels
