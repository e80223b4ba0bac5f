"""The samples' gold against what the engine finds: the full sets, both ways."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from orchestrator.domain.requirement import ExtractedRequirement, fold
from orchestrator.services.uploads import accept
from workers.creator.documents import read
from workers.creator.extraction import ExtractionContext, extract
from workers.creator.prompt import understand
from workers.creator.register import detect

SAMPLES = Path(__file__).parents[4] / "samples"
FILES = sorted(SAMPLES.glob("*.gold.json"))
REGISTERS = {"administrative_letter": {"letter", "policy"}}
"""The gold's word for letters, policies and notices; the engine tells a house's own rules from a letter."""
LEAST_TYPES = 0.80
"""Share of the types that agree: between process, legal and constraint two careful readers disagree."""

each_sample = pytest.mark.parametrize("file", FILES, ids=lambda file: file.name.removesuffix(".gold.json"))


@cache
def gold(file: Path) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return result


@cache
def found(file: Path) -> tuple[str, Mapping[str, ExtractedRequirement]]:
    """The register, and the requirements by their quote as compared."""
    document = SAMPLES / gold(file)["document"]
    content = document.read_bytes()
    text = read(accept(document.name, content, None), content)
    register = detect(text)
    brief = understand("All requirements", text.language)
    context = ExtractionContext(text.language, register, text.title, brief, page_starts=text.page_starts)
    requirements = extract(text.text, text.passages, context).requirements
    return register.value, {_key(one.citations[0].quote): one for one in requirements}


def _key(quote: str) -> str:
    """Letters and digits only: white space, hyphens at line ends and markers do not count."""
    return re.sub(r"[\W_]", "", fold(quote))


def _wanted(file: Path) -> dict[str, dict[str, Any]]:
    return {_key(row["quote"]): row for row in gold(file)["requirements"]}


@each_sample
def test_exactly_the_requirements_of_the_gold_are_found(file: Path) -> None:
    _, ours = found(file)
    wanted = _wanted(file)
    missing = [wanted[key]["quote"] for key in wanted.keys() - ours.keys()]
    surplus = [ours[key].citations[0].quote for key in ours.keys() - wanted.keys()]
    assert (missing, surplus) == ([], [])


@each_sample
def test_modalities_and_places_are_those_of_the_gold(file: Path) -> None:
    _, ours = found(file)
    for key, row in _wanted(file).items():
        citation = ours[key].citations[0]
        place = {"modality": ours[key].modality, "locator": citation.locator, "page": citation.page}
        assert place == {name: row.get(name) for name in place}, row["quote"]


@each_sample
def test_list_items_cite_the_sentence_that_opens_their_list(file: Path) -> None:
    _, ours = found(file)
    for key, row in _wanted(file).items():
        if "lead_in" in row:
            leads = [_key(citation.quote) for citation in ours[key].citations[1:]]
            assert leads == [_key(row["lead_in"])], row["quote"]


@each_sample
def test_no_trap_is_emitted(file: Path) -> None:
    _, ours = found(file)
    assert [trap["quote"] for trap in gold(file)["traps"] if _key(trap["quote"]) in ours] == []


@each_sample
def test_the_register_is_that_of_the_gold(file: Path) -> None:
    told = gold(file)["register"]
    assert found(file)[0] in REGISTERS.get(told, {told})


def test_most_types_agree_with_the_gold() -> None:
    pairs = [
        (found(file)[1][key].requirement_type, row["type"]) for file in FILES for key, row in _wanted(file).items()
    ]
    assert sum(ours == theirs for ours, theirs in pairs) >= LEAST_TYPES * len(pairs)


def test_the_samples_are_many() -> None:
    assert sum(len(gold(file)["requirements"]) for file in FILES) >= 140
    assert sum(len(gold(file)["traps"]) for file in FILES) >= 100
