"""HTML: headings, paragraphs, list items, tables and preformatted text; navigation and scripts are left out.

Layout tables that only hang a marker beside its text, as EUR-Lex sets recitals and points, become items. EUR-Lex marks
what a paragraph is by class ("ti-art", "sti-art", "ti-section-1", "note"; newer pages with "oj-" before it).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from orchestrator.errors import DocumentError
from workers.creator.blocks import Block, Draft, Kind, clean, clean_lines
from workers.creator.documents.furniture import is_masthead
from workers.creator.documents.numerals import numeral
from workers.creator.documents.text import decode
from workers.creator.structure.marks import mark_of

_DROPPED_WORDS: Final = """
    script style nav noscript template head iframe svg button select option canvas audio video object dialog
"""
_DROPPED: Final = frozenset(_DROPPED_WORDS.split())
_BLOCKS_WORDS: Final = """
    p div section article main body html header footer aside blockquote li ul ol dl dt dd table thead tbody
    tfoot tr td th caption figure figcaption h1 h2 h3 h4 h5 h6 pre hr address fieldset form details summary
"""
_BLOCKS: Final = frozenset(_BLOCKS_WORDS.split())
_EURLEX_HEADINGS: Final = ("ti-art", "sti-art", "ti-section-1", "ti-section-2", "ti-grseq-1", "doc-ti", "ti-annex")
_EURLEX_FURNITURE: Final = ("hd-date", "hd-lg", "hd-ti", "hd-oj")
_FOOTNOTE_LINK: Final = re.compile(r"#(?:ntr|fn|ftn|footnote|note)", re.I)
_CHARSET: Final = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]{3,20})", re.I)
_DASHES: Final = ("—", "–", "-", "•")
_NESTED: Final = 20
"""Tables nested deeper than this are read as running text."""
_HEADING_TAGS: Final = {f"h{level}": level for level in range(1, 7)}


def read_html(data: bytes) -> Draft:
    """The blocks of an HTML page.

    Raises:
        DocumentError: `corrupt` if there is no HTML to parse.
    """
    try:
        tree = LexborHTMLParser(_decoded(data))
    except SelectolaxError as error:
        raise DocumentError("The HTML cannot be parsed. Save the page again and submit that.") from error
    walker = _Walker()
    if tree.body is not None:
        walker.walk(tree.body)
    return Draft(walker.blocks, _title(tree, walker.blocks))


def _decoded(data: bytes) -> str:
    """Text by the page's own charset if that is a one-byte one of the West, else as plain text is decoded."""
    match = _CHARSET.search(data[:4096])
    if match and match[1].lower() in (b"iso-8859-1", b"latin1", b"windows-1252", b"iso-8859-15"):
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            return data.decode("cp1252", errors="replace").replace("\x00", "")
    return decode(data)


def _title(tree: LexborHTMLParser, blocks: list[Block]) -> str | None:
    """The first heading of level 1, else the page's title unless that is a file name."""
    for block in blocks:
        if block.kind is Kind.HEADING and block.level == 1:
            return block.text
    official = [clean(node.text()) for node in tree.css("p.doc-ti, p.oj-doc-ti")]
    if official:
        return " ".join(official[:3])
    node = tree.css_first("title")
    title = clean(node.text()) if node is not None else ""
    return title if title and not re.search(r"\.\w{3,4}$", title) else None


@dataclass(slots=True)
class _List:
    """An open list: what its items are marked with; `number` is the last item's."""

    ordered: str | None
    number: int = 0


@dataclass(slots=True)
class _Walker:
    """Goes through the tree without recursion and collects blocks; `pieces` is the text of the open one."""

    blocks: list[Block] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    lists: list[_List] = field(default_factory=list)
    marker: str = ""
    kind: Kind = Kind.PARAGRAPH
    level: int = 0
    depth: int = 0
    in_item: int = 0
    tables: int = 0

    def walk(self, root: LexborNode) -> None:
        """Visits every node under `root`: None on the stack stands for the end of the element below it."""
        stack: list[tuple[LexborNode, bool]] = [(root, False)]
        while stack:
            node, leaving = stack.pop()
            if leaving:
                self._leave(node.tag or "")
                continue
            if not self._enter(node):
                continue
            stack.append((node, True))
            stack.extend((child, False) for child in reversed(_children(node)))
        self.flush()

    def _enter(self, node: LexborNode) -> bool:
        """Opens an element; false if its content is not to be visited."""
        tag = node.tag or ""
        if tag == "-text":
            self.pieces.append(node.text_content or "")
            return False
        if tag in _DROPPED or tag.startswith(("-", "!", "#")) or _is_hidden(node):
            return False
        if tag == "br":
            self.pieces.append("\n")
            return False
        if tag == "a" and _FOOTNOTE_LINK.match(node.attributes.get("href") or "") and len(node.text()) < 12:
            return not _is_reference(node)
        if tag not in _BLOCKS:
            return True
        self.flush()
        return self._open(node, tag)

    def _open(self, node: LexborNode, tag: str) -> bool:
        if tag == "table":
            self.tables += 1
        elif tag == "pre":
            self._add(Block(clean_lines(node.text()).strip("\n").strip(), Kind.CODE))
            return False
        elif tag == "tr":
            return self._row(node)
        elif tag in ("ul", "ol"):
            self.lists.append(_List(_numbering(node) if tag == "ol" else None, _first(node) - 1))
        elif tag == "li":
            self._item(node)
        elif tag in _HEADING_TAGS:
            self.kind, self.level = Kind.HEADING, _HEADING_TAGS[tag]
        elif tag == "p":
            return self._paragraph(node)
        return True

    def _paragraph(self, node: LexborNode) -> bool:
        names = {name.removeprefix("oj-") for name in (node.attributes.get("class") or "").split()}
        if names.intersection(_EURLEX_FURNITURE):
            return False
        if names.intersection(_EURLEX_HEADINGS):
            self.kind = Kind.HEADING
        elif "note" in names or "footnote" in names:
            self.kind = Kind.NOTE
        return True

    def _item(self, node: LexborNode) -> None:
        if not self.lists:
            self.lists.append(_List(None))
        current = self.lists[-1]
        current.number += 1
        self.kind = Kind.TOC if _is_link_to_here(node) else Kind.ITEM
        self.level = len(self.lists) + self.depth
        self.in_item += 1
        self.marker = "" if self.kind is Kind.TOC else f"{_label(current)} "

    def _row(self, row: LexborNode) -> bool:
        """A table's row: a marker beside its text is an item, one cell is layout, the rest is a row of a table."""
        if self.tables > _NESTED:
            return True
        cells = [cell for cell in row.iter() if cell.tag in ("td", "th")]
        texts = [clean(cell.text(separator=" ")) for cell in cells]
        mark = mark_of(texts[0]) if len(cells) == 2 and len(texts[0]) <= 12 else None
        if len(cells) == 2 and (texts[0] in _DASHES or (mark and mark.length >= len(texts[0]))):
            self._hang("•" if texts[0] in _DASHES else texts[0], cells[1])
            return False
        filled = [text for text in texts if text]
        if is_masthead(" ".join(filled)):
            return False
        if len(filled) < 2 or row.css_first("table") is not None:
            return True
        self._add(Block(" | ".join(filled), Kind.ROW))
        return False

    def _hang(self, marker: str, cell: LexborNode) -> None:
        """Walks a cell whose first block is led by the marker in the cell before it."""
        inner = _Walker(
            self.blocks, marker=f"{marker} ", depth=self.depth + 1, in_item=self.in_item, tables=self.tables
        )
        inner.walk(cell)

    def _leave(self, tag: str) -> None:
        if tag not in _BLOCKS:
            return
        self.flush()
        if tag == "table":
            self.tables -= 1
        elif tag in ("ul", "ol") and self.lists:
            self.lists.pop()
        elif tag == "li":
            self.in_item = max(self.in_item - 1, 0)
            self.marker = ""

    def flush(self) -> None:
        """Ends the open block."""
        text = clean("".join(self.pieces))
        self.pieces.clear()
        if not text:
            return
        kind, level = self.kind, self.level
        if self.marker and mark_of(text) is not None and self.marker.startswith("•"):
            self.marker = ""
        if kind is Kind.PARAGRAPH and self.in_item:
            kind, level = Kind.ITEM, len(self.lists) + self.depth
        self._add(Block(self.marker + text, kind, level or (self.depth if self.marker else 0), len(self.marker)))
        self.marker = ""

    def _add(self, block: Block) -> None:
        self.kind, self.level = Kind.PARAGRAPH, 0
        if block.text:
            self.blocks.append(block)


def _children(node: LexborNode) -> list[LexborNode]:
    return list(node.iter(include_text=True))


def _is_hidden(node: LexborNode) -> bool:
    attributes = node.attributes
    return "hidden" in attributes or attributes.get("role") == "navigation" or attributes.get("aria-hidden") == "true"


def _is_reference(node: LexborNode) -> bool:
    """Whether a link to a footnote is only its number."""
    return re.fullmatch(r"\W*(?:\d{1,3}|[*†])\W*", node.text()) is not None


def _is_link_to_here(node: LexborNode) -> bool:
    """Whether a list item is nothing but a link to a place in this page."""
    link = node.css_first("a")
    if link is None or not (link.attributes.get("href") or "").startswith("#"):
        return False
    return clean(link.text()) == clean(node.text())


_TYPES: Final = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}


def _numbering(node: LexborNode) -> str:
    return node.attributes.get("type") or "1"


def _first(node: LexborNode) -> int:
    start = node.attributes.get("start") or "1"
    return int(start) if re.fullmatch(r"\d{1,4}", start) else 1


def _label(current: _List) -> str:
    if current.ordered is None:
        return "•"
    return f"{numeral(current.number, _TYPES.get(current.ordered, 'decimal'))}."
