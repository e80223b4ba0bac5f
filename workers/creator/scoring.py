"""From rule hits to a calibrated probability that a sentence states a requirement.

One logistic model per register and language; its weights are data (`weights/<register>.<language>.json`), fitted by
`scripts/fit_weights.py`. Features are ids of rules and the sentence's shape: no words of any document. A register
without labelled sentences uses `general.json`, whose features are the kinds of the rules only.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from orchestrator.domain.requirement import Modality, SentenceClass

from .clauses import Clauses
from .rules.rule import Cue, Hits

EMIT = 0.5
"""Below: dropped, but counted as considered."""
SURE = 0.7
"""Below (and not below `EMIT`): emitted, flagged for review."""

_WORD = re.compile(r"\w+")
_FINITE_END = re.compile(r"[.!?;:,]\s*$")


@dataclass(frozen=True, slots=True)
class Weights:
    """A logistic model: `sigmoid(intercept + sum of the weights of the features that hold)`."""

    intercept: float
    weights: Mapping[str, float]

    def probability(self, features: frozenset[str]) -> float:
        """The model's value in [0, 1]; sorted summation makes it equal to the last bit on every run."""
        z = self.intercept + math.fsum(self.weights[name] for name in sorted(features) if name in self.weights)
        return 1 / (1 + math.exp(-max(-40.0, min(40.0, z))))


def features(sentence: Clauses, hits: Hits, habits: frozenset[str] = frozenset()) -> frozenset[str]:
    """What the models see: rule ids, `<id>~` for a hit in a subordinate clause only, kinds, and shape.

    Args:
        habits: rule ids that mean more in this document than elsewhere; adds `habit.<id>` where the rule holds.
    """
    found = {rule.id for rule in hits.rules}
    found |= {f"{name}~" for name in hits.subordinate}
    kinds = {rule.kind for rule in hits.rules if rule.kind is not Cue.CUE}
    found |= {f"kind.{kind.value}" for kind in kinds}
    found |= {f"habit.{name}" for name in habits & found}
    found |= _shape(sentence)
    modal = bool(kinds & set(Modality))
    found.add("kind.modal" if modal else "kind.no_modal")
    if modal and kinds & {
        SentenceClass.PERMISSION,
        SentenceClass.RELIEF,
        SentenceClass.SCOPE,
        SentenceClass.DEFINITION,
    }:
        found.add("kind.mixed")
    return frozenset(found)


def _shape(sentence: Clauses) -> set[str]:
    words = len(_WORD.findall(sentence.whole))
    size = next((limit for limit in (4, 10, 25, 50) if words <= limit), "more")
    found = {f"shape.words_{size}"}
    if sentence.whole.endswith(":"):
        found.add("shape.colon")
    elif not _FINITE_END.search(sentence.whole):
        found.add("shape.no_stop")
    if sentence.whole.endswith("?"):
        found.add("shape.question")
    if sentence.fragment:
        found.add("shape.lower_start")
    if sentence.conditional:
        found.add("shape.conditional")
    return found


@cache
def weights_for(register: str, language: str) -> Weights:
    """The weights of a register in a language, else the general ones. Read once per process."""
    folder = resources.files("workers.creator").joinpath("weights")
    for name in (f"{register}.{language}.json", "general.json"):
        if (path := folder.joinpath(name)).is_file():
            data = json.loads(path.read_text(encoding="utf-8"))
            return Weights(float(data["intercept"]), {str(k): float(v) for k, v in data["weights"].items()})
    raise FileNotFoundError("the weights are not installed; install the package with its data files")


def score(register: str, language: str, sentence: Clauses, hits: Hits, habits: frozenset[str] = frozenset()) -> float:
    """Probability in [0, 1] that the sentence states a requirement, rounded to 4 digits."""
    return round(weights_for(register, language).probability(features(sentence, hits, habits)), 4)
