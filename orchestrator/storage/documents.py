"""Documents: the bytes once per content, and what a reader made of them once per version."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from uuid import UUID, uuid4

from sqlalchemy import func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from orchestrator.storage.models import Document, DocumentChunk

CHUNK_BYTES = 1_000_000


def store(session: Session, data: bytes) -> Document:
    """Store the bytes, or find the document that has them already; two at once give one document."""
    digest = hashlib.sha256(data).hexdigest()
    row = {"id": uuid4(), "sha256": digest, "size_bytes": len(data)}
    statement = upsert(Document).values(row).on_conflict_do_nothing(index_elements=["sha256"]).returning(Document)
    document = session.scalars(statement).one_or_none()
    if document is None:
        return by_sha256(session, digest)
    for number, start in enumerate(range(0, len(data), CHUNK_BYTES)):
        chunk = {"document_id": document.id, "number": number, "data": data[start : start + CHUNK_BYTES]}
        session.execute(insert(DocumentChunk), chunk)
    return document


def by_sha256(session: Session, digest: str) -> Document:
    """The stored document with this content."""
    return session.scalars(select(Document).where(Document.sha256 == digest)).one()


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
