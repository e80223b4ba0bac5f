"""Documents: the bytes once per content, and what a reader made of them once per version."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from uuid import UUID, uuid4

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from orchestrator.errors import Unavailable
from orchestrator.storage.models import Document, DocumentChunk, Job

CHUNK_BYTES = 1_000_000
TRIES = 5
"""How often a document is stored anew that goes just then: it makes room for itself."""


def store(session: Session, data: bytes) -> Document:
    """Store the bytes, or find the document that has them already; two at once give one document.

    It is neither deleted nor redacted before the end of this transaction; one that was redacted gets its bytes back.
    """
    digest = hashlib.sha256(data).hexdigest()
    row = {"id": uuid4(), "sha256": digest, "size_bytes": len(data)}
    statement = upsert(Document).values(row).on_conflict_do_nothing(index_elements=["sha256"]).returning(Document)
    for _ in range(TRIES):
        if (document := session.scalars(statement).one_or_none()) is not None:
            _add_chunks(session, document.id, data)
            return document
        if (document := _held(session, digest)) is not None:
            if document.redacted_at is not None:
                _restore(session, document, data)
            return document
    raise Unavailable("The document was deleted while it was stored, again and again. Send it again.")


def _restore(session: Session, document: Document, data: bytes) -> None:
    """Of two at once, the one that clears the mark adds the bytes."""
    mark = update(Document).where(Document.id == document.id, Document.redacted_at.is_not(None))
    if session.execute(mark.values(redacted_at=None)).rowcount:  # type: ignore[attr-defined]
        _add_chunks(session, document.id, data)
    session.refresh(document)


def _add_chunks(session: Session, document_id: UUID, data: bytes) -> None:
    for number, start in enumerate(range(0, len(data), CHUNK_BYTES)):
        chunk = {"document_id": document_id, "number": number, "data": data[start : start + CHUNK_BYTES]}
        session.execute(insert(DocumentChunk), chunk)


def _held(session: Session, digest: str) -> Document | None:
    """The document with this content, kept from being deleted or redacted until the end of the transaction."""
    found = select(Document).where(Document.sha256 == digest).with_for_update(read=True, key_share=True)
    return session.scalars(found.execution_options(populate_existing=True)).one_or_none()


def by_sha256(session: Session, digest: str) -> Document:
    """The stored document with this content."""
    return session.scalars(select(Document).where(Document.sha256 == digest)).one()


def lock_of(session: Session, job_id: UUID) -> UUID | None:
    """Lock a job's document against submissions that would use it; its id, None where there is no such job."""
    joined = select(Document.id).join(Job, Job.document_id == Document.id).where(Job.id == job_id)
    return session.scalars(joined.with_for_update(of=Document)).one_or_none()


def drop_unused(session: Session, document_id: UUID) -> None:
    """Delete a document that no job has; the caller holds its lock."""
    used = select(Job.id).where(Job.document_id == document_id).exists()
    session.execute(delete(Document).where(Document.id == document_id, ~used))


def find(session: Session, document_id: UUID) -> Document | None:
    """The document with this id."""
    return session.get(Document, document_id)


def content(session: Session, document_id: UUID) -> bytes:
    """All bytes of a document; empty where there is none."""
    return b"".join(stream(session, document_id))


def stream(session: Session, document_id: UUID) -> Iterator[bytes]:
    """The bytes of a document, a chunk of at most 1 MB at a time, each read when it is asked for."""
    number = 0
    while (data := chunk(session, document_id, number)) is not None:
        yield data
        number += 1


def chunk(session: Session, document_id: UUID, number: int) -> bytes | None:
    """One chunk of a document, counted from 0; None after the last."""
    statement = select(DocumentChunk.data).where(
        DocumentChunk.document_id == document_id, DocumentChunk.number == number
    )
    return session.scalars(statement).one_or_none()


def count(session: Session) -> int:
    """How many documents are stored."""
    return session.scalars(select(func.count()).select_from(Document)).one()
