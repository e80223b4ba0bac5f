"""Set a sample as a DOCX: heading styles, Word's own numbering, tables, page header and footer."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

if TYPE_CHECKING:
    from build_samples import Block

CREATED = datetime(2024, 2, 12)  # noqa: DTZ001 (the format stores UTC without an offset)


def write_docx(target: Path, blocks: Sequence[Block]) -> None:
    """Write the DOCX. Equal input, equal bytes."""
    document = Document()
    title = next(block.text for block in blocks if block.level == 1)
    _set_up(document, title)
    previous = None
    for is_row, group in groupby(blocks, lambda block: block.kind == "row"):
        if is_row:
            _add_table(document, [block.text for block in group])
            continue
        for block in group:
            _add_block(document, block, previous)
            previous = block
    _save_repeatably(document, target)


def _set_up(document: Any, title: str) -> None:
    document.styles["Normal"].font.name = "Calibri"
    document.styles["Normal"].font.size = Pt(11)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.header.paragraphs[0].text = "Harbour & Hill Rentals\t\tKestrel SRS 2.4"
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    footer.add_run("Page ")
    _add_field(footer, "PAGE")
    footer.add_run(" of ")
    _add_field(footer, "NUMPAGES")
    properties = document.core_properties
    properties.title, properties.author, properties.language = title, "Harbour & Hill Rentals", "en-GB"
    properties.created = properties.modified = CREATED
    properties.comments = ""


def _add_field(paragraph: Any, instruction: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), instruction)
    run = OxmlElement("w:r")
    words = OxmlElement("w:t")
    words.text = "1"
    run.append(words)
    field.append(run)
    paragraph._p.append(field)


def _add_block(document: Any, block: Block, previous: Block | None) -> None:
    if block.kind == "heading":
        _add_heading(document, block)
    elif block.kind == "item" and block.marker == "-":
        document.add_paragraph(block.text, style="List Bullet")
    elif block.kind == "item":
        paragraph = document.add_paragraph(block.text, style="List Number")
        if previous is None or previous.kind != "item":
            _restart_numbering(document, paragraph)
    elif block.text.startswith("Table "):
        is_caption = block.text[6:].split(":")[0].isdigit()
        document.add_paragraph(block.text, style="Caption" if is_caption else None)
    else:
        document.add_paragraph(block.text)


def _add_heading(document: Any, block: Block) -> None:
    if block.level == 1:
        document.add_paragraph(block.text, style="Title")
        return
    if block.text.startswith("1 "):
        document.add_page_break()
    document.add_heading(block.text, level=block.level - 1)


def _restart_numbering(document: Any, paragraph: Any) -> None:
    """Let the list that this paragraph opens begin with 1; without this, Word counts on from the list before."""
    numbering = document.part.numbering_part.numbering_definitions._numbering
    style_number = document.styles["List Number"].element.pPr.numPr.numId.val
    number = numbering.add_num(numbering.num_having_numId(style_number).abstractNumId.val)
    number.add_lvlOverride(ilvl=0).add_startOverride(1)
    paragraph._p.get_or_add_pPr().get_or_add_numPr().get_or_add_numId().val = number.numId


def _add_table(document: Any, lines: Sequence[str]) -> None:
    rows = [[cell.strip() for cell in line.strip("| ").split("|")] for line in lines]
    table = document.add_table(len(rows), len(rows[0]), style="Light Grid Accent 1")
    for cells, words in zip(table.rows, rows, strict=True):
        for cell, text in zip(cells.cells, words, strict=True):
            cell.text = text
    widths = (Cm(3), Cm(10), Cm(3))
    for column, width in zip(table.columns, widths, strict=True):
        for cell in column.cells:
            cell.width = width
    document.add_paragraph()


def _save_repeatably(document: Any, target: Path) -> None:
    """Save with one time stamp on every part of the archive."""
    buffer = io.BytesIO()
    document.save(buffer)
    with zipfile.ZipFile(buffer) as saved, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in saved.namelist():
            part = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            part.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(part, saved.read(name))
