"""Duplicates within a document, and duty sentences that no requirement cites. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

from rapidfuzz import fuzz

from orchestrator.domain.document import Span
from orchestrator.domain.requirement import Modality, fold

from .vocabulary import STOP_WORDS, stem

SIMILAR = 92
"""rapidfuzz token_set_ratio from which two statements may be one."""

_CITED_NORM = re.compile(
    r"(?:§§?|artikeln?|articles?|art\.|abs(?:atz|ätze|\.)|paragraphs?|points?|satz|nr\.|nummern?|rzn?\.|anhang|annex|\(e[ug]\)|regulation|verordnung)"
    r"\s*(?:\(\w+\)\s*)?(?:nr\.\s*)?\d+[a-z]?(?:[/.]\d+)*(?:\(\w+\))*(?:\s*(?:,|und|and|bis|to|-|–|oder|or|ff?\.?)\s*\d+[a-z]?(?:\(\w+\))*)*"
    r"|\b[iv]+\s+\d+/\d+|\b(?:bstbl|bgbl)\b[^,;)]*|\bvom \d+\. \w+ \d{4}|\(\d{1,3}\)"
)
_NUMBER = re.compile(
    r"\d+(?:[.,]\d+)*|\b(?:ein|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|zwölf|one|two|three|four|five|six|seven|eight|nine|ten|twelve)\b"
)
_NEGATION = re.compile(r"\b(?:nicht|kein\w*|weder|niemals|nie|ohne|not|no|never|neither|nor|without|cannot)\b")
_TOKEN = re.compile(r"\w+")
_SHARED = 0.6
"""Share of its words that a statement must have in common with one that repeats it."""
_MEETINGS = 200
"""Earlier rows per rare word that a row is compared with: keeps thousands of alike requirements within seconds."""
_ADDED = 7
"""One content word in so many may be added."""
_SPELLING = 80
"""rapidfuzz ratio from which two words are one, written otherwise."""
_MARK = re.compile(r"^[\W\d_]+")


@dataclass(frozen=True, slots=True)
class MergeInput:
    """One requirement as merging sees it.

    Attributes:
        key: opaque; comes back in the groups.
        text: the full statement.
        modality: never merged across a changed one.
        section: heading above it; never merged across a changed subject.
    """

    key: str
    text: str
    modality: Modality
    section: str = ""


@dataclass(frozen=True, slots=True)
class _Row:
    key: str
    folded: str
    content: frozenset[str]
    subject: frozenset[str]
    subject_negated: bool


def merge(requirements: Sequence[MergeInput]) -> list[tuple[str, ...]]:
    """Group duplicates: equal after folding, or alike with equal numbers, negation, modality and subject.

    Numbers inside norm citations are left out of the comparison. Two sections have one subject where a heading is
    missing or the headings share a content word.

    Returns:
        One tuple of keys per requirement that survives, the surviving (earliest) key first; in input order.
    """
    blocks: dict[tuple[str, ...], list[int]] = defaultdict(list)
    rows = []
    for i, requirement in enumerate(requirements):
        folded = _MARK.sub("", fold(requirement.text))
        plain = _CITED_NORM.sub(" ", folded)
        numbers = " ".join(_NUMBER.findall(plain))
        negations = str(len(_NEGATION.findall(plain)))
        blocks[requirement.modality.value, numbers, negations].append(i)
        section = fold(requirement.section)
        denied = bool(_NEGATION.search(section))
        rows.append(_Row(requirement.key, plain.strip(), _content(plain), _content(section), denied))
    leader = list(range(len(rows)))
    for members in blocks.values():
        _link(rows, members, leader)
    groups: dict[int, list[str]] = {}
    for i, row in enumerate(rows):
        groups.setdefault(leader[i], []).append(row.key)
    return [tuple(keys) for keys in groups.values()]


def _content(text: str) -> frozenset[str]:
    stop = STOP_WORDS["de"] | STOP_WORDS["en"]
    return frozenset(stem(word, "de") for word in _TOKEN.findall(text) if len(word) > 2 and word not in stop)


def _same_subject(one: _Row, other: _Row) -> bool:
    if not one.subject or not other.subject:
        return True
    return bool(one.subject & other.subject) and one.subject_negated == other.subject_negated


def _link(rows: Sequence[_Row], members: Sequence[int], leader: list[int]) -> None:
    """Point each row of a block at the first row it repeats.

    Alike statements share most of their words, so at least one of the rarest: only rows that meet there are compared.
    """
    tokens = {i: sorted(set(_TOKEN.findall(rows[i].folded))) for i in members}
    frequency = Counter(token for found in tokens.values() for token in found)
    index: dict[str, list[int]] = defaultdict(list)
    for i in members:
        rare = sorted(tokens[i], key=lambda token: (frequency[token], token))
        prefix = rare[: len(rare) - ceil(_SHARED * len(rare)) + 1]
        met = {j for token in prefix for j in index[token][-_MEETINGS:]}
        for j in sorted(met):
            if _is_repeated(rows[j], rows[i]):
                _unite(leader, i, j)
        for token in prefix:
            index[token].append(i)
    for i in members:
        leader[i] = _root(leader, i)


def _is_repeated(one: _Row, other: _Row) -> bool:
    return (
        _alike(one.folded, other.folded)
        and _same_subject(one, other)
        and _same_content(one.content, other.content)
        and fuzz.token_set_ratio(one.folded, other.folded, score_cutoff=SIMILAR) > 0
    )


def _same_content(one: frozenset[str], other: frozenset[str]) -> bool:
    """Two items of one list share all but a word; so a word may be added or written otherwise, but not exchanged."""
    only_one, only_other = sorted(one - other), sorted(other - one)
    if not only_one or not only_other:
        return len(only_one) + len(only_other) <= max(1, len(one | other) // _ADDED)
    return len(only_one) == len(only_other) and all(
        fuzz.ratio(a, b) >= _SPELLING for a, b in zip(only_one, only_other, strict=True)
    )


def _alike(one: str, other: str) -> bool:
    """token_set_ratio calls a part equal to the whole; a part that leaves out much is another requirement."""
    return one == other or min(len(one), len(other)) >= 0.6 * max(len(one), len(other))


def _root(leader: list[int], i: int) -> int:
    while leader[i] != i:
        i = leader[i]
    return i


def _unite(leader: list[int], i: int, j: int) -> None:
    first, second = sorted((_root(leader, i), _root(leader, j)))
    leader[second] = first


def uncovered(duty_spans: Iterable[Span], cited_spans: Iterable[Span]) -> list[Span]:
    """The duty sentences that no citation touches, in order."""
    cited = sorted(cited_spans)
    starts = [start for start, _ in cited]
    reach: list[int] = []
    for _, end in cited:
        reach.append(max(end, reach[-1] if reach else end))
    result = []
    for start, end in sorted(set(duty_spans)):
        before = bisect_right(starts, end - 1)
        if not before or reach[before - 1] <= start:
            result.append((start, end))
    return result
