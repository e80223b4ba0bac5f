"""Four public documents named by EVAL_DATA; `test_pdf`, `test_html` and `test_structure` test the same on own texts."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.domain.document import DocumentText, Role
from orchestrator.domain.requirement import fold
from workers.creator.documents import read
from workers.creator.parts import SIZE, parts

DATA = Path(os.environ.get("EVAL_DATA", ""))
pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(not os.environ.get("EVAL_DATA"), reason="EVAL_DATA does not name the evaluation data"),
]
Check = Callable[[DocumentText], None]


def units(document: DocumentText, pattern: str) -> list[str]:
    """Locators of the headings that match, in order."""
    return [p.locator for p in document.passages if p.role is Role.HEADING and re.fullmatch(pattern, p.locator)]


def of(document: DocumentText, role: Role) -> list[str]:
    return [p.locator for p in document.passages if p.role is role]


def test_gobd(check_invariants: Check) -> None:
    document = read("application/pdf", DATA / "documents/gobd-2019-de.pdf")
    check_invariants(document)
    numbers = list(dict.fromkeys(p.locator for p in document.passages if p.locator.startswith("Rz. ")))
    assert numbers == [f"Rz. {n}" for n in range(1, 185)]
    assert len(of(document, Role.HEADING)) >= 50
    assert len(of(document, Role.TOC)) >= 50
    assert document.language == "de"
    cut = parts(document.passages)
    assert len(cut) >= 6
    assert max(document.passages[end - 1].end - document.passages[begin].start for begin, end in cut) <= SIZE


def test_gobd_margin_numbers_have_their_page() -> None:
    document = read("application/pdf", DATA / "documents/gobd-2019-de.pdf")
    first = {}
    for line in (DATA / "labelled/req_de_gobd.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        first.setdefault(f"Rz. {row['rz']}", (row["page"], fold(row["text"])[:40]))
    pages = {}
    for passage in document.passages:
        pages.setdefault(passage.locator, (passage.page, fold(document.text[passage.start : passage.end])[:40]))
    wrong = {place: (pages[place], want) for place, want in first.items() if pages[place][0] != want[0]}
    assert wrong == {}
    assert sum(pages[place][1] == want[1] for place, want in first.items()) >= 0.95 * len(first)


def test_gdpr(check_invariants: Check) -> None:
    document = read("text/html", DATA / "documents/gdpr-en.html")
    check_invariants(document)
    assert units(document, r"Art\. \d+") == [f"Art. {n}" for n in range(1, 100)]
    assert list(dict.fromkeys(of(document, Role.RECITAL))) == [f"Recital {n}" for n in range(1, 174)]
    known = {p.locator for p in document.passages}
    assert {"Art. 6(1)(a)", "Art. 9(2)(j)", "Art. 47(2)(n)", "Art. 83(5)(e)", "Art. 4(16)(b)"} <= known


def test_dora(check_invariants: Check) -> None:
    document = read("text/markdown", DATA / "documents/dora-en.md")
    check_invariants(document)
    assert units(document, r"Art\. \d+") == [f"Art. {n}" for n in range(1, 65)]
    assert list(dict.fromkeys(of(document, Role.RECITAL))) == [f"Recital {n}" for n in range(1, 107)]


def test_bdsg(check_invariants: Check) -> None:
    document = read("text/markdown", DATA / "documents/bdsg-de.md")
    check_invariants(document)
    assert units(document, r"§ \d+") == [f"§ {n}" for n in range(1, 87)]
    known = {p.locator for p in document.passages}
    assert {"§ 1 Abs. 1 Nr. 2 lit. a", "§ 26 Abs. 3", "§ 64 Abs. 3 Nr. 14", "§ 86 Abs. 1"} <= known
