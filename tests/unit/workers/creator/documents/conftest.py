from __future__ import annotations

import io
from collections.abc import Callable, Sequence

import docx
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from orchestrator.domain.document import DocumentText

Placed = tuple[float, float, str, str, float]
"""x, y, text, font, size of a piece of text on a page."""
MakePdf = Callable[..., bytes]


@pytest.fixture(scope="session")
def make_pdf() -> MakePdf:
    """`make_pdf(pages, title="", encrypt=None)` builds a PDF from placed pieces of text."""

    def make(pages: Sequence[Sequence[Placed]], title: str = "", encrypt: str | None = None) -> bytes:
        buffer = io.BytesIO()
        canvas = Canvas(buffer, pagesize=A4, encrypt=encrypt, invariant=1)
        canvas.setTitle(title)
        for page in pages:
            for x, y, text, font, size in page:
                canvas.setFont(font, size)
                canvas.drawString(x, y, text)
            canvas.showPage()
        canvas.save()
        return buffer.getvalue()

    return make


@pytest.fixture
def word() -> docx.document.Document:
    """An empty Word document with the default styles."""
    return docx.Document()


@pytest.fixture(scope="session")
def packed() -> Callable[[docx.document.Document], bytes]:
    """The bytes of a Word document."""

    def pack(document: docx.document.Document) -> bytes:
        buffer = io.BytesIO()
        document.save(buffer)
        return buffer.getvalue()

    return pack


@pytest.fixture(scope="session")
def check_invariants() -> Callable[[DocumentText], None]:
    """Asserts what holds for every document that was read."""

    def check(document: DocumentText) -> None:
        text = document.text
        end = 0
        for passage in document.passages:
            words = text[passage.start : passage.end]
            assert end <= passage.start < passage.end <= len(text)
            assert words == words.strip()
            assert words
            assert passage.page == document.page_of(passage.start)
            if passage.lead_in:
                assert 0 <= passage.lead_in[0] < passage.lead_in[1] <= passage.start
            end = passage.end
        assert list(document.page_starts) == sorted(document.page_starts)
        assert document.language in ("de", "en")

    return check
