"""A submission without a file."""

from __future__ import annotations

import pytest

from orchestrator.domain.submission import name_for, prompt_as_document


def test_prompt_and_text_become_the_document_and_the_rest_stays() -> None:
    assert prompt_as_document("Ask.", {"text": "Words.", "case": 1}) == ("Ask.\n\nWords.\n", {"case": 1})
    assert prompt_as_document("Ask.", {"case": 1}) == ("Ask.\n", {"case": 1})
    assert prompt_as_document("Ask.", {"text": ""}) == ("Ask.\n", {})


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"%PDF-1.7\n", "document.pdf"),
        (b"PK\x03\x04...", "document.docx"),
        (b"\xef\xbb\xbf\n <!DOCTYPE html><html>", "document.html"),
        (b"<HTML>", "document.html"),
        (b"# Title", "document.txt"),
        (b"", "document.txt"),
    ],
)
def test_bytes_without_a_name_get_one(data: bytes, name: str) -> None:
    assert name_for(data) == name
