"""Documents made to do harm: each is refused, fails with a code, or is read as text; nothing else suffers."""

from __future__ import annotations

import io
import os
import signal
import socket
import zipfile
from typing import Any

import docx
from reportlab.pdfgen.canvas import Canvas

from orchestrator.domain.submission import Submission, Upload
from orchestrator.errors import Invalid

READ = "read"
DUTY = "The operator shall log every access."
PREFIX = b'<?xml version="1.0"?>'
LAUGHS = b'<!DOCTYPE x [<!ENTITY a0 "lol">%s]>' % b"".join(
    b'<!ENTITY a%d "%s">' % (level, b"&a%d;" % (level - 1) * 10) for level in range(1, 12)
)
SECRET = b'<!DOCTYPE x [<!ENTITY a11 SYSTEM "file:///etc/passwd">]>'


def word(doctype: bytes = b"", **parts: bytes) -> bytes:
    """A Word document; with a doctype, its body names the entity `a11`. `parts` have "__" for "/" in their names."""
    made = docx.Document()
    made.add_paragraph(DUTY)
    plain, changed = io.BytesIO(), io.BytesIO()
    made.save(plain)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "word/document.xml" and doctype:
                body = content[content.index(b"<w:document") :].replace(b"<w:t>", b"<w:t>&a11;", 1)
                content = PREFIX + doctype + body
            target.writestr(entry.filename, content)
        for name, content in parts.items():
            target.writestr(name.replace("__", "/"), content)
    return changed.getvalue()


def calls_out(port: int) -> bytes:
    """A Word document with a template on another server."""
    made = docx.Document()
    made.add_paragraph(DUTY)
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate"
    made.part.relate_to(f"http://127.0.0.1:{port}/template", kind, is_external=True)
    packed = io.BytesIO()
    made.save(packed)
    return packed.getvalue()


def pdf(encrypt: str | None = None) -> bytes:
    packed = io.BytesIO()
    canvas = Canvas(packed, encrypt=encrypt, pageCompression=0, invariant=1)
    canvas.drawString(80, 700, DUTY)
    canvas.showPage()
    canvas.save()
    return packed.getvalue()


def many_pages() -> bytes:
    """A PDF whose tree says that it has two thousand million pages, and leads back to itself."""
    return pdf().replace(b"/Count 1 ", b"/Count 2000000000 ").replace(b"/Kids [ ", b"/Kids [ 4 0 R 4 0 R ")


def corpus(port: int) -> dict[str, tuple[bytes, set[str]]]:
    """File name -> content, and what may become of it."""
    inner = word()
    return {
        "bomb.docx": (word(word__media__x=b"0" * 60_000_000), {"zip_ratio"}),
        "outside.docx": (word(**{"..__..__..__evil.txt": b"x", "__evil.txt": b"x"}), {READ, "corrupt"}),
        "laughs.docx": (word(LAUGHS), {READ, "corrupt", "no_text_layer"}),
        "secret.docx": (word(SECRET), {READ, "corrupt", "no_text_layer"}),
        "nested.docx": (word(word__embeddings__a=word(word__embeddings__b=inner)), {READ}),
        "caller.docx": (calls_out(port), {READ}),
        "cut.pdf": (pdf()[:300], {"corrupt"}),
        "pages.pdf": (many_pages(), {"corrupt", "page_cap", "no_text_layer", READ}),
        "locked.pdf": (pdf("secret"), {"encrypted"}),
        "deep.html": (b"<div>" * 10_000 + DUTY.encode(), {READ}),
        "deep.docx": (word(word__x=b"<x>" * 10_000), {READ, "corrupt"}),
        "picture.txt": (b"\x89PNG\r\n\x1a\n" + bytes(200), {"lying_type"}),
        "nul.txt": (DUTY.encode() + b"\x00", {"lying_type"}),
        "bidi.txt": ("\u202e\u2066\ufeff".encode() + b"\xed\xa0\x80 " + DUTY.encode(), {READ}),
        "line.txt": (b"must " * 9_990_000, {"text_cap"}),
        "brackets.md": (b"(" * 100_000 + b"[" * 100_000 + b"**a" * 50_000, {READ, "time_cap"}),
    }


def submit(fleet: Any, name: str, content: bytes) -> Any:
    """The job's id, or the code of the refusal."""
    wish = Submission(owner="test", prompt="Duties?", correlation_id="test", document=Upload(name, content))
    try:
        return fleet.orchestrator.job_manager.submit(wish).job.id
    except Invalid as refused:
        return refused.code


def outcome(fleet: Any, job: Any) -> str:
    """What became of a document that was not refused: its creator is done, or the job failed with a code."""
    statement = (
        "SELECT CASE WHEN status = 'failed' THEN error_details->>'code' ELSE 'read' END FROM jobs "
        "WHERE id = :id AND (status = 'failed' OR creator_status = 'completed')"
    )
    return str(fleet.wait(lambda: fleet.rows(statement, id=job), 90)[0][0])


def test_hostile_documents_harm_nobody_and_poison_dies(fleet: Any) -> None:
    fleet.environment["ORCHESTRATOR_LEASE_S"] = "30"  # a parser that is busy in C keeps its heartbeat from beating
    fleet.start("beat")
    worker = fleet.worker("creator", concurrency=2, ORCHESTRATOR_DOCUMENT_CPU_S="20")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        documents = corpus(listening.getsockname()[1])
        given = {name: submit(fleet, name, content) for name, (content, _) in documents.items()}
        ends = {name: job if isinstance(job, str) else outcome(fleet, job) for name, job in given.items()}
        called = True
        try:
            listening.accept()
        except BlockingIOError:
            called = False

    assert {name: end for name, end in ends.items() if end not in documents[name][1]} == {}
    assert not called
    texts = fleet.rows("SELECT text FROM document_texts")
    assert texts
    assert not [row.text for row in texts if "root:" in row.text or row.text.count("lol") > 100]
    assert fleet.scalar("SELECT coalesce(max(crash_count), 0) FROM steps") == 0
    assert worker.poll() is None

    (fleet.failpoints / "before_parse.read").touch()
    poison = submit(fleet, "poison.txt", b"Nobody shall crash.")
    for _ in range(3):
        pid = fleet.held_at("before_parse.read")
        (fleet.failpoints / "before_parse.read").touch()  # before another one may take the step over
        os.kill(pid, signal.SIGKILL)
        (fleet.failpoints / f"before_parse.read.{pid}").unlink()
        crashes = fleet.scalar("SELECT crash_count FROM steps WHERE job_id = :id AND kind = 'read'", id=poison)
        assert crashes <= 3
    (fleet.failpoints / "before_parse.read").unlink(missing_ok=True)
    assert outcome(fleet, poison) == "poison"
    details = fleet.scalar("SELECT error_details FROM jobs WHERE id = :id", id=poison)
    assert (details["class"], details["crashes"], details["kind"]) == ("crash", 3, "read")
    assert outcome(fleet, submit(fleet, "healthy.txt", DUTY.encode())) == READ
