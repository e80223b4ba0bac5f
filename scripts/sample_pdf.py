"""Set a sample as a PDF: justified, hyphenated at line ends, with margin numbers, page header and footer."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pypdfium2
import reportlab
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import registerFont, registerFontFamily
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Flowable, HRFlowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

if TYPE_CHECKING:
    from build_samples import Block

FURNITURE = ("Tidewind Mobilität GmbH", "Richtlinie R-07 · Fassung 3.1", "Nur für den internen Gebrauch")
NOT_COMPARED = re.compile("[\\s\u00ad\ufffe\u0002-]")
GREY, RULE = HexColor("#444444"), HexColor("#999999")
BODY = ParagraphStyle(
    "body", fontName="Vera", fontSize=9.5, leading=13.5, alignment=TA_JUSTIFY, spaceAfter=6, embeddedHyphenation=1
)
NUMBERED = ParagraphStyle(
    "numbered", BODY, bulletIndent=-9 * mm, bulletFontName="Vera", bulletFontSize=8, bulletColor=GREY
)
ITEM = ParagraphStyle("item", BODY, leftIndent=8 * mm, bulletIndent=3 * mm, bulletFontName="Vera", spaceAfter=4)
CELL = ParagraphStyle("cell", BODY, alignment=0, spaceAfter=0, fontSize=9)
FRONT = ParagraphStyle("front", BODY, alignment=0, fontName="VeraIt", fontSize=9, textColor=GREY, spaceAfter=2)
HEADINGS = {
    1: ParagraphStyle("title", fontName="VeraBd", fontSize=16, leading=21, spaceAfter=10),
    2: ParagraphStyle(
        "chapter", fontName="VeraBd", fontSize=12, leading=16, spaceBefore=12, spaceAfter=5, keepWithNext=1
    ),
    3: ParagraphStyle(
        "section", fontName="VeraBd", fontSize=10, leading=14, spaceBefore=6, spaceAfter=4, keepWithNext=1
    ),
}


def write_pdf(target: Path, blocks: Sequence[Block], syllables: Sequence[str]) -> None:
    """Write the PDF. `syllables` are words as `Fahr-zeug`: where a line may break them. Equal input, equal bytes."""
    folder = Path(reportlab.__file__).parent / "fonts"
    for name in ("Vera", "VeraBd", "VeraIt", "VeraBI"):
        registerFont(TTFont(name, folder / f"{name}.ttf"))
    registerFontFamily("Vera", "Vera", "VeraBd", "VeraIt", "VeraBI")
    pages = _set_pages(io.BytesIO(), blocks, syllables, 0)
    _set_pages(str(target), blocks, syllables, pages)


def _set_pages(file: str | io.BytesIO, blocks: Sequence[Block], syllables: Sequence[str], pages: int) -> int:
    document = SimpleDocTemplate(
        file, pagesize=A4, leftMargin=27 * mm, rightMargin=22 * mm, topMargin=28 * mm, bottomMargin=25 * mm,
        title=blocks[0].text, author=FURNITURE[0], lang="de-DE", invariant=1,
    )  # fmt: skip
    furniture = partial(_draw_furniture, pages=pages)
    document.build(list(_flowables(blocks, syllables)), onFirstPage=furniture, onLaterPages=furniture)
    return document.page


def _draw_furniture(canvas: Any, document: Any, pages: int) -> None:
    padding = 6
    left, right = document.leftMargin + padding, A4[0] - document.rightMargin - padding
    top = A4[1] - 18 * mm
    canvas.saveState()
    canvas.setFont("Vera", 8)
    canvas.setFillColor(GREY)
    canvas.setStrokeColor(RULE)
    canvas.drawString(left, top, FURNITURE[0])
    canvas.drawRightString(right, top, FURNITURE[1])
    canvas.line(left, top - 3, right, top - 3)
    canvas.drawString(left, 15 * mm, FURNITURE[2])
    canvas.drawRightString(right, 15 * mm, f"Seite {canvas.getPageNumber()} von {pages}")
    canvas.restoreState()


def _flowables(blocks: Sequence[Block], syllables: Sequence[str]) -> Iterator[Flowable]:
    breaks = {word.replace("-", ""): word.replace("-", "\u00ad") for word in syllables}
    words = re.compile("|".join(sorted(breaks, key=len, reverse=True)))
    in_front = True
    for is_row, group in groupby(blocks, lambda block: block.kind == "row"):
        if is_row:
            yield from _table([block.text for block in group])
            continue
        for block in group:
            if in_front and block.level == 2:
                yield HRFlowable(width="100%", color=RULE, spaceBefore=6, spaceAfter=6)
                in_front = False
            text = html.escape(words.sub(lambda match: breaks[match[0]], block.text), quote=False)
            yield _paragraph(block, text, in_front)


def _paragraph(block: Block, text: str, in_front: bool) -> Paragraph:
    if block.kind == "heading":
        return Paragraph(html.escape(block.text, quote=False), HEADINGS[block.level])
    if block.kind == "item":
        return Paragraph(text, ITEM, bulletText="•" if block.marker == "-" else block.marker)
    if block.marker:
        return Paragraph(text, NUMBERED, bulletText=block.marker.strip("[]"))
    return Paragraph(text, FRONT if in_front else BODY)


def _table(lines: Sequence[str]) -> Iterator[Flowable]:
    rows = [[Paragraph(cell.strip(), CELL) for cell in line.strip("| ").split("|")] for line in lines]
    table = Table(rows, colWidths=[72 * mm, 32 * mm, 50 * mm], repeatRows=1)
    shade = ("BACKGROUND", (0, 0), (-1, 0), HexColor("#e8e8e8"))
    table.setStyle(TableStyle([("GRID", (0, 0), (-1, -1), 0.5, RULE), shade]))
    yield from (table, Spacer(1, 8))


def page_of_quotes(file: Path, quotes: Sequence[str]) -> Iterator[int]:
    """Yield the 1-based page on which each quote begins; the quotes come in document order.

    Raises:
        ValueError: a quote does not stand in the document.
    """
    text, starts = "", []
    for page in pypdfium2.PdfDocument(file):
        starts.append(len(text))
        text += _page_words(page.get_textpage().get_text_range())
    position = 0
    for quote in quotes:
        position = text.index(NOT_COMPARED.sub("", quote), position)
        yield sum(start <= position for start in starts)


def _page_words(text: str) -> str:
    for line in FURNITURE:
        text = text.replace(line, "", 1)
    return NOT_COMPARED.sub("", re.sub(r"Seite \d+ von \d+", "", text))
