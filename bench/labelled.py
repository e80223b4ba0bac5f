"""The labelled sentences of EVAL_DATA: their schema, what counts as a requirement in each file, and how they group."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workers.creator.register import habits

Row = Mapping[str, Any]


@dataclass(frozen=True)
class LabelRule:
    """How to read one family of labelled files.

    Attributes:
        register: which register's weights answer.
        question: the model's name; it differs from the register where the file asks something narrower.
        label: True, False, or None where the row is not counted.
        group: rows of one group stay together when folds are made.
    """

    register: str
    question: str
    label: Callable[[Row], bool | None]
    group: Callable[[int, Row], str]


def _of(positive: str, negative: str | None = None) -> Callable[[Row], bool | None]:
    yes = set(positive.split())
    no = set(negative.split()) if negative else None

    def label(row: Row) -> bool | None:
        value = str(row["label"])
        return True if value in yes else False if no is None or value in no else None

    return label


def _field(name: str) -> Callable[[int, Row], str]:
    return lambda _, row: str(row[name])


def _blocks(size: int, name: str) -> Callable[[int, Row], str]:
    return lambda _, row: str(int(row[name]) // size)


RULES: Mapping[str, LabelRule] = {
    "req_de_gobd": LabelRule("letter", "letter", _of("R A", "P N"), _blocks(10, "rz")),
    "oblig_de_gdpr": LabelRule("eu_act", "eu_act", lambda row: bool(row["label"]), _field("art")),
    "oblig_en_gdpr": LabelRule("eu_act", "eu_act", lambda row: bool(row["label"]), _field("art")),
    "oblig_en_eurules": LabelRule("eu_act", "agent_duty", lambda row: bool(row["label"]), lambda i, _: str(i // 46)),
    "req_en_pure": LabelRule("specification", "specification", lambda row: bool(row["label"]), _field("doc")),
    "norm_de_bgb_tenancy": LabelRule("statute", "statute", _of("Duty Prohibition"), lambda i, _: str(i // 20)),
    "norm_de_rental_contracts": LabelRule("contract", "contract", _of("Pflicht Verbot"), _field("doc")),
}
"""By file name without its ending."""

ASPECTS = ("functional", "quality")


def aspect_of(name: str, row: Row, aspect: str) -> bool | None:
    """What a file of types says of a row: one label in type_en_promise (F, else a quality), two columns in re19."""
    if name.startswith("type_") and aspect in row:
        return bool(row[aspect])
    if name == "type_en_promise":
        return (row["label"] == "F") == (aspect == "functional")
    return None


SMELLS: Mapping[str, frozenset[str]] = {
    "Ambiguous_adv._adj.": frozenset({"unambiguous.adverb"}),
    "Comparative": frozenset({"verifiable.comparison"}),
    "Nonverifiable_term": frozenset({"verifiable.open_quantity", "unambiguous.loophole"}),
    "Subjective_lang.": frozenset({"unambiguous.vague", "verifiable.unmeasured"}),
    "Superlative": frozenset({"verifiable.superlative"}),
    "Uncertain_verb": frozenset({"unambiguous.uncertain_verb"}),
}
"""The lexical columns of smell_en_arta, which single words show, and the quality rules that answer for each. Its other
columns (Polysemy, Vague_pron., Negative) need senses and references; they are not claimed."""

BASELINE = {
    "de": re.compile(
        r"\b(?:muss|müssen|soll|sollen|sollte|sollten|darf|dürfen|verpflichtet)\b"
        r"|\b(?:hat|haben|ist|sind)\b.*\bzu\b"
    ),
    "en": re.compile(r"\b(?:shall|must|should|will)\b", re.IGNORECASE),
}
"""The published baseline: a sentence with a modal verb (or German "haben/sein ... zu") is a requirement."""


def habits_of(rows: Sequence[Row]) -> list[frozenset[str]]:
    """The habits of each row's document: rows with one `doc` are one document, else the whole file is."""
    texts: dict[str, list[str]] = {}
    for row in rows:
        texts.setdefault(str(row.get("doc", "")), []).append(row["text"])
    found = {doc: habits("\n".join(parts)) for doc, parts in texts.items()}
    return [found[str(row.get("doc", ""))] for row in rows]


@dataclass(frozen=True)
class LabelledFile:
    """The counted rows of one file, in order, with a group per row."""

    name: str
    rule: LabelRule | None
    rows: tuple[Row, ...]
    labels: tuple[bool | None, ...]
    groups: tuple[str, ...]


def read(path: Path) -> LabelledFile:
    """Read a JSON-lines file; a file of unknown name has rows but no labels."""
    with path.open(encoding="utf-8") as lines:
        rows = tuple(json.loads(line) for line in lines if line.strip())
    rule = RULES.get(path.stem)
    if rule is None:
        return LabelledFile(path.stem, None, rows, (None,) * len(rows), ("",) * len(rows))
    return LabelledFile(
        path.stem,
        rule,
        rows,
        tuple(rule.label(row) for row in rows),
        tuple(rule.group(i, row) for i, row in enumerate(rows)),
    )


@dataclass(frozen=True)
class OwnSentence:
    """One of the project's own sentences: what every model must know, whatever its labelled file happens to hold.

    Attributes:
        language: "de" or "en".
        registers: for which it is meant; empty: for all.
        kind: a modality or a sentence class.
    """

    language: str
    registers: frozenset[str]
    kind: str
    text: str

    def is_for(self, language: str, register: str) -> bool:
        """Plain statements of German EU acts are told apart by their role only: there the indicative binds."""
        if language != self.language or (self.registers and register not in self.registers):
            return False
        return not (register == "eu_act" and language == "de" and self.kind in ("information", "definition"))


def own_sentences() -> tuple[OwnSentence, ...]:
    """The sentences of `own_sentences.txt`, in order."""
    lines = (Path(__file__).parent / "own_sentences.txt").read_text(encoding="utf-8").splitlines()
    rows = [[part.strip() for part in line.split("|", 2)] for line in lines if line and not line.startswith("#")]
    return tuple(OwnSentence(head.split()[0], frozenset(head.split()[1:]), kind, text) for head, kind, text in rows)


def files(paths: Iterable[Path]) -> Iterator[Path]:
    """The JSON-lines files among these paths and in these folders, by name."""
    for path in paths:
        yield from sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
