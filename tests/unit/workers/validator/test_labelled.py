"""The evaluation data, where it is at hand; test_samples.py asks the same of the project's own documents."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from workers.validator.classification import classify

pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif("EVAL_DATA" not in os.environ, reason="EVAL_DATA does not name the folder of evaluation data"),
]


def rows(name: str) -> list[dict[str, Any]]:
    file = Path(os.environ["EVAL_DATA"]) / "labelled" / f"{name}.jsonl"
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def rejected(some: list[dict[str, Any]], register: str | None = None) -> float:
    findings = [classify(row["text"], row["lang"], register, f"Rz. {row['rz']}" if "rz" in row else "") for row in some]
    return sum(finding.kind is not None for finding in findings) / len(findings)


def test_descriptions_of_an_administrative_letter_are_rejected_and_its_duties_are_not() -> None:
    letter = rows("req_de_gobd")
    assert rejected([row for row in letter if row["label"] == "N"]) >= 0.85
    assert rejected([row for row in letter if row["label"] == "P"]) >= 0.85
    assert rejected([row for row in letter if row["label"] == "R"]) <= 0.05


@pytest.mark.parametrize("name", ["oblig_de_gdpr", "oblig_en_gdpr"])
def test_obligations_of_an_eu_act_are_not_rejected(name: str) -> None:
    act = rows(name)
    assert rejected([row for row in act if row["label"]], "eu_act") <= 0.05
    assert rejected([row for row in act if not row["label"]], "eu_act") >= 0.8
