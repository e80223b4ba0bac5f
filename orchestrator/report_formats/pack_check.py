"""Whether an audit pack is what was made: every member is read and compared with the manifest. Needs no server."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile, ZipInfo

from orchestrator.errors import Invalid
from orchestrator.report_formats.pack import BLOCK_BYTES, KIND, MANIFEST, VERSION

MOST_MEMBERS = 100
MOST_BYTES = 50_000_000_000
MOST_MANIFEST_BYTES = 5_000_000
MOST_RATIO = 200
"""Of what is unpacked to what is packed, for what unpacks to more than `FREE_BYTES`."""
FREE_BYTES = 100_000_000


@dataclass(frozen=True, slots=True)
class Checked:
    """What an audit pack turned out to be; it is intact where nothing is named.

    Attributes:
        manifest: as it stands in the pack.
        sha256: of the whole file; compare it with the one that was noted when the pack was made.
        changed: members with another content or size than the manifest says.
        missing: members that the manifest lists and the pack lacks.
        extra: members that the manifest does not list, or that are there twice.
    """

    manifest: Mapping[str, Any]
    sha256: str
    changed: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)

    @property
    def intact(self) -> bool:
        """Whether every member is there, once, as it was made."""
        return not (self.changed or self.missing or self.extra)


def check(path: Path) -> Checked:
    """Read a pack to its end and compare it with its manifest.

    Raises:
        Invalid: it cannot be read, is no audit pack, or unpacks to more than any pack does.
    """
    try:
        with ZipFile(path) as archive:
            return _compare(archive, _sha256_of(path))
    except OSError as error:
        raise Invalid(f"Cannot read {path}: {error.strerror or error}.", code="unreadable") from error
    except (BadZipFile, zlib.error, EOFError, ValueError, RuntimeError, NotImplementedError) as error:
        raise Invalid(f"{path} is no audit pack: {error}.", code="no_pack") from error


def _compare(archive: ZipFile, sha256: str) -> Checked:
    entries = archive.infolist()
    if len(entries) > MOST_MEMBERS:
        raise Invalid(
            f"{archive.filename} has {len(entries):,} members, a pack at most {MOST_MEMBERS}.", code="no_pack"
        )
    manifest = _manifest(archive)
    wanted = {str(each["name"]): each for each in manifest["members"]}
    times = Counter(entry.filename for entry in entries)
    extra = [name for name in times if name not in wanted and name != MANIFEST]
    twice = [name for name, count in times.items() if count > 1]
    changed = [name for name, facts in wanted.items() if times[name] and not _same(archive, name, facts)]
    changed += _document_fault(manifest, wanted)
    missing = [name for name in wanted if not times[name]]
    return Checked(manifest, sha256, sorted(set(changed)), missing, sorted({*extra, *twice}))


def _manifest(archive: ZipFile) -> Mapping[str, Any]:
    if MANIFEST not in archive.namelist():
        raise ValueError(f"it has no {MANIFEST}")
    entry = archive.getinfo(MANIFEST)
    data = bytearray()
    for block in _unpacked(archive, entry):
        data += block
        if len(data) > MOST_MANIFEST_BYTES:
            raise ValueError(f"its {MANIFEST} is larger than {MOST_MANIFEST_BYTES:,} bytes")
    manifest = json.loads(data)
    if not isinstance(manifest, dict) or manifest.get("kind") != KIND or not _lists_members(manifest):
        raise ValueError(f"its {MANIFEST} is not that of an audit pack")
    if manifest.get("version") != VERSION:
        raise ValueError(f"its version is {manifest.get('version')}, this program knows {VERSION}")
    return manifest


def _lists_members(manifest: Mapping[str, Any]) -> bool:
    members = manifest.get("members")
    keys = ("name", "size_bytes", "sha256")
    return isinstance(members, list) and all(
        isinstance(each, dict) and all(map(each.get, keys[:1])) for each in members
    )


def _same(archive: ZipFile, name: str, facts: Mapping[str, Any]) -> bool:
    digest, size = hashlib.sha256(), 0
    try:
        for block in _unpacked(archive, archive.getinfo(name)):
            digest.update(block)
            size += len(block)
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        return False
    return digest.hexdigest() == facts.get("sha256") and size == facts.get("size_bytes")


def _document_fault(manifest: Mapping[str, Any], wanted: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The manifest names the document's digest twice: as a member's, and as the job knows it."""
    known = (manifest.get("document") or {}).get("sha256")
    documents = {name: facts.get("sha256") for name, facts in wanted.items() if name.startswith("document/")}
    return [] if list(documents.values()) == [known] else [*documents] or [MANIFEST]


def _unpacked(archive: ZipFile, entry: ZipInfo) -> Iterator[bytes]:
    """The bytes of a member, as long as they are no bomb: what the headers say of sizes is not trusted.

    Raises:
        Invalid: they unpack to too much.
    """
    most = min(MOST_BYTES, max(FREE_BYTES, entry.compress_size * MOST_RATIO))
    size = 0
    with archive.open(entry) as source:
        while block := source.read(BLOCK_BYTES):
            size += len(block)
            if size > most:
                raise Invalid(f"{entry.filename} unpacks to more than {most:,} bytes: not read on.", code="zip_ratio")
            yield block


def _sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
