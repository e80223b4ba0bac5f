from __future__ import annotations

from collections.abc import Callable

import pytest

from orchestrator.domain.document import DocumentText, Role
from orchestrator.errors import DocumentError
from workers.creator.documents import read
from workers.creator.documents.text import decode

Check = Callable[[DocumentText], None]


def markdown(text: str) -> DocumentText:
    return read("text/markdown", text.encode())


def plain(text: str) -> DocumentText:
    return read("text/plain", text.encode())


def words(document: DocumentText, role: Role) -> list[str]:
    return [document.text[p.start : p.end] for p in document.passages if p.role is role]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_is_decoded(encoding: str) -> None:
    assert decode("Prüfung „groß“".encode(encoding)) == "Prüfung „groß“"


def test_nul_characters_are_corrupt() -> None:
    with pytest.raises(DocumentError) as caught:
        decode(b"MZ\x00\x01")
    assert caught.value.code == "corrupt"


def test_text_is_composed_and_free_of_invisible_characters() -> None:
    assert plain("Pru\u0308fung der Auf\u00adzeich\u200bnung\u00a0heute.\r\nEnde.").text == (
        "Prüfung der Aufzeichnung heute.\n\nEnde."
    )


def test_markdown_gives_way_to_its_words() -> None:
    document = markdown(
        "---\ntitle: My Spec\n---\n<!-- gone\nagain -->\n# Spec *one*\n\n"
        "**The** [system](http://x) shall `log`\nin 27\\. days with snake_case_names and 2 * 3 * 4.\n\n"
        "Setext\n------\n\n> Quoted text\n> goes on.\n"
    )
    assert document.title == "My Spec"
    assert words(document, Role.HEADING) == ["Spec one", "Setext"]
    assert words(document, Role.BODY) == [
        "The system shall log in 27. days with snake_case_names and 2 * 3 * 4.",
        "Quoted text goes on.",
    ]


def test_code_keeps_its_lines_and_tables_are_rows(check_invariants: Check) -> None:
    document = markdown("Intro\n\n```sql\nSELECT 1;\n\n# no heading\n```\n\n| ID | Text |\n|:--|---|\n| 1 | a\\|b |\n")
    check_invariants(document)
    assert "SELECT 1;\n\n# no heading" in document.text
    assert words(document, Role.HEADING) == []
    assert words(document, Role.TABLE) == ["ID | Text", "1 | a|b"]


def test_markdown_lists_nest_by_indent() -> None:
    document = markdown(
        "The user shall:\n\n- first;\n- second:\n  - inner one,\n    going on,\n  - inner two;\n- third.\n\nDone.\n"
    )
    assert [(document.text[p.start : p.end], p.level) for p in document.passages if p.role is Role.ITEM] == [
        ("first;", 1),
        ("second:", 1),
        ("inner one, going on,", 2),
        ("inner two;", 2),
        ("third.", 1),
    ]


def test_plain_text_joins_wrapped_lines_and_splits_where_one_ends_early() -> None:
    document = plain(
        "The supplier shall keep the records of every delivery for a period of ten\n"
        "years and shall show them on demand.\n"
        "The client may inspect the records at any time and may take copies of all\n"
        "of them.\n"
    )
    assert [document.text[p.start : p.end] for p in document.passages] == [
        "The supplier shall keep the records of every delivery for a period of ten years and shall show them "
        "on demand.",
        "The client may inspect the records at any time and may take copies of all of them.",
    ]


def test_lines_that_are_paragraphs_stay_apart() -> None:
    document = plain("The system shall log in.\nThe system shall log out.\nThe system shall stop.")
    assert len(document.passages) == 3


def test_a_number_at_the_head_of_a_wrapped_line_is_no_item() -> None:
    document = plain(
        "Die Unterlagen sind nach dem Ende des Kalenderjahres bis zum Ablauf des\n"
        "5. Kalenderjahres aufzubewahren, das auf die Umstellung folgt, also vom\n"
        "1. Januar an.\n"
    )
    assert len(document.passages) == 1


def test_hyphens_at_line_ends_are_joined_by_what_the_document_writes() -> None:
    document = plain(
        "Every third-party provider is listed in the register of the responsible de-\n"
        "partment before the contract starts. The contract with such a third-\n"
        "party provider is kept.\n"
    )
    assert "department before" in document.text
    assert "third-party provider is kept" in document.text


def test_an_underlined_line_is_a_heading_in_plain_text() -> None:
    document = plain("Purpose\n=======\n\nThis is text.\n")
    assert words(document, Role.HEADING) == ["Purpose"]


def test_mastheads_of_journals_are_dropped() -> None:
    document = plain("One sentence.\n\nL 33/4 EN Official Journal of the European Union 27.12.2022\n\nTwo sentences.\n")
    assert document.text == "One sentence.\n\nTwo sentences."
