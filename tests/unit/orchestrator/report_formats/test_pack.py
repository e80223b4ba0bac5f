"""An audit pack says what it holds, and is not believed when it was changed."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from orchestrator.errors import Invalid
from orchestrator.report_formats import Content, pack
from orchestrator.report_formats.pack_check import check

DOCUMENT = [b"Der ", b"Text."]
NAMES = [
    "document/a__b___c_.txt", "evidence.html", "report.txt", "report.json", "report.html", "report.csv", "report.xlsx",
    "report.reqif", "manifest.json",
]  # fmt: skip


@pytest.fixture
def packed(content: Content, tmp_path: Path) -> Path:
    """A pack on disk."""
    path = tmp_path / "pack.zip"
    path.write_bytes(made(content))
    return path


def made(content: Content) -> bytes:
    known = content.head["document"] | {"sha256": hashlib.sha256(b"".join(DOCUMENT)).hexdigest()}
    whole = replace(content, head={**content.head, "document": known})
    return b"".join(pack.render(whole, lambda: DOCUMENT, {"orchestrator": "1"}))


def rewrite(path: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def test_it_is_intact_and_its_members_stand_in_order(packed: Path) -> None:
    with zipfile.ZipFile(packed) as archive:
        assert archive.namelist() == NAMES
        manifest = json.loads(archive.read("manifest.json"))
        for member in manifest["members"]:
            assert hashlib.sha256(archive.read(member["name"])).hexdigest() == member["sha256"]
    assert manifest["document"]["sha256"] == manifest["members"][0]["sha256"]
    assert manifest["document"]["file_name"] == 'a "b" <c>.txt'
    assert (manifest["requirements"]["total"], manifest["versions"]) == (5, {"orchestrator": "1"})
    found = check(packed)
    assert found.intact
    assert found.sha256 == hashlib.sha256(packed.read_bytes()).hexdigest()


def test_the_same_moment_gives_the_same_bytes(content: Content) -> None:
    assert made(content) == made(content)


def test_changed_missing_and_extra_members_are_named(packed: Path) -> None:
    def change(members: dict[str, bytes]) -> None:
        members["report.csv"] += b"x"
        del members["report.txt"]
        members["notes.txt"] = b"new"

    rewrite(packed, change)

    found = check(packed)
    assert (found.changed, found.missing, found.extra) == (["report.csv"], ["report.txt"], ["notes.txt"])
    assert not found.intact


def test_another_document_is_noticed_even_where_the_manifest_goes_with_it(packed: Path) -> None:
    def change(members: dict[str, bytes]) -> None:
        members[NAMES[0]] = b"Another text."
        manifest = json.loads(members["manifest.json"])
        manifest["members"][0] |= {"sha256": hashlib.sha256(b"Another text.").hexdigest(), "size_bytes": 13}
        members["manifest.json"] = json.dumps(manifest).encode()

    rewrite(packed, change)

    assert check(packed).changed == [NAMES[0]]


def test_a_flipped_bit_in_the_packed_bytes_is_named(packed: Path) -> None:
    with zipfile.ZipFile(packed) as archive:
        at = archive.getinfo("report.json").header_offset + 200
    data = bytearray(packed.read_bytes())
    data[at] ^= 1
    packed.write_bytes(data)

    assert check(packed).changed == ["report.json"]


def test_a_member_that_is_there_twice_is_named(packed: Path) -> None:
    with zipfile.ZipFile(packed, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("report.csv", b"other")

    found = check(packed)
    assert (found.changed, found.extra) == (["report.csv"], ["report.csv"])


def zip_of(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return target.getvalue()


def listing(*names: str, **changes: Any) -> bytes:
    members = [{"name": name, "size_bytes": 1, "sha256": "x"} for name in names]
    return json.dumps({"kind": pack.KIND, "version": 1, "members": members} | changes).encode()


@pytest.mark.parametrize(
    "data",
    [
        b"", b"no zip", zip_of({"a": b"x"}), zip_of({"manifest.json": b"{"}), zip_of({"manifest.json": b"[]"}),
        zip_of({"manifest.json": b"\xff"}), zip_of({"manifest.json": listing(kind="other")}),
        zip_of({"manifest.json": listing(version=2)}), zip_of({"manifest.json": listing(members=[1])}),
        zip_of({"manifest.json": b" " * 6_000_000}), zip_of({str(number): b"" for number in range(101)}),
    ],
    ids=["empty", "no-zip", "no-manifest", "broken", "list", "not-utf8", "kind", "version", "members", "long", "many"],
)  # fmt: skip
def test_what_is_no_pack_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(data)

    with pytest.raises(Invalid):
        check(path)


def test_a_bomb_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", listing("bomb"))
        with archive.open("bomb", "w") as target:
            for _ in range(130):
                target.write(bytes(1_000_000))

    with pytest.raises(Invalid) as refused:
        check(path)
    assert refused.value.code == "zip_ratio"
