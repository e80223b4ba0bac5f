"""The shape of a rule by which the validator tells requirements from what only looks like one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

UNKNOWN = "unknown"
"""The register of a statement whose register nobody told."""
BINDING_REGISTERS = frozenset({"eu_act", "statute", "contract"})
"""Here the plain indicative binds: "Der Verantwortliche führt ein Verzeichnis"."""

NO_RIGHTS_REGISTERS = frozenset({"letter", "specification", "contract", "policy", "user_stories", UNKNOWN})
"""Outside statutes a right is a permission; in them a person's right is everybody else's duty."""


class Kind(StrEnum):
    """Why a statement is no requirement; the second part of a rule id."""

    GROUNDING = "grounding"
    EXAMPLE = "example"
    DEFINITION = "definition"
    RELIEF = "relief"
    SCOPE = "scope"
    PERMISSION = "permission"
    AUTHORITY_RIGHT = "authority_right"
    CONDITION = "condition"
    HEADING = "heading"
    INFORMATION = "information"


SENTENCES = {
    Kind.GROUNDING: "The quote is not what the document says at the place given.",
    Kind.EXAMPLE: "The statement illustrates a rule and does not lay one down.",
    Kind.DEFINITION: "The statement says what a term means and demands nothing.",
    Kind.RELIEF: "The statement frees somebody from a duty.",
    Kind.SCOPE: "The statement says where a rule applies and demands nothing itself.",
    Kind.PERMISSION: "The statement allows something and demands nothing.",
    Kind.AUTHORITY_RIGHT: "The statement gives an authority a power and demands nothing.",
    Kind.CONDITION: "The statement is a condition without a consequence that binds.",
    Kind.HEADING: "The words are a heading or a name; no verb states a duty.",
    Kind.INFORMATION: "The statement describes or explains; nothing in it binds anybody.",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """Attributes:
    id: "<language>.<kind>.<word>" or "<language>.duty.<word>".
    kind: why a match is no requirement; None for a rule that finds a duty.
    pattern: searched in the main clauses (in the whole statement for `LanguageRules.first`).
    registers: where the rule holds; empty: everywhere.
    """

    id: str
    kind: Kind | None
    pattern: re.Pattern[str]
    registers: frozenset[str] = frozenset()

    def holds_in(self, register: str | None) -> bool:
        """Whether the rule is for this register."""
        return not self.registers or (register or UNKNOWN) in self.registers


@dataclass(frozen=True, slots=True)
class LanguageRules:
    """The rules of one language, in the order in which they are asked.

    Attributes:
        first: decide at once, on the whole statement.
        masks: what they match is taken out before duties are looked for: "muss nicht" is no "muss".
        duties: one hit makes a requirement.
        actors: who is bound by a plain indicative.
        last: why a statement without a duty is none, most special first.
    indicatives: duties by a plain indicative, in statements that free nobody.
    """

    first: tuple[Rule, ...]
    masks: tuple[Rule, ...]
    duties: tuple[Rule, ...]
    actors: re.Pattern[str]
    last: tuple[Rule, ...]
    indicatives: tuple[Rule, ...] = ()


def rules(language: str, kind: Kind | None, patterns: Iterable[tuple[str, str]], flags: int = 0) -> tuple[Rule, ...]:
    """Rules of one kind from (word of the id, pattern) pairs."""
    name = kind.value if kind else "duty"
    return tuple(Rule(f"{language}.{name}.{word}", kind, re.compile(pattern, flags)) for word, pattern in patterns)


def within(registers: frozenset[str], some: Iterable[Rule]) -> tuple[Rule, ...]:
    """The same rules, for these registers only."""
    return tuple(Rule(rule.id, rule.kind, rule.pattern, registers) for rule in some)
