"""The samples' gold, fed to the validator: no requirement is rejected, and few traps pass."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from orchestrator.domain.graph import DomainModel
from orchestrator.domain.requirement import RequirementStatus
from workers.validator.judge import Candidate, Verdict, judge
from workers.validator.matching import ModelIndex

FILES = sorted((Path(__file__).parents[4] / "samples").glob("*.gold.json"))
REGISTERS = {"administrative_letter": "policy"}
LEAST_REJECTED = 0.8


def verdicts(gold: dict[str, Any], kind: str, register: str | None) -> list[tuple[Verdict, str]]:
    index = ModelIndex.build(DomainModel())
    found = []
    for number, row in enumerate(gold[kind]):
        text = f"{row.get('lead_in', '')} {row['quote']}".strip()
        candidate = Candidate(
            f"R-{number}", "", text, row["quote"], True, gold["language"], register, row.get("locator", "")
        )
        found.append((judge(candidate, index), text))
    return found


@pytest.mark.parametrize("told", [True, False], ids=["register told", "register unknown"])
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_requirement_is_rejected_and_traps_are(file: Path, told: bool) -> None:
    gold = json.loads(file.read_text(encoding="utf-8"))
    register = REGISTERS.get(gold["register"], gold["register"]) if told else None
    requirements, traps = (verdicts(gold, kind, register) for kind in ("requirements", "traps"))

    rejected = [(verdict.rule, text) for verdict, text in requirements if verdict.status is RequirementStatus.REJECTED]
    passed = [(verdict.rule, text) for verdict, text in traps if verdict.status is not RequirementStatus.REJECTED]

    assert rejected == []
    assert len(passed) <= (1 - LEAST_REJECTED) * len(traps), passed


def test_there_are_samples_in_both_languages() -> None:
    assert {json.loads(file.read_text(encoding="utf-8"))["language"] for file in FILES} == {"de", "en"}
