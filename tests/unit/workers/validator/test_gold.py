"""Object links and fulfilment on the gold of bench/gold, where the evaluation data is at hand."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from bench.model import fulfilment_scores, links, with_aliases
from orchestrator.domain.model_file import parse
from workers.validator.matching import ModelIndex

pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif("EVAL_DATA" not in os.environ, reason="EVAL_DATA does not name the folder of evaluation data"),
]


@pytest.fixture(scope="module")
def folder() -> Path:
    return Path(os.environ["EVAL_DATA"]) / "car-rental"


@pytest.fixture(scope="module")
def index(folder: Path) -> ModelIndex:
    return ModelIndex.build(parse(with_aliases(json.loads((folder / "domain-model.json").read_text("utf-8")))))


def test_links_to_objects_are_right_and_few_are_missed(folder: Path, index: ModelIndex) -> None:
    found = links((folder / "requirements-de.csv").read_text("utf-8").splitlines(), index, show=False)
    assert found.right / found.found >= 0.85
    assert found.hit / found.expected >= 0.70


def test_fulfilment_is_told_with_its_evidence(index: ModelIndex) -> None:
    scores, evidence = fulfilment_scores(index)
    assert sum(scores.values()) / len(scores) >= 0.80
    assert evidence >= 36
