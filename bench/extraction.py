"""Extraction on labelled sentences: precision, recall, F1 beside the modal-verb baseline, calibration, speed.

Usage: python bench/extraction.py [PATH ...] [--register auto|NAME] [--out PATH]

PATH is a JSON-lines file or a folder of them; default is $EVAL_DATA/labelled. The shipped weights are fitted on these
files: figures for sentences that no model has seen are printed by scripts/fit_weights.py and fit_type_weights.py.
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

from bench.figures import calibration_error, figures  # noqa: E402
from bench.labelled import ASPECTS, BASELINE, RULES, SMELLS, LabelledFile, aspect_of, files, habits_of, read  # noqa: E402
from workers.creator.judgement import Judgement, judge  # noqa: E402
from workers.creator.register import Register, detect_text  # noqa: E402
from workers.creator.requirement_types import aspects  # noqa: E402
from workers.validator.quality import assess  # noqa: E402

Answer = dict[str, Any]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH")
    parser.add_argument(
        "--register",
        default="",
        choices=["auto", *map(str, Register)],
        help="auto detects it per file; a name forces it; default goes by file name, and detects where that is unknown",
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
    try:
        labelled = [read(path) for path in files(paths)]
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    with arguments.out.open("w", encoding="utf-8") if arguments.out else open(os.devnull, "w", encoding="utf-8") as out:  # noqa: PTH123
        return run(labelled, arguments.register, out)


def default_paths() -> list[Path]:
    return [Path(os.environ["EVAL_DATA"]) / "labelled"] if os.environ.get("EVAL_DATA") else []


def run(labelled: Sequence[LabelledFile], register: str, out: TextIO) -> int:
    measures = f"{'P':>5} {'R':>5} {'F1':>5}"
    print(f"{'file':26} {'model':13} {measures} {'ECE':>5}   baseline {measures} {'sentences/s':>12}")
    answered = [answers(file, register) for file in labelled]
    f1 = [show_requirements(*each) for each in zip(labelled, answered, strict=True)]
    if known := [value for value in f1 if value is not None]:
        print(f"macro F1 {sum(known) / len(known):.3f}, fitted on these files; held out: fit_weights.py --dry-run")
    for file, (_, _, rows) in zip(labelled, answered, strict=True):
        show_types(file, rows)
        show_smells(file, rows)
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return 0


def answers(file: LabelledFile, register: str) -> tuple[str, float, list[Answer]]:
    """The model used, sentences per CPU second of rules and scoring, and one answer per row."""
    model, shown = models(file, register)
    documents = habits_of(file.rows)
    start = time.process_time()
    verdicts = [judge(row["text"], row["lang"], model, own) for row, own in zip(file.rows, documents, strict=True)]
    speed = len(verdicts) / max(time.process_time() - start, 1e-6)
    return model, speed, [as_row(*each, shown) for each in zip(file.rows, verdicts, strict=True)]


def models(file: LabelledFile, register: str) -> tuple[str, Register]:
    """The name of the model to use, and the register to report."""
    if register and register != "auto":
        return register, Register(register)
    if register == "auto" or file.rule is None:
        found = detect_text("\n".join(row["text"] for row in file.rows))
        return found.value, found
    return file.rule.question, Register(file.rule.register)


def as_row(row: Any, verdict: Judgement, register: Register) -> Answer:
    asked = aspects(row["text"], row["lang"])
    return {
        "id": row["id"],
        "requirement": verdict.is_requirement,
        "score": verdict.score,
        "modality": verdict.modality.value if verdict.is_requirement else None,
        "register": register.value,
        "functional": asked.is_functional,
        "quality": asked.is_quality,
        "smells": smells(row["text"], row["lang"]),
        "reasons": [rule.id for rule in verdict.deciding] if verdict.is_requirement else [verdict.sentence_class.value],
    }


def smells(text: str, language: str) -> list[str]:
    """The lexical smells of a sentence, under the names that smell_en_arta uses."""
    found = assess(text, language).values()
    rules = {finding["rule"] for findings in found if isinstance(findings, list) for finding in findings}
    return [name for name, ours in SMELLS.items() if ours & rules]


def show_requirements(file: LabelledFile, answered: tuple[str, float, list[Answer]]) -> float | None:
    """Prints one line; returns F1 where the file says what is a requirement."""
    model, speed, rows = answered
    counted = [each for each in zip(file.labels, rows, file.rows, strict=True) if each[0] is not None]
    if not counted:
        print(f"{file.name:26} {model:13} {'no label says what is a requirement':>48} {speed:25.0f}")
        if file.rule is None and not file.name.startswith(("smell_", "type_")):
            print(f"{'':26} its name is unknown: labels are read as 0 and 1; known are {', '.join(RULES)}")
        return None
    truth = [bool(label) for label, _, _ in counted]
    own = figures(truth, [answer["requirement"] for _, answer, _ in counted])
    base = figures(truth, [bool(BASELINE[row["lang"]].search(row["text"])) for _, _, row in counted])
    error = calibration_error(truth, [answer["score"] for _, answer, _ in counted])
    ours, theirs = (" ".join(f"{value:5.3f}" for value in values) for values in ((*own, error), base))
    print(f"{file.name:26} {model:13} {ours}            {theirs} {speed:12.0f}")
    return own[2]


def show_types(file: LabelledFile, rows: Sequence[Answer]) -> None:
    for aspect in ASPECTS:
        truth = [aspect_of(file.name, row, aspect) for row in file.rows]
        if truth and None not in truth:
            values = figures([bool(t) for t in truth], [row[aspect] for row in rows])
            print(f"{file.name:26} {aspect:19}", " ".join(f"{value:5.3f}" for value in values))


def show_smells(file: LabelledFile, rows: Sequence[Answer]) -> None:
    """Per lexical column, and all columns' answers together."""
    if not file.name.startswith("smell_") or not all("smells" in row for row in file.rows):
        return
    pairs = {
        name: [(name in t["smells"], name in g["smells"]) for t, g in zip(file.rows, rows, strict=True)]
        for name in SMELLS
    }
    for name, each in (*pairs.items(), ("micro", [pair for column in pairs.values() for pair in column])):
        values = figures([t for t, _ in each], [g for _, g in each])
        print(f"{file.name:26} {name:19}", " ".join(f"{value:5.3f}" for value in values))


if __name__ == "__main__":
    sys.exit(main())
