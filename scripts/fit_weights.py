"""Fit the weights of the scoring models on the labelled sentences, judged on documents the model has not seen.

Usage: EVAL_DATA=<folder> python scripts/fit_weights.py [--dry-run]

Writes workers/creator/weights/<question>.<language>.json (feature ids and numbers, no words of any document).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, LeaveOneGroupOut

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.labelled import BASELINE, RULES, LabelledFile, habits_of, own_sentences, read  # noqa: E402
from orchestrator.domain.requirement import Modality  # noqa: E402
from workers.creator.clauses import clauses  # noqa: E402
from workers.creator.judgement import BELOW, may_be_requirement, modality_of  # noqa: E402
from workers.creator.rules.catalogue import rules_for  # noqa: E402
from workers.creator.rules.rule import run  # noqa: E402
from workers.creator.scoring import features  # noqa: E402

FOLDER = ROOT / "workers" / "creator" / "weights"
OWN_WEIGHT = {"statute": 2.0, "specification": 0.8}
"""Weight of one own sentence, relative to one labelled row of a small file; 0.5 where not named."""
Anchors = tuple[np.ndarray, np.ndarray]
GENERAL = {"general": "policy"}
"""The general weights serve registers without labelled sentences; a policy has the most kinds of duties among them."""
STRENGTH = {"specification": 0.1, "agent_duty": 0.3}


def evidence(file: LabelledFile) -> tuple[list[frozenset[str]], list[bool]]:
    """What the model sees of each counted row, and whether the rules let it be a requirement at all."""
    sets, allowed = [], []
    question = file.rule.question if file.rule else ""
    for row, label, own in zip(file.rows, file.labels, habits_of(file.rows), strict=True):
        if label is not None:
            sentence = clauses(row["text"], row["lang"])
            hits = run(rules_for(row["lang"], question), sentence)
            sets.append(features(sentence, hits, own))
            allowed.append(may_be_requirement(hits, modality_of(hits)[1], row["lang"], question))
    return sets, allowed


def anchored(names: Sequence[str], language: str, question: str) -> Anchors:
    """Features and labels of the own sentences; none where a model asks another question."""
    if question == "agent_duty":
        return np.zeros((0, len(names))), np.zeros(0, dtype=bool)
    register = GENERAL.get(question, question)
    own = [sentence for sentence in own_sentences() if sentence.is_for(language, register)]
    split = [clauses(sentence.text, language) for sentence in own]
    sets = [features(sentence, run(rules_for(language, register), sentence)) for sentence in split]
    return matrix(sets, names), np.array([sentence.kind in set(Modality) for sentence in own])


def matrix(sets: Sequence[frozenset[str]], names: Sequence[str]) -> np.ndarray:
    column = {name: i for i, name in enumerate(names)}
    x = np.zeros((len(sets), len(names)))
    for i, found in enumerate(sets):
        for name in found:
            if name in column:
                x[i, column[name]] = 1
    return x


def model(question: str) -> LogisticRegression:
    return LogisticRegression(C=STRENGTH.get(question, 0.5), max_iter=2000)


def trained(
    x: np.ndarray, y: np.ndarray, question: str, own: Anchors, weight: np.ndarray | None = None
) -> LogisticRegression:
    """A model of these rows and of the own sentences."""
    weight = np.ones(len(y)) if weight is None else weight
    share = np.full(len(own[1]), OWN_WEIGHT.get(question, 0.5) * max(1.0, weight.sum() / 500))
    weights = np.concatenate((weight, share))
    return model(question).fit(np.vstack((x, own[0])), np.concatenate((y, own[1])), sample_weight=weights)


def held_out(
    x: np.ndarray, y: np.ndarray, groups: Sequence[str], question: str, own: Anchors, weight: np.ndarray | None = None
) -> np.ndarray:
    """The probability of each row from a model that saw no row of its group."""
    splitter = LeaveOneGroupOut() if len(set(groups)) <= 30 else GroupKFold(10)
    result = np.zeros(len(y))
    for train, test in splitter.split(x, y, groups):
        fitted = trained(x[train], y[train], question, own, None if weight is None else weight[train])
        result[test] = fitted.predict_proba(x[test])[:, 1]
    return result


def capped(p: np.ndarray, allowed: Sequence[bool]) -> np.ndarray:
    return np.where(np.array(allowed), p, np.minimum(p, BELOW))


def temperature(p: np.ndarray, y: np.ndarray, allowed: Sequence[bool]) -> float:
    """The factor on the logits that makes held-out probabilities fit the labels best; it moves no decision."""
    use = np.array(allowed)
    if y[use].all():
        return 1.0
    logit = np.log(p[use] / (1 - p[use]))
    fitted = LogisticRegression(C=1e6, fit_intercept=False).fit(logit[:, None], y[use])
    return float(np.clip(fitted.coef_[0, 0], 0.5, 2.5))


def temperatures(p: np.ndarray, y: np.ndarray, groups: Sequence[str], allowed: Sequence[bool]) -> np.ndarray:
    """The factor for each row, found without its own group."""
    result, may, named = np.ones(len(y)), np.array(allowed), np.array(groups)
    for group in set(groups):
        rest = named != group
        result[~rest] = temperature(p[rest], y[rest], may[rest])
    return result


def heated(p: np.ndarray, factor: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.log(p / (1 - p)) * factor))


def figures(y: np.ndarray, p: np.ndarray) -> dict[str, float]:
    guess = p >= 0.5
    tp, fp, fn = (guess & y).sum(), (guess & ~y).sum(), (~guess & y).sum()
    precision, recall = tp / max(tp + fp, 1), tp / max(tp + fn, 1)
    return {
        "P": precision,
        "R": recall,
        "F1": 2 * precision * recall / max(precision + recall, 1e-9),
        "acc": (guess == y).mean(),
        "ECE": calibration_error(y, p),
    }


def calibration_error(y: np.ndarray, p: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error over equal-width bins."""
    index = np.minimum((p * bins).astype(int), bins - 1)
    parts = [(index == b) for b in range(bins)]
    return float(sum(part.mean() * abs(y[part].mean() - p[part].mean()) for part in parts if part.any()))


def show(name: str, values: dict[str, float]) -> None:
    print(f"{name:34}", *(f"{key} {value:.3f}" for key, value in values.items()))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dry-run", action="store_true", help="print the held-out figures, write nothing")
    parser.add_argument("--errors", help="print the held-out errors of this file")
    arguments = parser.parse_args()
    if "EVAL_DATA" not in os.environ:
        print("EVAL_DATA is not set; name the folder that holds labelled/", file=sys.stderr)
        return 2
    labelled = Path(os.environ["EVAL_DATA"]) / "labelled"
    by_model: dict[tuple[str, str], list[LabelledFile]] = {}
    for name, rule in RULES.items():
        file = read(labelled / f"{name}.jsonl")
        by_model.setdefault((rule.question, file.rows[0]["lang"]), []).append(file)
    f1 = []
    for (question, language), group in by_model.items():
        f1 += fit(question, language, group, arguments)
    print(f"macro F1 {np.mean(f1):.3f}")
    general(by_model, arguments)
    return 0


def general(by_model: dict[tuple[str, str], list[LabelledFile]], arguments: argparse.Namespace) -> None:
    """One model over kinds and shapes only, each file with equal weight, for registers without labelled sentences."""
    sets: list[frozenset[str]] = []
    y: list[bool] = []
    groups: list[str] = []
    weight: list[float] = []
    allowed: list[bool] = []
    for (question, language), group in by_model.items():
        if question == "agent_duty" or (question, language) == ("eu_act", "de"):
            continue
        for file in group:
            found, may = evidence(file)
            allowed += may
            sets += [frozenset(name for name in names if name.startswith("kind.")) for names in found]
            labels = [label for label in file.labels if label is not None]
            y += labels
            groups += [file.name] * len(labels)
            weight += [300 / len(labels)] * len(labels)
    names = sorted({name for found in sets for name in found})
    x, truth, w = matrix(sets, names), np.array(y), np.array(weight)
    both = [anchored(names, language, "general") for language in ("de", "en")]
    own = np.vstack([part[0] for part in both]), np.concatenate([part[1] for part in both])
    p = capped(held_out(x, truth, groups, "general", own, w), allowed)
    for name in dict.fromkeys(groups):
        part = np.array([g == name for g in groups])
        show(f"{name} by general", figures(truth[part], p[part]))
    if not arguments.dry_run:
        write("general", "any", names, trained(x, truth, "general", own, w))


def write(question: str, language: str, names: Sequence[str], fitted: LogisticRegression) -> None:
    FOLDER.mkdir(exist_ok=True)
    weights = {name: round(float(w), 4) for name, w in zip(names, fitted.coef_[0], strict=True) if abs(w) >= 0.005}
    data = {
        "question": question,
        "language": language,
        "intercept": round(float(fitted.intercept_[0]), 4),
        "weights": weights,
    }
    file = FOLDER / ("general.json" if language == "any" else f"{question}.{language}.json")
    file.write_text(json.dumps(data, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def fit(question: str, language: str, group: Sequence[LabelledFile], arguments: argparse.Namespace) -> list[float]:
    sets, y, groups, allowed = [], [], [], []
    for file in group:
        found, may = evidence(file)
        sets += found
        allowed += may
        y += [label for label in file.labels if label is not None]
        groups += [f"{file.name}/{g}" for g, label in zip(file.groups, file.labels, strict=True) if label is not None]
    names = sorted({name for found in sets for name in found})
    count = {name: sum(name in found for found in sets) for name in names}
    names = [name for name in names if count[name] >= 2]
    x, truth = matrix(sets, names), np.array(y)
    own = anchored(names, language, question)
    p = held_out(x, truth, groups, question, own)
    rows = [row for file in group for row, label in zip(file.rows, file.labels, strict=True) if label is not None]
    base = np.array([bool(BASELINE[language].search(row["text"])) for row in rows])
    show(f"{group[0].name} baseline", figures(truth, base.astype(float)))
    heat = temperatures(p, truth, groups, allowed)
    values = figures(truth, capped(heated(p, heat), allowed))
    show(f"{group[0].name} held out", values)
    fitted = trained(x, truth, question, own)
    scale = temperature(p, truth, allowed)
    fitted.coef_, fitted.intercept_ = fitted.coef_ * scale, fitted.intercept_ * scale
    show(f"{group[0].name} fitted", figures(truth, capped(fitted.predict_proba(x)[:, 1], allowed)))
    if arguments.errors == group[0].name:
        for i in np.argsort(-abs(truth - p)):
            if (p[i] >= 0.5) != truth[i]:
                print(
                    "MISSED" if truth[i] else "WRONG ",
                    f"{p[i]:.2f}",
                    rows[i]["text"][:200],
                    "|",
                    " ".join(sorted(sets[i])),
                )
    if not arguments.dry_run:
        write(question, language, names, fitted)
    return [values["F1"]]


if __name__ == "__main__":
    sys.exit(main())
