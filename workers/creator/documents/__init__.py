"""Readers: from a file's bytes to canonical text with pages and passages, whatever the format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from orchestrator.domain.document import DocumentText
from orchestrator.errors import DocumentError, Unsupported
from workers.creator.blocks import Draft
from workers.creator.documents.docx import read_docx
from workers.creator.documents.html import read_html
from workers.creator.documents.pdf import read_pdf
from workers.creator.documents.text import decode, read_markdown, read_plain
from workers.creator.language import language_of
from workers.creator.structure import structured

__all__ = ["READER_VERSION", "ReadLimits", "read"]

READER_VERSION: Final = 2
"""Raised when the same bytes would give another canonical text or other passages."""


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """What one document may take.

    Attributes:
        pages: most pages of a PDF.
        characters: longest canonical text.
        unpacked_bytes: most bytes a DOCX may unpack to.
    """

    pages: int = 2_000
    characters: int = 20_000_000
    unpacked_bytes: int = 500_000_000


def read(media_type: str, data: bytes | Path, limits: ReadLimits | None = None) -> DocumentText:
    """The document's canonical text, passages, pages, language and title; equal bytes give an equal result.

    Args:
        media_type: one of `READERS`.
        data: the file's bytes, or where they are.
        limits: what the document may take; the defaults of `ReadLimits` if None.

    Raises:
        DocumentError: `encrypted`, `no_text_layer` (no text at all), `corrupt`, `page_cap` or `text_cap`.
        Unsupported: no reader knows the media type.
    """
    if media_type not in READERS:
        raise Unsupported(f"No reader knows {media_type!r}; known are {', '.join(READERS)}.")
    limits = limits or ReadLimits()
    draft = READERS[media_type](data.read_bytes() if isinstance(data, Path) else data, limits)
    _check(draft, limits)
    document = structured(draft, language_of(" ".join(block.text for block in draft.blocks[:_LANGUAGE_BLOCKS])))
    if not document.passages:
        raise DocumentError("The document holds no text. Submit one with text in it.", code="no_text_layer")
    return document


_LANGUAGE_BLOCKS: Final = 400


def _check(draft: Draft, limits: ReadLimits) -> None:
    _check_length(sum(len(block.text) for block in draft.blocks), limits)


def _sized(data: bytes, limits: ReadLimits) -> bytes:
    """The bytes of a text file, if it is no longer than its text may be: known before its lines are looked at."""
    if len(data) > limits.characters:
        _check_length(len(decode(data)), limits)
    return data


def _check_length(length: int, limits: ReadLimits) -> None:
    if length > limits.characters:
        raise DocumentError(
            f"The document's text has {length:,} characters; the limit is {limits.characters:,}. Split the document.",
            code="text_cap",
            details={"characters": length, "limit": limits.characters},
        )


READERS: Final[dict[str, Callable[[bytes, ReadLimits], Draft]]] = {
    "application/pdf": lambda data, limits: read_pdf(data, limits.pages),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": lambda data, limits: read_docx(
        data, limits.unpacked_bytes
    ),
    "text/html": lambda data, limits: read_html(data),
    "text/markdown": lambda data, limits: read_markdown(_sized(data, limits)),
    "text/plain": lambda data, limits: read_plain(_sized(data, limits)),
}
