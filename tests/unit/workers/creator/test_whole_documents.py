"""Whole public documents named by EVAL_DATA, part by part as the steps do; each check has a twin on the own samples."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from orchestrator.domain.document import DocumentText, Role
from orchestrator.domain.requirement import ExtractedRequirement, fold
from orchestrator.services.uploads import accept
from workers.creator.documents import read
from workers.creator.extraction import ExtractionContext, extract
from workers.creator.merge import MergeInput, merge
from workers.creator.parts import SIZE, parts
from workers.creator.register import Register, detect

DATA = Path(os.environ.get("EVAL_DATA", ""))
SAMPLES = Path(__file__).parents[4] / "samples"
GOBD = DATA / "documents/gobd-2019-de.pdf"
POLICY = SAMPLES / "fleet-records-policy.pdf"
LEAST_CITED, MOST_EMITTED, LEAST_UNITS = 0.85, 0.15, 0.60
SHORTEST = 15
"""Letters from which a quote inside a labelled sentence tells something."""

needs_data = [
    pytest.mark.data,
    pytest.mark.skipif(not os.environ.get("EVAL_DATA"), reason="EVAL_DATA does not name the evaluation data"),
]


@dataclass(frozen=True)
class Found:
    """A document, its parts as ranges of passages, and the requirements of all parts."""

    document: DocumentText
    register: Register
    parts: tuple[tuple[int, int], ...]
    requirements: tuple[ExtractedRequirement, ...]

    def quotes(self) -> Mapping[str, list[str]]:
        """Letters of all quotes, by the number at the head of their locator."""
        result: dict[str, list[str]] = {}
        for citation in (citation for one in self.requirements for citation in one.citations):
            result.setdefault(unit(citation.locator), []).append(letters(citation.quote))
        return result


def unit(locator: str) -> str:
    """ "Rz. 58", "Art. 6", "§ 26", "4.2": the place without its parts."""
    match = re.match(r"(?:(?:Rz\.|Art\.|§) )?[\d.]+", locator)
    return match[0] if match else ""


def letters(text: str) -> str:
    return re.sub(r"[\W_]", "", fold(text))


@cache
def found(path: Path, size: int = SIZE) -> Found:
    content = path.read_bytes()
    document = read(accept(path.name, content, None), content)
    register = detect(document)
    context = ExtractionContext(document.language, register, document.title, page_starts=document.page_starts)
    cut = tuple(parts(document.passages, size))
    extracted = (extract(document.text, document.passages[begin:end], context) for begin, end in cut)
    return Found(document, register, cut, tuple(one for part in extracted for one in part.requirements))


def headed(document: DocumentText, pattern: str) -> list[str]:
    return [p.locator for p in document.passages if p.role is Role.HEADING and re.fullmatch(pattern, p.locator)]


documents_with_margin_numbers = pytest.mark.parametrize(
    ("path", "numbers", "headings", "size", "least_parts"),
    [
        pytest.param(POLICY, 11, 20, 1_500, 6, id="sample"),
        pytest.param(GOBD, 184, 50, SIZE, 6, marks=needs_data, id="gobd"),
    ],
)


@documents_with_margin_numbers
def test_structure_and_parts(path: Path, numbers: int, headings: int, size: int, least_parts: int) -> None:
    this = found(path, size)
    margins = dict.fromkeys(p.locator for p in this.document.passages if p.locator.startswith("Rz. "))
    assert list(margins) == [f"Rz. {number}" for number in range(1, numbers + 1)]
    assert sum(p.role is Role.HEADING for p in this.document.passages) >= headings
    assert len(this.parts) >= least_parts


@documents_with_margin_numbers
def test_quotes_are_the_text_on_their_page(
    path: Path, numbers: int, headings: int, size: int, least_parts: int
) -> None:
    this = found(path, size)
    for citation in (citation for one in this.requirements for citation in one.citations):
        assert citation.quote == this.document.text[citation.start : citation.end]
        assert citation.page == this.document.page_of(citation.start)
    assert len({one.citations[0].page for one in this.requirements}) > 3


def test_parts_find_what_the_whole_finds() -> None:
    whole, cut = (found(POLICY, size).requirements for size in (10**6, 1_500))
    assert [one.citations[0].quote for one in cut] == [one.citations[0].quote for one in whole]


def _labelled() -> list[dict[str, Any]]:
    lines = (DATA / "labelled/req_de_gobd.jsonl").read_text("utf-8").splitlines()
    return [row | {"unit": f"Rz. {row['rz']}"} for row in map(json.loads, lines)]


def _gold() -> list[dict[str, Any]]:
    gold = json.loads(POLICY.with_suffix(".gold.json").read_text("utf-8"))
    wanted = [row | {"label": "R"} for row in gold["requirements"]]
    return [
        {"text": row["quote"], "label": row.get("label", "N"), "unit": unit(row["locator"])}
        for row in wanted + gold["traps"]
    ]


@pytest.mark.parametrize(
    ("path", "rows"),
    [
        pytest.param(POLICY, _gold, id="sample"),
        pytest.param(GOBD, _labelled, marks=needs_data, id="gobd"),
    ],
)
def test_requirements_are_covered_and_information_is_not_emitted(path: Path, rows: Any) -> None:
    quotes = found(path).quotes()
    hits: dict[str, list[bool]] = {"R": [], "N": []}
    for row in rows():
        words = letters(row["text"])
        there = (quote for quote in quotes.get(row["unit"], ()) if len(quote) >= SHORTEST)
        hits.setdefault(row["label"], []).append(any(quote in words or words in quote for quote in there))
    assert sum(hits["R"]) >= LEAST_CITED * len(hits["R"]) > 0
    assert sum(hits["N"]) <= MOST_EMITTED * len(hits["N"])


@pytest.mark.parametrize(
    ("path", "register", "pattern"),
    [
        pytest.param(SAMPLES / "hosting-vertrag.txt", Register.CONTRACT, r"§ \d+", id="sample"),
        pytest.param(DATA / "documents/gdpr-en.html", Register.EU_ACT, r"Art\. \d+", marks=needs_data, id="gdpr"),
        pytest.param(DATA / "documents/dora-en.md", Register.EU_ACT, r"Art\. \d+", marks=needs_data, id="dora"),
        pytest.param(DATA / "documents/bdsg-de.md", Register.STATUTE, r"§ \d+", marks=needs_data, id="bdsg"),
    ],
)
def test_most_units_give_requirements_and_no_recital_does(path: Path, register: Register, pattern: str) -> None:
    this = found(path)
    units = headed(this.document, pattern)
    assert this.register is register
    assert len(set(units) & set(this.quotes())) >= LEAST_UNITS * len(units) > 0
    assert not [c.locator for one in this.requirements for c in one.citations if c.locator.startswith("Recital")]


@pytest.mark.data
@pytest.mark.skipif(not os.environ.get("EVAL_DATA"), reason="EVAL_DATA does not name the evaluation data")
def test_repeated_duties_are_merged_and_others_stay_apart() -> None:
    """The twin on own sentences is test_merge.py."""
    ours = found(GOBD).requirements
    groups = merge([MergeInput(str(i), one.requirement_text, one.modality, one.section) for i, one in enumerate(ours)])
    merged = [{ours[int(key)].citations[0].locator for key in group} for group in groups if len(group) > 1]
    assert {"Rz. 58", "Rz. 107"} in merged
    assert not [group for group in merged if {"Rz. 29", "Rz. 177"} <= group or {"Rz. 120", "Rz. 136"} <= group]
    cited = {one.citations[0].locator for one in ours}
    assert {"Rz. 29", "Rz. 177", "Rz. 120", "Rz. 136"} <= cited
