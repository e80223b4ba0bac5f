"""The audit pack: a zip of all formats, the document, the evidence and a list of what must be in it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from tempfile import TemporaryFile
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from orchestrator.domain.report import EXTENSIONS, FORMATS
from orchestrator.report_formats import RENDERERS, evidence
from orchestrator.report_formats.content import Content

MANIFEST = "manifest.json"
KIND = "requirement-orchestrator audit pack"
VERSION = 1
BLOCK_BYTES = 256 * 1024

Member = tuple[str, Callable[[], Iterable[bytes]]]


def render(content: Content, document: Callable[[], Iterable[bytes]], versions: Mapping[str, str]) -> Iterator[bytes]:
    """The zip, through a temporary file; its members have a fixed order and the time at which the content was read.

    Args:
        content: one moment of the job.
        document: its bytes as they were submitted.
        versions: of what made it, for the manifest.
    """
    with TemporaryFile(prefix="pack-") as file:
        with ZipFile(file, "w", ZIP_DEFLATED) as archive:
            made_at = content.head["made_at"]
            members = [_add(archive, member, made_at) for member in _members(content, document)]
            listed = json.dumps(_manifest(content, versions, members), ensure_ascii=False, indent=2, default=str)
            _add(archive, (MANIFEST, lambda: [f"{listed}\n".encode()]), made_at)
        file.seek(0)
        while block := file.read(BLOCK_BYTES):
            yield block


def _members(content: Content, document: Callable[[], Iterable[bytes]]) -> Iterator[Member]:
    yield f"document/{_safe(content.head['document']['file_name'])}", document
    yield "evidence.html", lambda: evidence.render(content)
    for name in FORMATS:
        yield f"report.{EXTENSIONS[name]}", lambda name=name: RENDERERS[name](content)  # type: ignore[misc]


def _safe(file_name: str) -> str:
    """A name that every system can unpack; the manifest has the document's own."""
    return re.sub(r"[^\w.-]|^\.+", "_", file_name)[-100:] or "document"


def _add(archive: ZipFile, member: Member, made_at: datetime) -> dict[str, Any]:
    name, blocks = member
    entry = ZipInfo(name, made_at.timetuple()[:6])
    entry.compress_type = ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    digest, size = hashlib.sha256(), 0
    with archive.open(entry, "w", force_zip64=True) as target:
        for block in blocks():
            target.write(block)
            digest.update(block)
            size += len(block)
    return {"name": name, "size_bytes": size, "sha256": digest.hexdigest()}


def _manifest(content: Content, versions: Mapping[str, str], members: list[dict[str, Any]]) -> dict[str, Any]:
    head = content.head
    return {
        "kind": KIND,
        "version": VERSION,
        "made_at": head["made_at"].isoformat(),
        "job": {name: _plain(value) for name, value in head["job"].items()},
        "document": dict(head["document"]),
        "prompt": head["prompt"]["text"],
        "versions": dict(versions),
        "requirements": head["summary"],
        "members": members,
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
