"""Extraction on labelled sentences: precision, recall, F1 beside the modal-verb baseline, calibration, speed.

Usage: python bench/extraction.py [PATH ...] [--register auto|NAME] [--out PATH]

PATH is a JSON-lines file or a folder of them; default is $EVAL_DATA/labelled. The shipped weights are fitted on these
files: figures for sentences that no model has seen are printed by scripts/fit_weights.py.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.labelled import BASELINE, LabelledFile, files, habits_of, read  # noqa: E402
from workers.creator.describe import kind  # noqa: E402
from workers.creator.judgement import Judgement, judge  # noqa: E402
from workers.creator.register import Register, detect_text  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH")
    parser.add_argument(
        "--register", default="", help="auto detects it per file; a name forces it; default goes by file name"
    )
    parser.add_argument("--out", type=Path, help="write one JSON line per sentence, in input order")
    arguments = parser.parse_args()
    paths = arguments.paths or default_paths()
    if not paths:
        print("skipped: no PATH given and EVAL_DATA is not set")
        return 0
    if missing := [str(path) for path in paths if not path.exists()]:
        print(f"skipped: {', '.join(missing)} does not exist; name a file or folder of labelled sentences")
        return 0 if not arguments.paths else 2
    with arguments.out.open("w", encoding="utf-8") if arguments.out else open(os.devnull, "w", encoding="utf-8") as out:  # noqa: PTH123
        return run([read(path) for path in files(paths)], arguments.register, out)


def default_paths() -> list[Path]:
    return [Path(os.environ["EVAL_DATA"]) / "labelled"] if os.environ.get("EVAL_DATA") else []


def run(labelled: Sequence[LabelledFile], register: str, out: TextIO) -> int:
    f1 = []
    measures = f"{'P':>5} {'R':>5} {'F1':>5}"
    print(f"{'file':26} {'model':13} {measures} {'ECE':>5}   baseline {measures} {'sentences/s':>12}")
    for file in labelled:
        model, shown = models(file, register)
        documents = habits_of(file.rows)
        start = time.perf_counter()
        verdicts = [judge(row["text"], row["lang"], model, own) for row, own in zip(file.rows, documents, strict=True)]
        speed = len(verdicts) / (time.perf_counter() - start)
        for row, verdict in zip(file.rows, verdicts, strict=True):
            out.write(json.dumps(as_row(row, verdict, shown), ensure_ascii=False) + "\n")
        counted = [
            (label, v, row) for label, v, row in zip(file.labels, verdicts, file.rows, strict=True) if label is not None
        ]
        if not counted:
            print(f"{file.name:28} {model:14} {'no label rule for this name':>48} {speed:26.0f}")
            continue
        truth = [label for label, _, _ in counted]
        own = figures(truth, [v.is_requirement for _, v, _ in counted])
        base = figures(truth, [bool(BASELINE[row["lang"]].search(row["text"])) for _, _, row in counted])
        error = calibration_error(truth, [v.score for _, v, _ in counted])
        f1.append(own[2])
        ours, theirs = (" ".join(f"{value:5.3f}" for value in values) for values in ((*own, error), base))
        print(f"{file.name:26} {model:13} {ours}            {theirs} {speed:12.0f}")
    if f1:
        print(f"macro F1 {sum(f1) / len(f1):.3f} (fitted on these files; held out: scripts/fit_weights.py --dry-run)")
    return 0


def models(file: LabelledFile, register: str) -> tuple[str, Register]:
    """The name of the model to use, and the register to report."""
    if register and register != "auto":
        return register, Register(register)
    if register == "auto" or file.rule is None:
        found = detect_text("\n".join(row["text"] for row in file.rows))
        return found.value, found
    return file.rule.question, Register(file.rule.register)


def as_row(row: Any, verdict: Judgement, register: Register) -> dict[str, Any]:
    found = kind(row["text"], row["lang"], register, verdict.modality)
    return {
        "id": row["id"],
        "requirement": verdict.is_requirement,
        "score": verdict.score,
        "modality": verdict.modality.value if verdict.is_requirement else None,
        "register": register.value,
        "functional": found is not None and found.value == "functional",
        "quality": found is not None and found.value == "quality",
        "smells": [],
        "reasons": [rule.id for rule in verdict.deciding] if verdict.is_requirement else [verdict.sentence_class.value],
    }


def figures(truth: Sequence[bool], guess: Sequence[bool]) -> tuple[float, float, float]:
    """Precision, recall and F1 of the positive class."""
    hit = sum(t and g for t, g in zip(truth, guess, strict=True))
    precision, recall = hit / max(sum(guess), 1), hit / max(sum(truth), 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def calibration_error(truth: Sequence[bool], score: Sequence[float], bins: int = 10) -> float:
    """Expected calibration error over equal-width bins."""
    total = 0.0
    for b in range(bins):
        part = [(t, s) for t, s in zip(truth, score, strict=True) if min(int(s * bins), bins - 1) == b]
        if part:
            total += abs(sum(t for t, _ in part) - sum(s for _, s in part))
    return total / max(len(truth), 1)


if __name__ == "__main__":
    sys.exit(main())
