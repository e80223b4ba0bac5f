"""What a rule is, and how the rules of a language are run over a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from orchestrator.domain.requirement import Modality, SentenceClass

from ..clauses import Clauses


class Cue(StrEnum):
    """A sign that decides nothing alone; the score weighs it."""

    CUE = "cue"


_WORD = re.compile(r"\w+(?:'t)?")

Kind = Modality | SentenceClass | Cue


@dataclass(frozen=True, slots=True)
class Rule:
    """One sign in a sentence.

    Attributes:
        id: `<language>.<name>`; stored with the requirement as a reason.
        kind: the modality or class that the sign stands for.
        pattern: searched in the main clauses (English: lower case).
        beats: ids that do not count where this rule holds ("muss nicht" beats "muss").
        anywhere: true where subordinate clauses count as much as the main clause.
        needs: lower-case words; the pattern is tried only where one of them occurs. Only for speed.
        hints: lower-case parts of words, used like `needs` where words take many forms.
        registers: where the rule holds; empty: everywhere.
    """

    id: str
    kind: Kind
    pattern: re.Pattern[str]
    beats: tuple[str, ...] = ()
    anywhere: bool = False
    needs: frozenset[str] = frozenset()
    hints: tuple[str, ...] = ()
    registers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Hits:
    """Which rules hold for a sentence.

    Attributes:
        rules: hold in a main clause (or anywhere, where the rule says so), in catalogue order.
        subordinate: ids that hold in a subordinate clause only.
    """

    rules: tuple[Rule, ...]
    subordinate: tuple[str, ...]

    def of(self, *kinds: Kind) -> tuple[Rule, ...]:
        """The rules of these kinds, in catalogue order."""
        return tuple(rule for rule in self.rules if rule.kind in kinds)


def rule(
    name: str,
    kind: Kind,
    pattern: str,
    *,
    beats: Sequence[str] = (),
    anywhere: bool = False,
    needs: str = "",
    hints: str = "",
) -> Rule:
    """Make a rule for all registers; `needs` and `hints` are words with spaces between them."""
    return Rule(name, kind, re.compile(pattern), tuple(beats), anywhere, frozenset(needs.split()), tuple(hints.split()))


def within(registers: Iterable[str], rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The same rules, for these registers only."""
    where = frozenset(registers)
    return tuple(replace(each, registers=where) for each in rules)


def _hinted(hints: tuple[str, ...], lowered: str) -> bool:
    return not hints or any(hint in lowered for hint in hints)


def run(rules: Sequence[Rule], sentence: Clauses) -> Hits:
    """Which of the rules hold. Linear in the number of rules."""
    found: list[Rule] = []
    subordinate: list[str] = []
    same = sentence.main == sentence.whole
    lowered = sentence.whole.lower()
    words = set(_WORD.findall(lowered))
    for candidate in rules:
        if (candidate.needs and candidate.needs.isdisjoint(words)) or not _hinted(candidate.hints, lowered):
            continue
        search = candidate.pattern.search
        if search(sentence.whole if candidate.anywhere else sentence.main):
            found.append(candidate)
        elif not (same or candidate.anywhere or candidate.kind is Cue.CUE) and search(sentence.whole):
            subordinate.append(candidate.id)
    beaten = {name for winner in found for name in winner.beats}
    return Hits(
        rules=tuple(winner for winner in found if winner.id not in beaten),
        subordinate=tuple(name for name in subordinate if name not in beaten),
    )
