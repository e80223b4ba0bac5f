"""The labelled sentences of EVAL_DATA: their schema, what counts as a requirement in each file, and how they group."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workers.creator.language import language_of
from workers.creator.register import habits

Row = Mapping[str, Any]
_NOT_DIGIT = re.compile(r"\D")


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
        value = str(row.get("label"))
        return True if value in yes else False if no is None or value in no else None

    return label


def _field(name: str) -> Callable[[int, Row], str]:
    return lambda i, row: str(row.get(name, i))


def _blocks(size: int, name: str) -> Callable[[int, Row], str]:
    return lambda i, row: str(int(_NOT_DIGIT.sub("", str(row.get(name, ""))) or i) // size)


def _yes_or_no(row: Row) -> bool | None:
    """1, true and "1" are yes, 0, false and "0" no; nothing else is counted."""
    value = str(row.get("label")).lower()
    return value in ("1", "true") if value in ("0", "1", "true", "false") else None


RULES: Mapping[str, LabelRule] = {
    "req_de_gobd": LabelRule("letter", "letter", _of("R A", "P N"), _blocks(10, "rz")),
    "oblig_de_gdpr": LabelRule("eu_act", "eu_act", _yes_or_no, _field("art")),
    "oblig_en_gdpr": LabelRule("eu_act", "eu_act", _yes_or_no, _field("art")),
    "oblig_en_eurules": LabelRule("eu_act", "agent_duty", _yes_or_no, lambda i, _: str(i // 46)),
    "req_en_pure": LabelRule("specification", "specification", _yes_or_no, _field("doc")),
    "norm_de_bgb_tenancy": LabelRule("statute", "statute", _of("Duty Prohibition"), lambda i, _: str(i // 20)),
    "norm_de_rental_contracts": LabelRule("contract", "contract", _of("Pflicht Verbot"), _field("doc")),
}
"""By file name without its ending."""


def rule_for(name: str) -> LabelRule | None:
    """The rule of a file's name, which may have more before or after it ("req_de_gobd-heldout"); None if unknown."""
    return next((rule for known, rule in RULES.items() if known in name.lower()), None)


ASPECTS = ("functional", "quality")


def aspect_of(name: str, row: Row, aspect: str) -> bool | None:
    """What a file of types says of a row: one label in type_en_promise (F, else a quality), two columns in re19."""
    if "type_" in name and aspect in row:
        return bool(row[aspect])
    if "type_en_promise" in name and "label" in row:
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
    """Read a JSON-lines file.

    A row needs a `text`; without an `id` it has its line's number, without a `lang` of "de" or "en" the one that its
    words tell. A file of unknown name is counted where its labels are 0 and 1.

    Raises:
        ValueError: a line is not a JSON object with a text; says which.
    """
    rows = tuple(_row(path, number, line) for number, line in enumerate(_lines(path), 1) if line.strip())
    rule = rule_for(path.stem)
    if rule is None:
        return LabelledFile(path.stem, None, rows, tuple(map(_yes_or_no, rows)), ("",) * len(rows))
    return LabelledFile(
        path.stem,
        rule,
        rows,
        tuple(rule.label(row) for row in rows),
        tuple(rule.group(i, row) for i, row in enumerate(rows)),
    )


def _lines(path: Path) -> list[str]:
    """UTF-8 with or without a byte order mark, else what Windows writes. JSON has no other line ends than these."""
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    return text.replace("\r\n", "\n").split("\n")


def _row(path: Path, number: int, line: str) -> Row:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"{path}, line {number}: no JSON ({error}). Write one JSON object a line.") from error
    if not (isinstance(row, dict) and isinstance(row.get("text"), str)):
        raise ValueError(f'{path}, line {number}: no sentence. Write {{"id": ..., "lang": "de", "text": "..."}}.')  # noqa: TRY004
    language = row.get("lang") if row.get("lang") in ("de", "en") else language_of(row["text"])
    return {"id": number, **row, "lang": language}


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
    """The JSON-lines files among these paths and in these folders, by name.

    Raises:
        ValueError: a folder holds none.
    """
    for path in paths:
        found = sorted(path.glob("*.jsonl")) or sorted(path.rglob("*.jsonl")) if path.is_dir() else [path]
        if not found:
            raise ValueError(f"{path} holds no .jsonl file; name a file or folder of labelled sentences.")
        yield from found
