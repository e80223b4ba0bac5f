"""What the validator finds in a domain model: object links and fulfilment against gold written by hand.

Usage: python bench/model.py [--show]

The gold in bench/gold names rows and ids of $EVAL_DATA/car-rental. A row lists groups of objects that mean the same
(the model has near-synonyms): one of each group is `expected`; what is in `also` may be linked and counts neither way.
The texts of the fulfilment cases are the project's own.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from orchestrator.domain.model_file import parse  # noqa: E402
from workers.validator.fulfilment import Fulfilment, Result, assess  # noqa: E402
from workers.validator.matching import ModelIndex  # noqa: E402

GOLD = ROOT / "bench" / "gold"


@dataclass(frozen=True, slots=True)
class Links:
    """Links of all rows: found and right, found, groups hit, groups expected."""

    right: int
    found: int
    hit: int
    expected: int

    def __str__(self) -> str:
        return (
            f"P {self.right / max(self.found, 1):.3f} ({self.right}/{self.found})  "
            f"R {self.hit / max(self.expected, 1):.3f} ({self.hit}/{self.expected})"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--show", action="store_true", help="print each miss and each wrong link")
    show = parser.parse_args().show
    folder = Path(os.environ.get("EVAL_DATA", "")) / "car-rental"
    if not os.environ.get("EVAL_DATA") or not folder.is_dir():
        print("skipped: EVAL_DATA names no folder with car-rental/")
        return 0
    model = json.loads((folder / "domain-model.json").read_text("utf-8"))
    rows = (folder / "requirements-de.csv").read_text("utf-8").splitlines()
    bare = ModelIndex.build(parse(model))
    index = ModelIndex.build(parse(with_aliases(model)))
    print(f"objects without aliases  {links(rows, bare, show=False)}")
    print(f"objects with aliases     {links(rows, index, show=show)}")
    print_fulfilment(index, show)
    return 0


def with_aliases(model: dict[str, Any]) -> dict[str, Any]:
    """The model with the aliases of bench/gold."""
    aliases = json.loads((GOLD / "car-rental-aliases.json").read_text("utf-8"))
    for key, items in (("boid", model["business_objects"]), ("mid", model["messages"])):
        for item in items:
            item["aliases"] = aliases.get(item[key], [])
    return model


def links(rows: Sequence[str], index: ModelIndex, *, show: bool) -> Links:
    """Link each row's text and count against the gold."""
    gold = json.loads((GOLD / "car-rental-objects.json").read_text("utf-8"))["rows"]
    total: Counter[str] = Counter()
    for number, wanted in gold.items():
        text = rows[int(number) - 1].partition(";")[2].strip()
        found = {match.key for match in index.match(text, "de")}
        groups = [set(group) for group in wanted["expected"]]
        allowed = set().union(*groups, wanted["also"])
        right = found & set().union(*groups)
        total.update(
            right=len(right),
            found=len(right) + len(found - allowed),
            hit=sum(bool(group & found) for group in groups),
            expected=len(groups),
        )
        missed = [sorted(group) for group in groups if not group & found]
        if show and (missed or found - allowed):
            print(f"  {number}: {text}\n     missed {missed} wrong {sorted(found - allowed)}")
    return Links(**total)


def print_fulfilment(index: ModelIndex, show: bool) -> None:
    """Macro F1 over the four results, and how often the evidence is the gold's."""
    scores, evidence = fulfilment_scores(index)
    macro = sum(scores.values()) / len(scores)
    print(f"fulfilment macro F1      {macro:.3f}  evidence as in the gold {evidence}/{len(_cases())}")
    print("  " + "  ".join(f"{result.value} {score:.2f}" for result, score in scores.items()))
    for case in _cases() if show else ():
        told = _assessed(case, index)
        if told.result != case["result"]:
            print(f"  {case['id']} {case['result']} told {told.result.value}: {case['text']} {told.evidence}")


def fulfilment_scores(index: ModelIndex) -> tuple[dict[Result, float], int]:
    """F1 by result, and the number of cases whose evidence is the gold's."""
    cases = _cases()
    told = [_assessed(case, index) for case in cases]
    truth = [Result(case["result"]) for case in cases]
    scores = {result: f1(truth, [each.result for each in told], result) for result in Result}
    return scores, sum(_path(each.evidence) == _wanted(case) for case, each in zip(cases, told, strict=True))


def _cases() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (GOLD / "car-rental-fulfilment.jsonl").read_text("utf-8").splitlines()]


def _assessed(case: dict[str, Any], index: ModelIndex) -> Fulfilment:
    return assess(case["text"], case["language"], index.match(case["text"], case["language"]), index)


def f1(truth: Sequence[Result], told: Sequence[Result], result: Result) -> float:
    """F1 of one result."""
    hit = sum(t is result and g is result for t, g in zip(truth, told, strict=True))
    return 2 * hit / max(truth.count(result) + told.count(result), 1)


def _path(evidence: Sequence[dict[str, Any]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for entry in evidence:
        found.setdefault(entry["object"], set()).update({entry["attribute"]} - {None})
    return found


def _wanted(case: dict[str, Any]) -> dict[str, set[str]]:
    return {key: set(attributes) for key, attributes in case["evidence"].items()}


if __name__ == "__main__":
    sys.exit(main())
