"""The gold of the samples: complete in form, true to the documents, and as the labelled sources say."""

import json
import re
import sys
from collections import Counter
from pathlib import Path

import docx
import pypdfium2
import pytest
from selectolax.lexbor import LexborHTMLParser

from orchestrator.domain.graph import ENDS, EdgeType, NodeType
from orchestrator.domain.requirement import Modality, RequirementType, SentenceClass

ROOT = Path(__file__).parents[3]
SAMPLES = ROOT / "samples"
sys.path.insert(0, str(ROOT / "scripts"))
import build_samples  # noqa: E402

FILES = [sample.file for sample in build_samples.SAMPLE_LIST]
LARGE = ["fleet-records-policy.pdf", "booking-platform-specification.docx"]
PAGE_NUMBER = re.compile(r"Seite \d+ von \d+")
BREAKS = re.compile("[\\s\u00ad\ufffe\u0002-]")
TRAP_CLASSES = {*SentenceClass, "example", "heading"}


def gold_of(file: str) -> dict:
    return json.loads((SAMPLES / file).with_suffix(".gold.json").read_text(encoding="utf-8"))


def folded(text: str) -> str:
    return BREAKS.sub("", text)


def pdf_pages(path: Path) -> list[str]:
    """The pages' texts without the lines that stand on every page."""
    pages = [page.get_textpage().get_text_range().splitlines() for page in pypdfium2.PdfDocument(path)]
    seen = Counter(line for lines in pages for line in {PAGE_NUMBER.sub("", line) for line in lines})
    return [folded("".join(line for line in page if seen[PAGE_NUMBER.sub("", line)] < len(pages))) for page in pages]


def docx_text(path: Path) -> str:
    document = docx.Document(str(path))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


def text_of(file: str) -> str:
    path = SAMPLES / file
    if path.suffix == ".pdf":
        return "".join(pdf_pages(path))
    if path.suffix == ".docx":
        return folded(docx_text(path))
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        text = LexborHTMLParser(text).css_first("main").text()
    return folded(text)


@pytest.mark.parametrize("file", FILES)
def test_gold_uses_the_words_of_the_domain(file: str) -> None:
    gold = gold_of(file)
    assert gold["document"] == file
    assert gold["language"] in {"de", "en"}
    assert gold["register"] in {"administrative_letter", "specification", "contract"}
    for row in gold["requirements"]:
        assert set(row) - {"lead_in", "page"} == {"quote", "locator", "modality", "type"}
        assert row["modality"] in set(Modality)
        assert row["type"] in set(RequirementType)
    for row in gold["traps"]:
        assert set(row) - {"lead_in", "page"} == {"quote", "locator", "class", "why"}
        assert row["class"] in TRAP_CLASSES
        assert row["why"]


@pytest.mark.parametrize("file", FILES)
def test_every_requirement_has_a_place(file: str) -> None:
    assert all(row["locator"] for row in gold_of(file)["requirements"])


@pytest.mark.parametrize("file", FILES)
def test_there_are_enough_requirements_and_traps(file: str) -> None:
    gold = gold_of(file)
    least = 25 if file in LARGE else 10
    assert len(gold["requirements"]) >= least
    assert len(gold["traps"]) >= least


@pytest.mark.parametrize("file", LARGE)
def test_a_large_sample_has_traps_of_every_class(file: str) -> None:
    assert {row["class"] for row in gold_of(file)["traps"]} == TRAP_CLASSES


@pytest.mark.parametrize("file", FILES)
def test_no_quote_stands_twice_or_on_both_sides(file: str) -> None:
    gold = gold_of(file)
    rows = gold["requirements"] + gold["traps"]
    assert [key for key, count in Counter((r["quote"], r["locator"]) for r in rows).items() if count > 1] == []
    assert {r["quote"] for r in gold["requirements"]}.isdisjoint(r["quote"] for r in gold["traps"])


@pytest.mark.parametrize("file", FILES)
def test_every_quote_and_lead_in_stands_in_the_document(file: str) -> None:
    gold, text = gold_of(file), text_of(file)
    words = [row[name] for row in gold["requirements"] + gold["traps"] for name in ("quote", "lead_in") if name in row]
    assert [quote for quote in words if folded(quote) not in text] == []


def test_every_pdf_quote_begins_on_its_page() -> None:
    pages = pdf_pages(SAMPLES / "fleet-records-policy.pdf")
    gold = gold_of("fleet-records-policy.pdf")
    wrong = []
    for row in gold["requirements"] + gold["traps"]:
        onward = pages[row["page"] - 1] + "".join(pages[row["page"] : row["page"] + 1])
        start = onward.find(folded(row["quote"]))
        if not 0 <= start < len(pages[row["page"] - 1]):
            wrong.append(row["quote"])
    assert wrong == []


def test_the_pdf_is_hard_to_read_in_the_ways_of_real_ones() -> None:
    pages = [
        page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(SAMPLES / "fleet-records-policy.pdf")
    ]
    assert len(pages) >= 3
    assert all(f"Seite {number} von {len(pages)}" in page for number, page in enumerate(pages, 1))
    assert sum(page.count("\ufffe") for page in pages) >= 10
    assert all(character in "".join(pages) for character in "äöüßÜ§€„“")


def test_numbered_lists_of_the_docx_are_words_own_and_begin_anew() -> None:
    document = docx.Document(str(SAMPLES / "booking-platform-specification.docx"))
    numbered = [paragraph for paragraph in document.paragraphs if paragraph.style.name == "List Number"]
    assert [paragraph.text for paragraph in numbered if re.match(r"\d", paragraph.text)] == []
    restarts = {p._p.pPr.numPr.numId.val for p in numbered if p._p.pPr.numPr is not None}
    assert len(restarts) == 2


@pytest.mark.parametrize("sample", build_samples.SAMPLE_LIST, ids=FILES)
def test_gold_is_what_the_source_says(sample: build_samples.Sample) -> None:
    assert build_samples.read_gold(sample) == gold_of(sample.file)


@pytest.mark.parametrize("file", [file for file in FILES if file not in LARGE])
def test_text_documents_are_what_the_source_says(file: str) -> None:
    source = (SAMPLES / "source" / file).read_text(encoding="utf-8")
    document = (SAMPLES / file).read_text(encoding="utf-8")
    assert document == build_samples.plain_text(source)
    assert not re.search(r"[{][OXRAT] |[|][^|\n]*[}]", document)


@pytest.fixture(scope="module")
def model() -> dict:
    return json.loads((SAMPLES / "domain-model.json").read_text(encoding="utf-8"))


def test_names_in_the_domain_model_are_unique(model: dict) -> None:
    rows = model["business_objects"] + model["messages"]
    keys = [row.get("boid") or row["mid"] for row in rows]
    names = [name.casefold() for row in rows for name in (row["name"], *row["aliases"])]
    assert [key for key, count in Counter(keys).items() if count > 1] == []
    assert [name for name, count in Counter(names).items() if count > 1] == []


def test_relations_of_the_domain_model_obey_the_metamodel(model: dict) -> None:
    types = {row["boid"]: NodeType.BUSINESS_OBJECT for row in model["business_objects"]}
    types |= {row["mid"]: NodeType.MESSAGE for row in model["messages"]}
    for relation in model["relations"]:
        assert ENDS[EdgeType(relation["type"])] == (types[relation["from"]], types[relation["to"]])


def test_the_samples_talk_about_every_business_object(model: dict) -> None:
    text = " ".join(text_of(file) for file in FILES).casefold()
    silent = [
        row["name"]
        for row in model["business_objects"]
        if not any(folded(name).casefold() in text for name in (row["name"], *row["aliases"]))
    ]
    assert silent == []
