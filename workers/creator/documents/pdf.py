"""PDF: lines with their place on the page, without page furniture, grouped to paragraphs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Final

import pypdfium2

from orchestrator.errors import DocumentError
from workers.creator.blocks import Block, Draft, Kind, clean
from workers.creator.documents.furniture import (
    edges,
    fold,
    is_masthead,
    is_page_number,
    repeated,
)
from workers.creator.documents.glyphs import lines_of
from workers.creator.documents.lines import (
    Layout,
    Line,
    block_of,
    hyphenated_words,
    layout_of,
    mend,
    nest,
    paragraphs,
)
from workers.creator.structure.margins import margin_numbers
from workers.creator.structure.marks import Style, mark_of
from workers.creator.structure.roles import is_title
from workers.creator.structure.toc import toc_lines

_PASSWORD: Final = 4
"""PDFium's error number for a document that needs a password (FPDF_ERR_PASSWORD)."""
_LARGER: Final = 1.12
_SMALLER: Final = 0.88


def read_pdf(data: bytes, max_pages: int) -> Draft:
    """The blocks of a PDF's text layer.

    Raises:
        DocumentError: `encrypted`, `corrupt`, `page_cap`, `no_text_layer`.
    """
    document = _opened(data)
    try:
        count = len(document)
        if count > max_pages:
            raise DocumentError(
                f"The PDF has {count:,} pages; the limit is {max_pages:,}. Split the document.",
                code="page_cap",
                details={"pages": count, "limit": max_pages},
            )
        pages = [_page(document, number) for number in range(count)]
        title = clean(document.get_metadata_value("Title"))
    finally:
        document.close()
    if not any(line.text for page in pages for line in page):
        raise DocumentError(
            f"None of the PDF's {count:,} pages has a text layer: it seems to be scanned. Submit it after OCR.",
            code="no_text_layer",
            details={"pages": count},
        )
    return Draft(_blocks(pages), title or None, count)


def _opened(data: bytes) -> Any:
    try:
        document = pypdfium2.PdfDocument(data)
        len(document)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD or "password" in str(error).lower():
            raise DocumentError(
                "The PDF is encrypted. Remove the password and submit it again.", code="encrypted"
            ) from error
        raise DocumentError("The PDF is damaged and cannot be opened. Save it again and submit that.") from error
    return document


def _page(document: Any, number: int) -> list[Line]:
    """The lines of one page; a page that cannot be loaded is corrupt."""
    try:
        return lines_of(document[number], number + 1)
    except pypdfium2.PdfiumError as error:
        raise DocumentError(f"Page {number + 1} of the PDF is damaged. Save the document again.") from error


def _blocks(pages: Sequence[list[Line]]) -> list[Block]:
    lines = _without_furniture(pages)
    known = hyphenated_words(lines)
    for line in lines:
        line.text = mend(line.text, known)
    contents = toc_lines([line.text for line in lines])
    body = [line for index, line in enumerate(lines) if index not in contents]
    layout = layout_of(body)
    _mark_margins(body)
    blocks: list[Block] = []
    for is_toc, run in groupby(enumerate(lines), key=lambda pair: pair[0] in contents):
        members = [line for _, line in run]
        if is_toc:
            blocks += [block_of([line], known, Kind.TOC) for line in members]
        else:
            blocks += _table_blocks(members, layout, known)
    return _with_levels(blocks)


def _without_furniture(pages: Sequence[list[Line]]) -> list[Line]:
    """All lines in order, without running headers, footers and page numbers."""
    running = repeated([[line.text for line in page] for page in pages])
    kept: list[Line] = []
    for page in pages:
        border = {id(line) for line in edges(page)}
        for line in page:
            if id(line) in border and (fold(line.text) in running or is_page_number(line.text)):
                continue
            if line.text and not is_masthead(line.text) and not _is_bare_page(line, page):
                kept.append(line)
    return kept


def _is_bare_page(line: Line, page: Sequence[Line]) -> bool:
    """Whether the first or last line is nothing but this page's number."""
    return line.text == str(line.page) and line in (page[0], page[-1])


def _mark_margins(lines: Sequence[Line]) -> None:
    """Opens a paragraph at every margin number: bare, rising, left of the line that follows."""
    favoured = (
        [
            later.left > line.left + 2 * line.char_width
            for line, later in zip(lines, [*lines[1:], lines[-1]], strict=True)
        ]
        if lines
        else []
    )
    for index in margin_numbers([line.text for line in lines], favoured):
        lines[index].opens = True


def _table_blocks(lines: Sequence[Line], layout: Layout, known: frozenset[str]) -> Iterator[Block]:
    """The blocks of a run of lines: rows where cells stand side by side at least twice in a row, else paragraphs."""
    rows: list[list[Line]] = []
    for line in lines:
        if line.beside and rows:
            rows[-1].append(line)
        else:
            rows.append([line])
    wide = [len(row) > 1 for row in rows]
    for index, (before, here, after) in enumerate(zip([False, *wide], wide, [*wide[1:], False], strict=False)):
        wide[index] = here and (before or after)
    for is_table, run in groupby(zip(wide, rows, strict=True), key=lambda pair: pair[0]):
        members = [row for _, row in run]
        if not is_table:
            yield from _text_blocks([line for row in members for line in row], layout, known)
            continue
        for row in members:
            cells = " | ".join(line.text for line in row)
            yield Block(cells, Kind.ROW, pages=((0, row[0].page),))


def _text_blocks(lines: Sequence[Line], layout: Layout, known: frozenset[str]) -> Iterator[Block]:
    groups = paragraphs(lines, layout)
    for group, level in zip(groups, nest(groups), strict=True):
        block = block_of(group, known)
        if mark := mark_of(block.text):
            block.level = level
            if mark.style is Style.BULLET:
                block.text = f"• {block.text[mark.length :]}"
        _typeset(block, group, layout)
        yield block


def _typeset(block: Block, group: Sequence[Line], layout: Layout) -> None:
    """Says by type size and weight whether a paragraph is a heading or a footnote; `level` is its size until ranked."""
    size = min(line.size for line in group)
    large = size > layout.size * _LARGER
    bold = all(line.bold for line in group)
    mark = mark_of(block.text)
    words = block.text[mark.length :] if mark else block.text
    plain = group[0].opens or (mark is not None and mark.style is Style.BULLET) or _in_columns(group)
    if (large or bold) and not plain and is_title(words, 250):
        block.kind = Kind.HEADING
        block.level = round(size * 2) if large else 0
        block.minor = not large and mark is None
    elif size < layout.size * _SMALLER and re.match(r"\d{1,3}\)?\s|[*†]", block.text):
        block.kind = Kind.NOTE


def _in_columns(group: Sequence[Line]) -> bool:
    """Whether lines stand side by side, as in a table's head."""
    return any(line.beside for line in group[1:])


def _with_levels(blocks: list[Block]) -> list[Block]:
    """Turns sizes into depths: a numbered heading has its number's, the others that of numbered ones of their size."""
    depths: dict[int, Counter[int]] = {}
    headings = [block for block in blocks if block.kind is Kind.HEADING]
    for block in headings:
        mark = mark_of(block.text)
        if mark and block.level and mark.style in (Style.DECIMAL, Style.NUMBER, Style.BARE):
            depths.setdefault(block.level, Counter())[mark.value.count(".") + 1] += 1
    sizes = sorted({block.level for block in headings if block.level}, reverse=True)
    for block in headings:
        mark = mark_of(block.text)
        if mark is not None or not block.level:
            block.level = 0
        elif block.level in depths:
            block.level = depths[block.level].most_common(1)[0][0]
        else:
            block.level = sizes.index(block.level) + 1
    return blocks
