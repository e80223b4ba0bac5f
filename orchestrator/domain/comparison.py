"""What changed between two lists of requirements: aligned by place, then by words. Pure and symmetric.

`compare(a, b)` and `compare(b, a)` pair the same statements; what one calls added the other calls removed.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from math import ceil
from typing import TypeVar

from orchestrator.domain.requirement import fold

SAME_PLACE = 0.5
"""Share of the words that two statements at one place have in common, from which they are one that was changed."""
ANYWHERE = 0.75
"""The same for statements at different places."""
MOST_PAIRS = 10_000
"""Statements at one place, or with one rare word, that are compared with each other; a larger block tells nothing."""

_WORD = re.compile(r"\w+")
_CITED_NORM = re.compile(
    r"(?:§§?|\bart(?:ikeln?|icles?|\.)|\babs(?:atz|\.)|\bsatz|\bparagraphs?|\bpoints?|\bnr\.|\brzn?\.|\bsections?)"
    r"\s*\d+\w*(?:\(\w+\))*"
)
_NUMBER = re.compile(
    r"\d+(?:[.,:]\d+)*|\b(?:zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf"
    r"|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b"
)
_STRENGTHS = {
    "forbids": re.compile(
        r"\b(?:darf|dürfen)\b[^.;]{0,80}?\b(?:nicht|kein\w*)\b|\b(?:must|shall|may|should)\s+not\b|\bcannot\b"
        r"|\b(?:unzulässig|untersagt|verboten|prohibited|forbidden)\b"
    ),
    "binds": re.compile(
        r"\b(?:muss|müssen|verpflichtet|zwingend|must|shall|required|obliged)\b(?!\s+not\b)"
        r"|\b(?:hat|haben|ist|sind)\b[^.;]{0,120}?\bzu\s+\w+"
    ),
    "advises": re.compile(r"\b(?:soll|sollen|sollte|sollten|empfohlen|should|recommended|ought)\b(?!\s+not\b)"),
    "allows": re.compile(r"\b(?:kann|können|darf|dürfen|may|can)\b(?!\s+not\b)"),
}


class Change(StrEnum):
    """What became of a statement. One that changed in several ways counts for the first of them in this order."""

    ADDED = "added"
    REMOVED = "removed"
    STRENGTH = "strength_changed"
    NUMBER = "number_changed"
    WORDING = "wording_changed"
    UNCHANGED = "unchanged"


CHANGED = (Change.STRENGTH, Change.NUMBER, Change.WORDING)


@dataclass(frozen=True, slots=True)
class Statement:
    """A requirement as comparing sees it.

    Attributes:
        rid: its id.
        seq: its number in its job.
        locator: where it stands; "" if its document has no places.
        text: `requirement_text`.
        modality: as stored.
    """

    rid: str
    seq: int | None
    locator: str
    text: str
    modality: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One statement before and after; `before` is None for an added one, `after` for a removed one.

    Attributes:
        change: the category it counts for.
        before, after: the statement in the one job and in the other.
        changes: all ways in which it changed.
        moved: it stands at another place.
    """

    change: Change
    before: Statement | None
    after: Statement | None
    changes: tuple[Change, ...] = ()
    moved: bool = False


@dataclass(frozen=True, slots=True)
class _Row:
    """A statement with what is compared of it; `place` is its position in its list."""

    place: int
    statement: Statement
    folded: str
    words: Counter[str]


Rows = Sequence[_Row]
Pair = tuple[_Row, _Row]
Key = TypeVar("Key", str, tuple[str, str])


def compare(before: Sequence[Statement], after: Sequence[Statement]) -> list[Difference]:
    """Every statement of both lists once, in the order of the later one; removed ones stand where they stood."""
    rest = (_rows(before), _rows(after))
    pairs: list[Pair] = []
    for align in (_same_words_and_place, _same_words, _like_words_at_place, _like_words):
        found = list(align(*rest))
        pairs += found
        rest = _without(rest, found)
    return _in_order(pairs, *rest)


def counts(differences: Iterable[Difference]) -> dict[str, int]:
    """How many differences of each category; `moved` counts beside them, as what moved is unchanged or changed too."""
    found = list(differences)
    by_change = Counter(each.change for each in found)
    return {change.value: by_change[change] for change in Change} | {"moved": sum(each.moved for each in found)}


def changes_between(before: Statement, after: Statement) -> tuple[Change, ...]:
    """In which ways one statement became the other; empty where only its layout differs."""
    one, other = fold(before.text), fold(after.text)
    if one == other and before.modality == after.modality:
        return ()
    same_strength = before.modality == after.modality and _strength(one) == _strength(other)
    differs = {
        Change.STRENGTH: not same_strength,
        Change.NUMBER: _numbers(one) != _numbers(other),
        Change.WORDING: one != other,
    }
    return tuple(change for change in CHANGED if differs[change])


def similarity(one: Counter[str], other: Counter[str]) -> float:
    """Share of the words that two texts have in common, 0 to 1, whatever their order (Dice's coefficient)."""
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 1.0


def words_of(text: str) -> Counter[str]:
    """The words of a text, folded, and how often each occurs."""
    return Counter(_WORD.findall(fold(text)))


def _rows(statements: Sequence[Statement]) -> Rows:
    return [_Row(place, each, fold(each.text), words_of(each.text)) for place, each in enumerate(statements)]


def _without(rest: tuple[Rows, Rows], pairs: Sequence[Pair]) -> tuple[Rows, Rows]:
    gone = ({one.place for one, _ in pairs}, {other.place for _, other in pairs})
    return (
        [row for row in rest[0] if row.place not in gone[0]],
        [row for row in rest[1] if row.place not in gone[1]],
    )


def _same_words_and_place(before: Rows, after: Rows) -> Iterator[Pair]:
    return _in_turn(before, after, lambda row: (row.statement.locator, row.folded))


def _same_words(before: Rows, after: Rows) -> Iterator[Pair]:
    return _in_turn(before, after, lambda row: row.folded)


def _in_turn(before: Rows, after: Rows, key: Callable[[_Row], Key]) -> Iterator[Pair]:
    """The first with the first, the second with the second of those that are equal."""
    there = _grouped(after, key)
    for name, rows in _grouped(before, key).items():
        yield from zip(rows, there.get(name, ()), strict=False)


def _like_words_at_place(before: Rows, after: Rows) -> Iterator[Pair]:
    there = _grouped(after, lambda row: row.statement.locator)
    for locator, rows in _grouped(before, lambda row: row.statement.locator).items():
        others = there.get(locator, [])
        if locator and len(rows) * len(others) <= MOST_PAIRS:
            yield from _closest(product(rows, others), SAME_PLACE)


def _like_words(before: Rows, after: Rows) -> Iterator[Pair]:
    """Alike statements share most of their words, so at least one of their rarest: only those that meet there."""
    frequency: Counter[str] = Counter(word for row in (*before, *after) for word in row.words)
    meetings = [_by_rare_words(rows, frequency) for rows in (before, after)]
    met: dict[tuple[int, int], Pair] = {}
    for word, rows in meetings[0].items():
        others = meetings[1].get(word, [])
        if len(rows) * len(others) <= MOST_PAIRS:
            met |= {(one.place, other.place): (one, other) for one, other in product(rows, others)}
    return _closest(met.values(), ANYWHERE)


def _by_rare_words(rows: Rows, frequency: Counter[str]) -> dict[str, list[_Row]]:
    found: dict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        rare = sorted(row.words, key=lambda word: (frequency[word], word))
        for word in rare[: len(rare) - ceil(len(rare) / 2) + 1]:
            found[word].append(row)
    return found


def _closest(pairs: Iterable[Pair], least: float) -> Iterator[Pair]:
    """The most alike first, each row once. Equal ones go by their places, in a way that has no direction."""
    scored = [(similarity(one.words, other.words), one, other) for one, other in pairs]
    likely = [each for each in scored if each[0] >= least]
    likely.sort(key=lambda each: (-each[0], abs(each[1].place - each[2].place), each[1].place + each[2].place))
    taken: tuple[set[int], set[int]] = (set(), set())
    for _, one, other in likely:
        if one.place not in taken[0] and other.place not in taken[1]:
            taken[0].add(one.place)
            taken[1].add(other.place)
            yield one, other


def _grouped(rows: Rows, key: Callable[[_Row], Key]) -> dict[Key, list[_Row]]:
    found: dict[Key, list[_Row]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found


def _in_order(pairs: Sequence[Pair], removed: Rows, added: Rows) -> list[Difference]:
    home = {one.place: other.place for one, other in pairs}
    placed = [((other.place, 1, one.place), _paired(one.statement, other.statement)) for one, other in pairs]
    placed += [((row.place, 1, 0), Difference(Change.ADDED, None, row.statement)) for row in added]
    follows = -1  # a removed statement stands behind the one that stood before it
    gone = {row.place: row for row in removed}
    for place in range(len(home) + len(gone)):
        if place in gone:
            placed.append(((follows, 2, place), Difference(Change.REMOVED, gone[place].statement, None)))
        else:
            follows = home[place]
    return [difference for _, difference in sorted(placed, key=lambda each: each[0])]


def _paired(before: Statement, after: Statement) -> Difference:
    changes = changes_between(before, after)
    moved = before.locator != after.locator
    return Difference(changes[0] if changes else Change.UNCHANGED, before, after, changes, moved)


def _strength(folded: str) -> frozenset[str]:
    forbids = _STRENGTHS["forbids"].search(folded)
    return frozenset(
        name for name, words in _STRENGTHS.items() if words.search(folded) and not (name == "allows" and forbids)
    )


def _numbers(folded: str) -> Counter[str]:
    return Counter(_NUMBER.findall(_CITED_NORM.sub(" ", folded)))
