"""Fit the models that tell functions and qualities, judged on projects the model has not seen.

Usage: EVAL_DATA=<folder> python scripts/fit_type_weights.py [--dry-run]

Writes workers/creator/weights/type_{functional,quality}.json (cue ids and numbers, no words of any document). Two
labelled files hold the same sentences, labelled by different questions; each model learns from both.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import LeaveOneGroupOut

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.figures import figures  # noqa: E402
from bench.labelled import ASPECTS, aspect_of, read  # noqa: E402
from workers.creator.type_cues import type_cues  # noqa: E402

FOLDER = ROOT / "workers" / "creator" / "weights"
STRENGTH = 0.3
FILES = ("type_en_promise", "type_en_re19")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dry-run", action="store_true", help="print the held-out figures, write nothing")
    arguments = parser.parse_args()
    if "EVAL_DATA" not in os.environ:
        print("EVAL_DATA is not set; name the folder that holds labelled/", file=sys.stderr)
        return 2
    files = [read(Path(os.environ["EVAL_DATA"]) / "labelled" / f"{name}.jsonl") for name in FILES]
    sets = [type_cues(row["text"], row["lang"]) for row in files[0].rows]
    names = sorted({name for found in sets for name in found})
    x = np.array([[name in found for name in names] for found in sets], dtype=float)
    projects = [str(row["doc"]) for row in files[0].rows]
    for aspect in ASPECTS:
        truth = [np.array([aspect_of(file.name, row, aspect) for row in file.rows]) for file in files]
        p = held_out(x, truth, projects)
        for file, y in zip(files, truth, strict=True):
            precision, recall, f1 = figures(list(y), list(p >= 0.5))
            print(f"{file.name:18} {aspect:10} held out   P {precision:.3f} R {recall:.3f} F1 {f1:.3f}")
        if not arguments.dry_run:
            write(aspect, names, fitted(x, truth))
    return 0


def fitted(x: np.ndarray, truth: list[np.ndarray]) -> LogisticRegression:
    model = LogisticRegression(C=STRENGTH, max_iter=3000)
    return model.fit(np.vstack([x] * len(truth)), np.concatenate(truth))


def held_out(x: np.ndarray, truth: list[np.ndarray], projects: list[str]) -> np.ndarray:
    """The probability of each row from a model that saw no row of its project."""
    result = np.zeros(len(x))
    for train, test in LeaveOneGroupOut().split(x, truth[0], projects):
        result[test] = fitted(x[train], [y[train] for y in truth]).predict_proba(x[test])[:, 1]
    return result


def write(aspect: str, names: list[str], model: LogisticRegression) -> None:
    weights = {name: round(float(w), 4) for name, w in zip(names, model.coef_[0], strict=True) if abs(w) >= 0.005}
    data = {"question": f"type_{aspect}", "language": "any", "intercept": round(float(model.intercept_[0]), 4)}
    file = FOLDER / f"type_{aspect}.json"
    file.write_text(json.dumps(data | {"weights": weights}, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
