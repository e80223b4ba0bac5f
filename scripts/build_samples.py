"""Build the documents in `samples/` and their gold from the labelled texts in `samples/source/`.

A source is the document's own text in which the notable sentences stand in braces:

    {O process|A requirement.}              O obligation, X prohibition, R recommendation, A duty of an authority
    {T relief: why it is none|A trap.}      no requirement, although it looks like one

Usage: python scripts/build_samples.py
"""

from __future__ import annotations

import html
import json
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sample_docx import write_docx
from sample_pdf import page_of_quotes, write_pdf

SAMPLES = Path(__file__).parent.parent / "samples"
SOURCES = SAMPLES / "source"
MODALITIES = {"O": "obligation", "X": "prohibition", "R": "recommendation", "A": "authority_duty"}
LABEL = re.compile(r"\{(?P<kind>[OXRAT]) (?P<word>\w+)(?:: (?P<why>[^|{}]+))?\|(?P<text>[^{}]*)\}")
TAG = re.compile(r"<[^>]+>")
MARKER = re.compile(r"(?P<item>- |[a-z]\) |\d\. )|(?P<unit>\[\d+\] |\(\d+\) |\d+\.\d+ )")
HEADING = re.compile(r"#+ (?P<hashed>.+)|(?P<section>§ \d+ .+)|<h[12][^>]*>(?P<tagged>.+)</h[12]>")
NUMBER = re.compile(r"§ \d+|\d+(\.\d+)*(?=\.? )")


@dataclass(frozen=True)
class Sample:
    """A document: its file, its source, and what the gold says of the whole."""

    file: str
    source: str
    language: str
    register: str


SAMPLE_LIST = (
    Sample("fleet-records-policy.pdf", "fleet-records-policy.txt", "de", "administrative_letter"),
    Sample("booking-platform-specification.docx", "booking-platform-specification.txt", "en", "specification"),
    Sample("service-agreement.md", "service-agreement.md", "en", "contract"),
    Sample("hosting-vertrag.txt", "hosting-vertrag.txt", "de", "contract"),
    Sample("privacy-notice.html", "privacy-notice.html", "en", "administrative_letter"),
)


@dataclass(frozen=True)
class Block:
    """One paragraph, heading, list item or table row of a source, its labels still in it."""

    kind: str
    text: str
    marker: str = ""
    level: int = 0
    locator: str = ""
    lead_in: str | None = None


def unlabelled(text: str) -> str:
    """The words of the document alone."""
    return LABEL.sub(r"\g<text>", text)


def read_blocks(source: str) -> Iterator[Block]:
    """Yield the blocks of a source in order, each with its locator; items also with the lead-in of their list."""
    section, unit, opening = "", "", None
    for line in filter(None, map(str.strip, source.splitlines())):
        if heading := HEADING.match(line):
            text = next(filter(None, heading.groups()))
            number = NUMBER.match(unlabelled(text))
            section, unit, opening = (number[0] if number else ""), "", None
            yield Block("heading", text, level=len(line) - len(line.lstrip("#")), locator=section)
            continue
        block = _body_block(line, section, unit, opening)
        if block.kind == "paragraph":
            unit, opening = block.marker or unit, _lead_in(block.text)
        yield block


def _body_block(line: str, section: str, unit: str, opening: str | None) -> Block:
    if line.startswith("|"):
        return Block("row", line, locator=_locator(section, unit))
    is_item = line.startswith("<li>")
    text = TAG.sub("", line).strip()
    marker = MARKER.match(text)
    text = text[marker.end() :] if marker else text
    if is_item or (marker and marker["item"]):
        number = marker["item"].strip() if marker else ""
        return Block("item", text, marker=number, locator=_locator(section, unit, number), lead_in=opening)
    unit = marker["unit"].strip() if marker else unit
    return Block("paragraph", text, marker=marker["unit"].strip() if marker else "", locator=_locator(section, unit))


def _locator(section: str, unit: str, item: str = "") -> str:
    """`Rz. 3`, `§ 5 Abs. 2 Nr. 1`, `2.1`, or the heading's number."""
    if unit.startswith("["):
        return f"Rz. {unit.strip('[]')}"
    if section.startswith("§"):
        place = f"{section} Abs. {unit.strip('()')}" if unit else section
        return f"{place} Nr. {item.rstrip('.')}" if item else place
    return unit or section


def _lead_in(text: str) -> str | None:
    """The sentence that opens a list, if the paragraph ends with one."""
    last = text.rsplit("}", 1)[-1].strip()
    return html.unescape(last) if last.endswith((":", ",")) else None


def read_gold(sample: Sample) -> dict[str, object]:
    """The gold of a sample as its source's labels say it; pages as in the document that stands in `samples/`."""
    source = (SOURCES / sample.source).read_text(encoding="utf-8")
    labels = [(block, label) for block in read_blocks(source) for label in LABEL.finditer(block.text)]
    quotes = [html.unescape(label["text"]) for _, label in labels]
    pages: list[int | None] = [None] * len(quotes)
    if sample.file.endswith(".pdf"):
        pages = list(page_of_quotes(SAMPLES / sample.file, quotes))
    requirements, traps = [], []
    for (block, label), quote, page in zip(labels, quotes, pages, strict=True):
        row = {"quote": quote, "lead_in": block.lead_in, "locator": block.locator, "page": page}
        row = {name: value for name, value in row.items() if value is not None}
        if label["kind"] == "T":
            traps.append(row | {"class": label["word"], "why": label["why"]})
        else:
            requirements.append(row | {"modality": MODALITIES[label["kind"]], "type": label["word"]})
    head = {"document": sample.file, "language": sample.language, "register": sample.register}
    return head | {"requirements": requirements, "traps": traps}


def plain_text(source: str) -> str:
    """A text or markup source without its labels; a text file's long lines are wrapped, as a person would."""
    text = unlabelled(source)
    if text.startswith(("#", "<")):
        return text
    return "\n".join(_wrapped(line) for line in text.splitlines()) + "\n"


def _wrapped(line: str) -> str:
    marker = MARKER.match(line)
    indent = " " * (marker.end() if marker else 0)
    return textwrap.fill(line, 78, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def build(sample: Sample) -> None:
    """Write one document and its gold."""
    source = (SOURCES / sample.source).read_text(encoding="utf-8")
    target = SAMPLES / sample.file
    blocks = [Block(b.kind, unlabelled(b.text), b.marker, b.level) for b in read_blocks(source)]
    if target.suffix == ".pdf":
        syllables = (SOURCES / "hyphenation-de.txt").read_text(encoding="utf-8").split()
        write_pdf(target, blocks, syllables)
    elif target.suffix == ".docx":
        write_docx(target, blocks)
    else:
        target.write_text(plain_text(source), encoding="utf-8")
    gold = json.dumps(read_gold(sample), ensure_ascii=False, indent=1)
    target.with_suffix(".gold.json").write_text(gold + "\n", encoding="utf-8")


if __name__ == "__main__":
    for each in SAMPLE_LIST:
        build(each)
