"""The project's own samples: each gold quote is a sentence of a passage at its place, under its lead-in."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orchestrator.domain.document import DocumentText, Passage
from orchestrator.services.uploads import EXTENSIONS, accept
from workers.creator.documents import read
from workers.creator.parts import parts
from workers.creator.sentences import sentences

SAMPLES = Path(__file__).parents[5] / "samples"
GOLDS = sorted(SAMPLES.glob("*.gold.json"))


@pytest.mark.parametrize("path", GOLDS, ids=lambda path: path.name.partition(".")[0])
def test_every_gold_quote_is_a_sentence_at_its_place(
    path: Path, check_invariants: Callable[[DocumentText], None]
) -> None:
    gold = json.loads(path.read_text("utf-8"))
    sample = SAMPLES / gold["document"]
    assert accept(sample.name, sample.read_bytes()) == EXTENSIONS[sample.suffix]
    document = read(EXTENSIONS[sample.suffix], sample)
    check_invariants(document)
    assert document.language == gold["language"]
    assert parts(document.passages)[-1][1] == len(document.passages)
    found = by_quote(document)
    missing = [
        entry["quote"]
        for entry in gold["requirements"] + gold["traps"]
        if not any(fits(document, entry, start, passage) for start, passage in found[entry["quote"]])
    ]
    assert missing == []


def by_quote(document: DocumentText) -> dict[str, list[tuple[int, Passage]]]:
    """Where each sentence stands."""
    found: dict[str, list[tuple[int, Passage]]] = defaultdict(list)
    for passage in document.passages:
        for start, end in sentences(document.text, passage.start, passage.end, document.language):
            found[document.text[start:end]].append((start, passage))
    return found


def fits(document: DocumentText, entry: dict[str, Any], start: int, passage: Passage) -> bool:
    lead_in = document.text[slice(*passage.lead_in)] if passage.lead_in else None
    return (
        passage.locator == entry["locator"]
        and document.page_of(start) == entry.get("page")
        and lead_in == entry.get("lead_in", lead_in)
    )
