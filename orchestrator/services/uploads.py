"""What may be submitted as a document: checked on the bytes, before anything is stored and without parsing it."""

from __future__ import annotations

import io
import zipfile
from pathlib import PurePath
from typing import Final

import puremagic

from orchestrator.errors import Invalid, TooLarge, Unsupported

PDF: Final = "application/pdf"
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
HTML: Final = "text/html"
MARKDOWN: Final = "text/markdown"
TEXT: Final = "text/plain"

EXTENSIONS: Final = {
    ".pdf": PDF,
    ".docx": DOCX,
    ".html": HTML,
    ".htm": HTML,
    ".xhtml": HTML,
    ".md": MARKDOWN,
    ".markdown": MARKDOWN,
    ".txt": TEXT,
    ".text": TEXT,
}
MEDIA_TYPES: Final = tuple(dict.fromkeys(EXTENSIONS.values()))

MAX_RATIO: Final = 100
"""Most bytes that a DOCX may unpack to for each of its own."""
MAX_UNPACKED: Final = 500_000_000
_RATIO_FROM: Final = 1_000_000
"""Below this unpacked size no ratio is dangerous: small XML packs very well."""
_ALIASES: Final = {"application/xhtml+xml": HTML, "text/x-markdown": MARKDOWN, "application/x-pdf": PDF}
_UNDECLARED: Final = frozenset({"", "application/octet-stream", "binary/octet-stream"})
_ENCRYPTED_DOCX: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
_HEAD: Final = 4096
_PDF_HEAD: Final = 1024
"""A PDF's header may stand behind some other bytes (ISO 32000-1, Annex H.3.4.1)."""
_SURE: Final = 0.4


def accept(file_name: str, data: bytes, declared_media_type: str | None = None) -> str:
    """The document's media type, if its name, its declared type and its content agree.

    Args:
        file_name: as sent; only its extension is looked at.
        data: the whole file.
        declared_media_type: as sent, with or without parameters; None, "" and octet-stream say nothing.

    Raises:
        Unsupported: the extension or the declared type is none that a reader knows.
        Invalid: `empty_document`, `lying_type`, or `zip_ratio`.
    """
    media_type = _claimed(file_name, declared_media_type)
    if not data.strip():
        raise Invalid(f"The document {_shown(file_name)} is empty. Submit a file with text.", code="empty_document")
    if media_type == PDF:
        _expect(b"%PDF-" in data[:_PDF_HEAD], file_name, media_type, data)
    elif media_type == DOCX:
        _check_docx(file_name, data)
    else:
        _check_text(file_name, data, media_type)
    return media_type


def check_size(size: int, limit: int) -> None:
    """Refuses a document of more than `limit` bytes.

    Raises:
        TooLarge: with both sizes in `details`.
    """
    if size > limit:
        raise TooLarge(
            f"The document has {size:,} bytes; the limit is {limit:,}. Split it or remove pictures.",
            details={"bytes": size, "limit": limit},
        )


def _claimed(file_name: str, declared: str | None) -> str:
    """The media type that the name and the declaration agree on."""
    suffix = PurePath(file_name.replace("\\", "/")).suffix.lower()
    stated = (declared or "").partition(";")[0].strip().lower()
    stated = _ALIASES.get(stated, stated)
    if suffix and suffix not in EXTENSIONS:
        raise _unsupported(f"the extension {suffix!r}")
    if stated not in _UNDECLARED and stated not in MEDIA_TYPES:
        raise _unsupported(f"the type {stated[:100]!r}")
    named = EXTENSIONS.get(suffix)
    if named is None and stated in _UNDECLARED:
        raise _unsupported("a name without extension and without a type")
    if named is None or stated in _UNDECLARED or _agree(named, stated):
        return named or stated
    raise Invalid(
        f"The document {_shown(file_name)} is declared as {stated}, but its name says {named}. Send the type it has.",
        code="lying_type",
        details={"declared": stated, "named": named},
    )


def _agree(named: str, stated: str) -> bool:
    """Whether a declared type may go with a name's: many clients send Markdown as plain text."""
    return named == stated or (named == MARKDOWN and stated == TEXT)


def _unsupported(what: str) -> Unsupported:
    known = ", ".join(EXTENSIONS)
    return Unsupported(
        f"A document with {what} cannot be read. Submit one of: {known}.", details={"media_types": list(MEDIA_TYPES)}
    )


def _check_docx(file_name: str, data: bytes) -> None:
    """A DOCX is a zip with a Word document in it; an encrypted one is left to the reader, which says so."""
    if data.startswith(_ENCRYPTED_DOCX):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError):
        entries = []
    names = {entry.filename for entry in entries}
    is_word = "[Content_Types].xml" in names and any(name.startswith("word/") for name in names)
    _expect(is_word, file_name, DOCX, data)
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MAX_UNPACKED or unpacked > max(_RATIO_FROM, MAX_RATIO * len(data)):
        raise Invalid(
            f"The document {_shown(file_name)} unpacks from {len(data):,} to {unpacked:,} bytes, more than is safe. "
            "Save it again without unusual content.",
            code="zip_ratio",
            details={"bytes": len(data), "unpacked_bytes": unpacked, "ratio_limit": MAX_RATIO},
        )


def _check_text(file_name: str, data: bytes, media_type: str) -> None:
    """Text holds no NUL (UTF-16 does and says so by its mark) and does not begin as another format does."""
    is_wide = data.startswith(_UTF16_MARKS)
    _expect(is_wide or b"\x00" not in data, file_name, media_type, data)
    if is_wide:
        text = data.decode("utf-16", errors="replace")
        _expect("\x00" not in text, file_name, media_type, data)
        return
    _expect(not _is_binary(data[:_HEAD]), file_name, media_type, data)
    if media_type == HTML:
        _expect(b"<" in data, file_name, media_type, data)


def _is_binary(head: bytes) -> bool:
    """Whether the first bytes are those of a PDF, an archive, an image or the like."""
    if head.lstrip().startswith((b"%PDF-", b"PK\x03\x04", b"{\\rtf", _ENCRYPTED_DOCX)):
        return True
    controls = sum(byte < 9 or 13 < byte < 27 or 27 < byte < 32 for byte in head)
    return controls * 100 > len(head)


def _expect(holds: bool, file_name: str, media_type: str, data: bytes) -> None:
    if holds:
        return
    found = _guess(data)
    looks = f" It looks like {found}." if found and found != media_type else ""
    raise Invalid(
        f"The content of {_shown(file_name)} is not {media_type}.{looks} Submit the file under the type it has.",
        code="lying_type",
        details={"claimed": media_type} | ({"found": found} if looks else {}),
    )


def _guess(data: bytes) -> str:
    """What the content may be, for the message only; "" if nothing is known of it."""
    try:
        matches = puremagic.magic_string(data[:_HEAD])
    except (puremagic.PureError, ValueError):
        return ""
    best = max(matches, key=lambda match: match.confidence)
    return str(best.mime_type) if best.confidence >= _SURE else ""


def _shown(file_name: str) -> str:
    """The name as it may stand in a message."""
    name = "".join(char for char in file_name if char.isprintable())[:120]
    return repr(name) if name else "without a name"
