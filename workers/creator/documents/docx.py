"""DOCX: paragraphs and tables in body order, with headings by style or outline level and computed list numbers.

Text boxes, comments and deleted text are left out; footnotes stand at the end.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import qn

from orchestrator.errors import DocumentError
from workers.creator.blocks import Block, Draft, Kind, clean
from workers.creator.documents.numbering import Numbering, numbering_of
from workers.creator.structure.marks import mark_of
from workers.creator.structure.roles import is_title

_ENCRYPTED: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""An OLE file: how Word stores an encrypted DOCX (MS-OFFCRYPTO)."""
_HEADING: Final = re.compile(r"(?:heading|überschrift)\s?(\d)$", re.I)
_TOC: Final = re.compile(r"(?:toc|verzeichnis|inhaltsverzeichnis|table of contents|toc heading)\s?\d?$", re.I)
_TITLE: Final = re.compile(r"(?:title|titel|subtitle|untertitel)$", re.I)
_FOOTNOTES: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
_SPACED: Final = frozenset({qn("w:tab"), qn("w:br"), qn("w:cr"), qn("w:ptab")})
_SKIPPED: Final = frozenset(
    {qn("w:txbxContent"), qn("w:del"), qn("w:moveFrom"), qn("w:pPr"), qn("w:rPr"), qn("w:instrText")}
)
_STYLE_DEPTH: Final = 20
_TABLE_DEPTH: Final = 20


def read_docx(data: bytes, max_unpacked: int) -> Draft:
    """The blocks of a Word document.

    Args:
        data: the file.
        max_unpacked: most bytes that all its parts may unpack to.

    Raises:
        DocumentError: `encrypted`, `corrupt`, or `text_cap` if it unpacks to more than `max_unpacked`.
    """
    if data.startswith(_ENCRYPTED):
        raise DocumentError("The DOCX is encrypted. Remove the password and submit it again.", code="encrypted")
    _check_size(data, max_unpacked)
    try:
        document = docx.Document(io.BytesIO(data))
        body = document.element.body
        reader = _Reader(numbering_of(document), _styles(document))
        blocks = [block for block in reader.blocks(body) if block.text]
        blocks += _footnotes(document)
        title = clean(document.core_properties.title or "")
    except (DocumentError, MemoryError):
        raise
    except Exception as error:  # a damaged part raises nearly anything in python-docx and lxml
        raise _corrupt() from error
    front = next((block.text for block in blocks if block.kind is Kind.FRONT), None)
    return Draft(blocks, title or front)


def _corrupt() -> DocumentError:
    return DocumentError("The DOCX is damaged and cannot be opened. Save it again and submit that.")


def _check_size(data: bytes, most: int) -> None:
    """Sums the unpacked sizes, which zipfile enforces when it reads."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise _corrupt() from error
    if unpacked > most:
        raise DocumentError(
            f"The DOCX unpacks to {unpacked:,} bytes; the limit is {most:,}. Remove pictures or split it.",
            code="text_cap",
            details={"bytes": unpacked, "limit": most},
        )


@dataclass(frozen=True, slots=True)
class _Style:
    """What a paragraph style says, with what it inherits."""

    name: str
    outline: int | None
    number_id: str | None
    level: int | None
    bold: bool


def _styles(document: Any) -> dict[str, _Style]:
    elements = {style.get(qn("w:styleId")): style for style in document.styles.element.findall(qn("w:style"))}
    return {key: _style(elements, key) for key in elements if key}


def _style(elements: dict[str, Any], key: str) -> _Style:
    """A style by its own and its ancestors' properties; the nearest counts."""
    chain: list[Any] = []
    current: str | None = key
    while current in elements and len(chain) < _STYLE_DEPTH:
        chain.append(elements[current])
        current = _value(elements[current], "w:basedOn")
    outline = _first(chain, "w:pPr/w:outlineLvl")
    level = _first(chain, "w:pPr/w:numPr/w:ilvl")
    name = _value(elements[key], "w:name") or key
    heading = next((m for e in chain if (m := _HEADING.match(_value(e, "w:name") or ""))), None)
    return _Style(
        name=name,
        outline=int(heading[1]) - 1 if heading else int(outline) if outline and outline.isdigit() else None,
        number_id=_first(chain, "w:pPr/w:numPr/w:numId"),
        level=int(level) if level and level.isdigit() else None,
        bold=any(e.find("/".join(map(qn, ("w:rPr", "w:b")))) is not None for e in chain),
    )


def _first(chain: list[Any], path: str) -> str | None:
    return next((value for element in chain if (value := _value(element, path)) is not None), None)


def _value(element: Any, path: str) -> str | None:
    child = element.find("/".join(map(qn, path.split("/"))))
    value: str | None = None if child is None else child.get(qn("w:val"))
    return value


@dataclass(slots=True)
class _Reader:
    numbering: Numbering
    styles: dict[str, _Style]

    def blocks(self, container: Any, depth: int = 0) -> Iterator[Block]:
        """The blocks of a body, cell or content control, in order."""
        for element in container:
            if element.tag == qn("w:p"):
                yield self._paragraph(element)
            elif element.tag == qn("w:tbl") and depth < _TABLE_DEPTH:
                yield from self._table(element, depth)
            elif (
                element.tag in (qn("w:sdt"), qn("w:ins"), qn("w:customXml"), qn("w:sdtContent"))
                and depth < _TABLE_DEPTH
            ):
                inner = element.find(qn("w:sdtContent"))
                yield from self.blocks(element if inner is None else inner, depth + 1)

    def _table(self, table: Any, depth: int) -> Iterator[Block]:
        for row in table.iter(qn("w:tr")):
            if _owner(row) is not table:
                continue
            cells = row.findall(qn("w:tc"))
            if len(cells) == 1:
                yield from self.blocks(cells[0], depth + 1)
                continue
            texts = [clean(" ".join(map(_text, cell.iter(qn("w:p"))))) for cell in cells]
            yield Block(" | ".join(text for text in texts if text), Kind.ROW)

    def _paragraph(self, element: Any) -> Block:
        text = clean(_text(element))
        style = self.styles.get(_value(element, "w:pPr/w:pStyle") or "Normal")
        name = style.name if style else ""
        if _TOC.match(name):
            return Block(text, Kind.TOC)
        if _TITLE.match(name):
            return Block(text, Kind.FRONT)
        label, level = self._label(element, style) if text else (None, 0)
        outline = _value(element, "w:pPr/w:outlineLvl")
        heading = int(outline) if outline and outline.isdigit() else style.outline if style else None
        full = f"{label} {text}" if label else text
        if heading is not None and 0 <= heading < 9:
            return Block(full, Kind.HEADING, heading + 1)
        if label is None:
            return _plain(element, text, bool(style and style.bold))
        if label and label != "•" and not _is_list_label(label):
            return Block(full)
        return Block(full, Kind.ITEM, level + 1, len(label) + 1 if label else 0)

    def _label(self, element: Any, style: _Style | None) -> tuple[str | None, int]:
        """The paragraph's number as Word shows it, and its level; None if it has none."""
        number_id = _value(element, "w:pPr/w:numPr/w:numId") or (style.number_id if style else None)
        if number_id is None or number_id == "0":
            return None, 0
        own = _value(element, "w:pPr/w:numPr/w:ilvl")
        if own and own.isdigit():
            level = int(own)
        elif style and style.level is not None:
            level = style.level
        else:
            level = self.numbering.level_of_style(number_id, _value(element, "w:pPr/w:pStyle") or "")
        level = min(level, 8)
        return self.numbering.label(number_id, level), level


def _plain(element: Any, text: str, bold_style: bool) -> Block:
    """A paragraph without number; one that is bold throughout and reads as a title is a minor heading."""
    runs = [run for run in element.iter(qn("w:r")) if clean(_text(run))]
    bold = bool(runs) and all(bold_style or _is_bold(run) for run in runs)
    if bold and is_title(text, 120):
        return Block(text, Kind.HEADING, minor=True)
    return Block(text)


def _is_bold(run: Any) -> bool:
    mark = run.find("/".join(map(qn, ("w:rPr", "w:b"))))
    return mark is not None and mark.get(qn("w:val")) not in ("0", "false", "off")


def _is_list_label(label: str) -> bool:
    """Whether a computed number is a list's and not a clause's ("3.2")."""
    mark = mark_of(f"{label} x")
    return mark is None or "." not in mark.value


def _owner(row: Any) -> Any:
    """The table a row belongs to, also where a content control lies between."""
    parent = row.getparent()
    while parent is not None and parent.tag != qn("w:tbl"):
        parent = parent.getparent()
    return parent


def _text(element: Any) -> str:
    """Text of a paragraph or run, without deleted text and text boxes."""
    pieces: list[str] = []
    stack = [element]
    while stack:
        node = stack.pop()
        if node.tag in _SKIPPED:
            continue
        if node.tag == qn("w:t"):
            pieces.append(node.text or "")
        elif node.tag in _SPACED:
            pieces.append(" ")
        elif node.tag == qn("w:noBreakHyphen"):
            pieces.append("-")
        stack.extend(reversed(list(node)))
    return "".join(pieces)


def _footnotes(document: Any) -> list[Block]:
    """The footnotes' texts in order, without Word's separators."""
    part = next(
        (r.target_part for r in document.part.rels.values() if r.reltype == _FOOTNOTES and not r.is_external), None
    )
    if part is None:
        return []
    notes = [
        clean(" ".join(map(_text, note.iter(qn("w:p")))))
        for note in parse_xml(part.blob).findall(qn("w:footnote"))
        if note.get(qn("w:type")) in (None, "normal")
    ]
    return [Block(note, Kind.NOTE) for note in notes if note]
