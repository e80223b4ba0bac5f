from __future__ import annotations

from collections.abc import Callable

import pytest

from orchestrator.domain.document import DocumentText, Role
from orchestrator.errors import DocumentError
from workers.creator.documents import ReadLimits, read

PDF = "application/pdf"
MakePdf = Callable[..., bytes]
Check = Callable[[DocumentText], None]
Line = tuple[float, float, str, str, float]
BODY, BOLD = "Helvetica", "Helvetica-Bold"
FULL = "Die Aufzeichnungen der Betriebe sind vollzaehlig und geordnet zu fuehren und aufzubewahren"


def lines(*texts: str, top: float = 780.0, left: float = 80.0, font: str = BODY, size: float = 10) -> list[Line]:
    return [(left, top - 14 * row, text, font, size) for row, text in enumerate(texts)]


def heading(top: float, text: str) -> list[Line]:
    return [(80, top, text, BOLD, 13)]


def page(number: int, *body: Line) -> list[Line]:
    """A page with a running header and footer around its body."""
    return [(80, 815, "Muster GmbH, Handbuch", BODY, 8), *body, (270, 30, f"Seite {number} von 3", BODY, 8)]


def words(document: DocumentText, role: Role | None = None) -> list[str]:
    return [document.text[p.start : p.end] for p in document.passages if role in (None, p.role)]


def test_running_headers_footers_and_page_numbers_are_gone(make_pdf: MakePdf, check_invariants: Check) -> None:
    first = ("Erstens: ", "Zweitens: ", "Drittens: ")
    pages = [page(n, *lines(first[n - 1] + FULL, "und zu pruefen.")) for n in (1, 2, 3)]
    document = read(PDF, make_pdf(pages, title="Handbuch"))
    check_invariants(document)
    assert words(document) == [f"{word}{FULL} und zu pruefen." for word in first]
    assert [p.page for p in document.passages] == [1, 2, 3]
    assert document.title == "Handbuch"
    assert len(document.page_starts) == 3


def test_a_line_on_both_pages_of_two_is_a_header(make_pdf: MakePdf) -> None:
    pages = [page(n, *lines(f"Absatz {n}: {FULL}", "und zu pruefen.")) for n in (1, 2)]
    assert words(read(PDF, make_pdf(pages))) == [f"Absatz {n}: {FULL} und zu pruefen." for n in (1, 2)]


def test_a_requirements_id_opens_a_paragraph(make_pdf: MakePdf) -> None:
    document = read(PDF, make_pdf([page(1, *lines(f"{FULL} ist zu pruefen.", "REQ-12 Das System muss drucken."))]))
    assert ("REQ-12", "Das System muss drucken.") in [
        (p.locator, document.text[p.start : p.end]) for p in document.passages
    ]


def test_a_paragraph_goes_on_over_the_page(make_pdf: MakePdf, check_invariants: Check) -> None:
    pages = [page(1, *lines(FULL)), page(2, *lines("bis die Frist endet.")), page(3, *lines("Ende der Vorschrift."))]
    document = read(PDF, make_pdf(pages))
    check_invariants(document)
    assert words(document)[0] == f"{FULL} bis die Frist endet."
    assert document.page_of(document.text.index("bis die Frist")) == 2
    assert document.passages[0].page == 1


def test_words_broken_at_the_line_end_are_joined_and_real_hyphens_kept(make_pdf: MakePdf) -> None:
    body = lines(
        "Die Ordnungsmaessigkeit der elektronischen Buecher und sonst erforderlicher Auf-",
        "zeichnungen ist sicherzustellen, auch im DV-System und bei den Zugangs-",
        "und Zugriffsrechten, und sie wird von einem Third-Party-Anbieter in der DV-",
        "Abteilung geprueft.",
    )
    (text,) = words(read(PDF, make_pdf([body])))
    assert "Aufzeichnungen ist" in text
    assert "Zugangs- und Zugriffsrechten" in text
    assert "DV-Abteilung" in text


def test_larger_and_bold_type_makes_headings(make_pdf: MakePdf) -> None:
    body = [
        *heading(780, "1 Zweck"),
        *lines(FULL, "fuer zehn Jahre.", top=755),
        *heading(715, "1.1 Geltung"),
        *lines(f"{FULL}.", top=690),
        (80, 650, "Hinweise", BOLD, 10),
        *lines(f"{FULL}.", top=630),
        *heading(590, "2 Fristen"),
        *lines(f"{FULL}.", top=565),
    ]
    document = read(PDF, make_pdf([body]))
    headings = [p for p in document.passages if p.role is Role.HEADING]
    assert [(document.text[p.start : p.end], p.locator, p.level) for p in headings] == [
        ("Zweck", "1", 1),
        ("Geltung", "1.1", 2),
        ("Hinweise", "1.1", 3),
        ("Fristen", "2", 1),
    ]
    assert [p.path for p in document.passages if p.role is Role.BODY][2] == ("1 Zweck", "1.1 Geltung", "Hinweise")


def test_margin_numbers_count_through_pages_and_headings(make_pdf: MakePdf, check_invariants: Check) -> None:
    pages = []
    for number in range(3):
        body = heading(780, f"{number + 1}. Kapitel der Vorschrift")
        for row in range(4):
            rz, top = number * 4 + row + 1, 750 - 60 * row
            body += [(50, top, str(rz), BODY, 8), *lines(f"Regel {rz}: {FULL[:75]}", "12 Jahre lang.", top=top)]
        pages.append(page(number + 1, *body))
    document = read(PDF, make_pdf(pages))
    check_invariants(document)
    found = [(p.locator, p.page) for p in document.passages if p.role is Role.BODY]
    assert found == [(f"Rz. {rz}", (rz - 1) // 4 + 1) for rz in range(1, 13)]


def test_a_table_of_contents_makes_no_headings(make_pdf: MakePdf) -> None:
    contents = lines(
        "Inhalt",
        "1 Zweck ..................................................... 2",
        "2 Fristen der Aufbewahrung mit einem langen Titel, der umbricht",
        "und weitergeht .............................................. 2",
        "3 Schluss ................................................... 2",
    )
    body = [
        *heading(780, "1 Zweck"),
        *lines(f"{FULL}.", top=755),
        *heading(715, "2 Fristen"),
        *lines(f"{FULL}.", top=690),
    ]
    document = read(PDF, make_pdf([contents, body]))
    assert len(words(document, Role.TOC)) == 5
    assert words(document, Role.HEADING) == ["Zweck", "Fristen"]


def test_cells_side_by_side_are_rows(make_pdf: MakePdf) -> None:
    table = [
        (x, 700 - 20 * row, f"{name}{row}", BODY, 10)
        for row in range(3)
        for x, name in ((80, "Wert "), (300, "Frist "))
    ]
    document = read(PDF, make_pdf([[*lines(f"{FULL}."), *table]]))
    assert words(document, Role.TABLE) == ["Wert 0 | Frist 0", "Wert 1 | Frist 1", "Wert 2 | Frist 2"]


def test_bullets_hang_under_their_lead_in(make_pdf: MakePdf) -> None:
    bullets = [
        (90, 740, "\u2022 alle Belege geordnet", BODY, 10),
        (100, 726, "aufbewahren,", BODY, 10),
        (90, 710, "\u2022 Fristen beachten.", BODY, 10),
    ]
    document = read(PDF, make_pdf([[*lines("Die Buchhaltung muss:"), *bullets, *lines(f"{FULL}.", top=680)]]))
    assert words(document, Role.ITEM) == ["alle Belege geordnet aufbewahren,", "Fristen beachten."]
    assert words(document, Role.LEAD_IN) == ["Die Buchhaltung muss:"]
    assert {p.lead_in for p in document.passages if p.role is Role.ITEM} == {(0, len("Die Buchhaltung muss:"))}


def refused(data: bytes, limits: ReadLimits | None = None) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        read(PDF, data, limits)
    return caught.value


def test_an_encrypted_pdf_is_refused(make_pdf: MakePdf) -> None:
    assert refused(make_pdf([lines(FULL)], encrypt="secret")).code == "encrypted"


@pytest.mark.parametrize(
    "data", [b"", b"%PDF-1.7\n", b"%PDF-1.7\n1 0 obj<<>>endobj trailer<</Root 1 0 R>>", b"\x00" * 99]
)
def test_broken_bytes_are_corrupt(data: bytes) -> None:
    assert refused(data).code == "corrupt"


def test_pages_without_text_are_refused(make_pdf: MakePdf) -> None:
    error = refused(make_pdf([[], []]))
    assert (error.code, error.details) == ("no_text_layer", {"pages": 2})


def test_too_many_pages_are_refused(make_pdf: MakePdf) -> None:
    data = make_pdf([lines(f"{FULL}.")] * 3)
    error = refused(data, ReadLimits(pages=2))
    assert (error.code, error.details) == ("page_cap", {"pages": 3, "limit": 2})
    assert read(PDF, data, ReadLimits(pages=3)).page_starts
