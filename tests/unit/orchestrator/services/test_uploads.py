from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.errors import Invalid, TooLarge, Unsupported
from orchestrator.services.uploads import (
    DOCX,
    HTML,
    MARKDOWN,
    MEDIA_TYPES,
    PDF,
    TEXT,
    accept,
    check_size,
)


def zipped(**parts: bytes) -> bytes:
    """A zip whose names have "__" for "/"; without the time, so that all test processes name their tests alike."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name.replace("__", "/")), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def word(content: bytes = b"<w:document/>") -> bytes:
    return zipped(**{"[Content_Types].xml": b"<Types/>", "word__document.xml": content})


PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 40


@pytest.mark.parametrize(
    ("name", "data", "declared", "expected"),
    [
        ("a.pdf", b"%PDF-1.7\n...", "application/pdf", PDF),
        ("A.PDF", b"junk\n%PDF-1.4", "application/octet-stream", PDF),
        ("a.docx", word(), None, DOCX),
        ("locked.docx", OLE, None, DOCX),
        ("a.html", b"<p>x</p>", "text/html; charset=utf-8", HTML),
        ("a.htm", b"<p>x</p>", "application/xhtml+xml", HTML),
        ("a.md", b"# T", "text/plain", MARKDOWN),
        ("a.markdown", b"# T", "text/x-markdown", MARKDOWN),
        ("C:\\texts\\a.txt", "Prüfung".encode("cp1252"), "text/plain", TEXT),
        ("a.txt", "Prüfung".encode("utf-16"), "", TEXT),
        ("", b"text", "text/plain", TEXT),
        ("no-extension", b"%PDF-1.7", "application/pdf", PDF),
    ],
)
def test_what_agrees_is_accepted(name: str, data: bytes, declared: str | None, expected: str) -> None:
    assert accept(name, data, declared) == expected


@pytest.mark.parametrize(
    ("name", "declared"),
    [("a.exe", None), ("a.doc", "application/msword"), ("a.pdf", "image/png"), ("a", None), ("", "")],
)
def test_unknown_types_are_unsupported_and_the_known_ones_named(name: str, declared: str | None) -> None:
    with pytest.raises(Unsupported, match=r"\.docx") as caught:
        accept(name, b"x", declared)
    assert caught.value.details["media_types"] == list(MEDIA_TYPES)


def code(name: str, data: bytes, declared: str | None = None) -> str:
    with pytest.raises(Invalid) as caught:
        accept(name, data, declared)
    return caught.value.code


@pytest.mark.parametrize("data", [b"", b" \n\t"])
@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.html", "a.md", "a.txt"])
def test_nothing_is_an_empty_document(name: str, data: bytes) -> None:
    assert code(name, data) == "empty_document"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.pdf", b"plain words"),
        ("a.pdf", word()),
        ("a.docx", b"%PDF-1.7"),
        ("a.docx", b"PK\x03\x04broken"),
        ("a.docx", zipped(xl__workbook=b"<x/>")),
        ("a.txt", PNG),
        ("a.txt", b"text with \x00 in it"),
        ("a.txt", "text with \x00 in it".encode("utf-16")),
        ("a.md", b"%PDF-1.7"),
        ("a.md", b"{\\rtf1 x}"),
        ("a.txt", OLE),
        ("a.html", b"no markup at all"),
        ("a.html", word()),
        ("a.txt", bytes(range(1, 9)) * 20),
    ],
)
def test_content_of_another_type_is_a_lie(name: str, data: bytes) -> None:
    assert code(name, data) == "lying_type"


def test_a_name_and_a_declaration_that_disagree_are_a_lie() -> None:
    assert code("a.pdf", b"%PDF-1.7", "text/plain") == "lying_type"


def test_the_message_says_what_it_looks_like() -> None:
    with pytest.raises(Invalid, match="It looks like image/png") as caught:
        accept("scan\x00.txt", PNG)
    assert caught.value.details == {"claimed": TEXT, "found": "image/png"}
    assert "\x00" not in str(caught.value)


def test_a_bomb_is_refused_and_small_dense_files_are_not() -> None:
    assert code("bomb.docx", word(b"a" * 5_000_000)) == "zip_ratio"
    assert accept("dense.docx", word(b"a" * 500_000)) == DOCX


def test_size() -> None:
    check_size(10, 10)
    with pytest.raises(TooLarge) as caught:
        check_size(11, 10)
    assert caught.value.details == {"bytes": 11, "limit": 10}


@given(
    st.text(max_size=20),
    st.sampled_from(["", ".pdf", ".docx", ".html", ".md", ".txt", ".x"]),
    st.one_of(st.binary(max_size=80), st.binary(max_size=60).map(lambda tail: b"PK\x03\x04" + tail)),
    st.one_of(st.none(), st.text(max_size=20), st.sampled_from(MEDIA_TYPES)),
)
def test_anything_is_accepted_or_invalid(name: str, suffix: str, data: bytes, declared: str | None) -> None:
    try:
        outcome = accept(name + suffix, data, declared)
    except Invalid as error:
        outcome = error.code
    assert outcome in (*MEDIA_TYPES, "unsupported_type", "empty_document", "lying_type", "zip_ratio")
