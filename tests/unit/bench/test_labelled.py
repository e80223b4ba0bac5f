"""Labelled files as people have them: other names, columns, encodings and line ends."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from bench import extraction
from bench.labelled import files, read

DUTY = {"id": "a", "lang": "de", "text": "Der Betreiber muss die Protokolle täglich prüfen.", "label": "R", "rz": "58a"}
WORD = {"text": "Das ist ein Beispiel für ein Protokoll.", "label": "N", "odd": [1]}


def written(path: Path, *rows: object, encoding: str = "utf-8", end: str = "\n") -> Path:
    path.write_bytes(end.join(json.dumps(row, ensure_ascii=False) for row in rows).encode(encoding))
    return path


@pytest.mark.parametrize(
    ("encoding", "end"),
    [("utf-8", "\n"), ("utf-8-sig", "\r\n\r\n"), ("cp1252", "\n\n")],
    ids=["plain", "bom", "windows"],
)
def test_a_file_is_read_however_it_was_saved(tmp_path: Path, encoding: str, end: str) -> None:
    file = read(written(tmp_path / "req_de_gobd-heldout.jsonl", DUTY, WORD, encoding=encoding, end=end))
    assert [row["text"] for row in file.rows] == [DUTY["text"], WORD["text"]]
    assert file.labels == (True, False)
    assert file.rows[1]["lang"] == "de"


def test_a_file_of_unknown_name_is_counted_where_its_labels_are_yes_and_no(tmp_path: Path) -> None:
    file = read(written(tmp_path / "mine.jsonl", DUTY | {"label": 1}, WORD | {"label": False}, WORD | {"label": "B"}))
    assert file.rule is None
    assert file.labels == (True, False, None)


def test_a_line_without_a_sentence_is_named(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(ValueError, match=r"line 2: no sentence"):
        read(written(tmp_path / "mine.jsonl", DUTY, {"id": 2}))
    with pytest.raises(ValueError, match=r"holds no \.jsonl file"):
        list(files([empty]))


def test_answers_are_written_in_the_order_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path / "req_de_gobd.jsonl", DUTY, WORD, DUTY | {"id": "z"})
    out = tmp_path / "out"
    monkeypatch.setattr(sys, "argv", ["extraction.py", str(tmp_path), "--out", str(out)])
    assert extraction.main() == 0
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in rows] == ["a", 2, "z"]
    assert [row["requirement"] for row in rows] == [True, False, True]
    wanted = ["id", "requirement", "score", "modality", "register", "functional", "quality", "smells", "reasons"]
    assert all(list(row) == wanted for row in rows)
