from __future__ import annotations

import hashlib
import re
import resource
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable
from io import BytesIO

import docx
import pytest

from orchestrator.errors import DocumentError
from workers.creator.documents import read
from workers.creator.documents.bounds import bounded

MEGABYTE = 1_000_000
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LIMITS = (resource.RLIMIT_DATA, resource.RLIMIT_CPU)
STUCK = """
import hashlib
from workers.creator.documents.bounds import bounded
with bounded(10**9, 0.3):
    hashlib.pbkdf2_hmac("sha256", b"", b"", 10**9)
"""


def allocate() -> None:
    bytearray(400 * MEGABYTE)


def loop() -> None:
    while True:
        pass


def backtrack() -> None:
    re.match("(a|aa)+$", "a" * 60 + "b")


@pytest.mark.parametrize(
    ("work", "code"),
    [(allocate, "memory_cap"), (loop, "time_cap"), (backtrack, "time_cap")],
    ids=["memory", "loop", "backtracking"],
)
def test_what_takes_too_much_ends_with_a_code_and_the_limits_are_gone(work: Callable[[], None], code: str) -> None:
    before = [resource.getrlimit(kind) for kind in LIMITS]

    with pytest.raises(DocumentError) as caught, bounded(100 * MEGABYTE, 0.3):
        work()

    assert caught.value.code == code
    assert [resource.getrlimit(kind) for kind in LIMITS] == before
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)
    allocate()


def test_what_stays_within_the_bounds_is_not_touched() -> None:
    with bounded(100 * MEGABYTE, 10):
        assert hashlib.sha256(bytes(10 * MEGABYTE)).digest()


def test_a_document_that_fills_the_memory_is_refused_with_a_code(
    word: docx.document.Document, packed: Callable[[docx.document.Document], bytes]
) -> None:
    """Its tree of elements is far larger than its bytes, which no ratio shows."""
    data = with_body(packed(word), b"<w:p><w:r><w:t>x</w:t></w:r></w:p>" * 300_000)

    with pytest.raises(DocumentError) as caught, bounded(100 * MEGABYTE, 60):
        read(DOCX, data)

    assert caught.value.code in ("memory_cap", "corrupt")


def test_a_library_that_does_not_come_back_is_killed() -> None:
    ended = subprocess.run([sys.executable, "-P", "-c", STUCK], capture_output=True, timeout=60, check=False)  # noqa: S603 - a program of the project
    assert ended.returncode == -signal.SIGXCPU


def with_body(document: bytes, body: bytes) -> bytes:
    """A Word document with this put in front of its body."""
    changed = BytesIO()
    with zipfile.ZipFile(BytesIO(document)) as source, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "word/document.xml":
                content = content.replace(b"<w:body>", b"<w:body>" + body)
            target.writestr(entry.filename, content)
    return changed.getvalue()
