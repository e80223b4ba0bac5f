from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from orchestrator.domain.document import DocumentText, Role
from orchestrator.errors import DocumentError
from workers.creator.documents import ReadLimits, read

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
Pack = Callable[[Document], bytes]
Check = Callable[[DocumentText], None]

LEVELS = (("decimal", "%1"), ("decimal", "%1.%2"), ("lowerLetter", "%3)"), ("upperRoman", "%4."))


def words(document: DocumentText, role: Role) -> list[str]:
    return [document.text[p.start : p.end] for p in document.passages if p.role is role]


def number_lists(document: Document, *lists: str) -> None:
    """Gives the document one abstract list and the numbers `lists`; each but the first restarts level 0 at 7."""
    root = document.part.numbering_part.element
    root.clear()
    levels = "".join(
        f'<w:lvl w:ilvl="{i}"><w:start w:val="1"/><w:numFmt w:val="{style}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for i, (style, text) in enumerate(LEVELS)
    )
    root.append(parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="5">{levels}</w:abstractNum>'))
    for index, name in enumerate(lists):
        override = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride>' if index else ""
        root.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="{name}"><w:abstractNumId w:val="5"/>{override}</w:num>'))


def numbered(document: Document, text: str, level: int, number: str = "1", style: str | None = None) -> None:
    paragraph = document.add_paragraph(text, style)
    xml = f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
    paragraph._p.get_or_add_pPr().append(parse_xml(xml))


def test_computed_numbers_stand_in_the_text(word: Document, packed: Pack, check_invariants: Check) -> None:
    number_lists(word, "1", "2")
    for text, level, number, style in (
        ("Scope", 0, "1", "Heading 1"),
        ("Use", 1, "1", "Heading 2"),
        ("first;", 2, "1", None),
        ("second.", 2, "1", None),
        ("Limits", 1, "1", "Heading 2"),
        ("again;", 2, "1", None),
        ("Annexes", 0, "2", "Heading 1"),
    ):
        numbered(word, text, level, number, style)
    document = read(DOCX, packed(word))
    check_invariants(document)
    assert document.text.split() == (
        ["1", "Scope", "1.1", "Use", "a)", "first;", "b)", "second.", "1.2", "Limits", "a)", "again;", "7", "Annexes"]
    )
    assert [(p.locator, p.role) for p in document.passages] == [
        ("1", Role.HEADING),
        ("1.1", Role.HEADING),
        ("1.1", Role.ITEM),
        ("1.1", Role.ITEM),
        ("1.2", Role.HEADING),
        ("1.2", Role.ITEM),
        ("7", Role.HEADING),
    ]


def test_paragraphs_and_tables_keep_their_order(word: Document, packed: Pack) -> None:
    word.add_heading("Requirements", 1)
    word.add_paragraph("The requirements follow.")
    table = word.add_table(rows=2, cols=3)
    for row, cells in zip(table.rows, (("ID", "Text", "Priority"), ("R-1", "It shall log in.", "high")), strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    word.add_paragraph("The end is here.")
    document = read(DOCX, packed(word))
    assert words(document, Role.TABLE) == ["ID | Text | Priority", "R-1 | It shall log in. | high"]
    assert document.text.index("follow") < document.text.index("R-1") < document.text.index("end is")


def test_merged_cells_are_not_repeated(word: Document, packed: Pack) -> None:
    table = word.add_table(rows=1, cols=3)
    merged = table.cell(0, 0).merge(table.cell(0, 1))
    merged.text, table.cell(0, 2).text = "Both", "One"
    assert words(read(DOCX, packed(word)), Role.TABLE) == ["Both | One"]


def test_title_contents_and_bold_lines_get_their_roles(word: Document, packed: Pack) -> None:
    word.add_paragraph("Booking Platform", "Title")
    word.styles.add_style("TOC 1", 1)
    word.add_paragraph("Scope\t1", "TOC 1")
    word.add_heading("Scope", 1)
    word.add_paragraph().add_run("Limits of use").bold = True
    word.add_paragraph("The platform shall stop.")
    document = read(DOCX, packed(word))
    assert document.title == "Booking Platform"
    assert words(document, Role.FRONT) == ["Booking Platform"]
    assert words(document, Role.TOC) == ["Scope 1"]
    assert words(document, Role.HEADING) == ["Scope", "Limits of use"]
    assert document.passages[-1].path == ("Scope", "Limits of use")


def test_list_styles_give_items_with_their_lead_in(word: Document, packed: Pack) -> None:
    word.add_paragraph("Some words first. The operator shall:")
    word.add_paragraph("encrypt data;", "List Bullet")
    word.add_paragraph("log access.", "List Bullet")
    document = read(DOCX, packed(word))
    assert words(document, Role.ITEM) == ["encrypt data;", "log access."]
    start, end = document.passages[-1].lead_in or (0, 0)
    assert document.text[start:end] == "The operator shall:"


def test_inserted_text_counts_and_deleted_text_does_not(word: Document, packed: Pack) -> None:
    paragraph = word.add_paragraph("The system shall ")
    for tag, inner in (("ins", "<w:t>stay</w:t>"), ("del", "<w:delText>go</w:delText>")):
        paragraph._p.append(parse_xml(f"<w:{tag} {nsdecls('w')}><w:r>{inner}</w:r></w:{tag}>"))
    assert read(DOCX, packed(word)).text == "The system shall stay"


def refused(data: bytes, limits: ReadLimits | None = None) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        read(DOCX, data, limits)
    return caught.value


def rewritten(data: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """The same zip with each part's bytes changed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, change(name, source.read(name)))
    return buffer.getvalue()


def test_encrypted_and_broken_files_are_refused(word: Document, packed: Pack) -> None:
    word.add_paragraph("Text")
    data = packed(word)
    assert refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600).code == "encrypted"
    assert refused(b"PK\x03\x04nonsense").code == "corrupt"
    assert refused(data[: len(data) // 2]).code == "corrupt"
    assert refused(rewritten(data, lambda name, part: b"<x" if name == "word/document.xml" else part)).code == "corrupt"


def test_entities_are_not_expanded(word: Document, packed: Pack) -> None:
    word.add_paragraph("PLACE")
    bomb = b'<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><w:document'

    def plant(name: str, part: bytes) -> bytes:
        if name != "word/document.xml":
            return part
        return part.replace(b"<w:document", bomb, 1).replace(b"PLACE", b"x &b;")

    try:
        text = read(DOCX, rewritten(packed(word), plant)).text
    except DocumentError:
        text = ""
    assert "aaaa" not in text


def test_a_file_that_unpacks_too_far_is_refused(word: Document, packed: Pack) -> None:
    word.add_paragraph("Text")
    error = refused(packed(word), ReadLimits(unpacked_bytes=1_000))
    assert error.code == "text_cap"
    assert error.details["limit"] == 1_000


def test_a_file_without_text_is_refused(word: Document, packed: Pack) -> None:
    assert refused(packed(word)).code == "no_text_layer"
