"""Documents: their bytes, and what was read out of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from orchestrator.storage.models.declaration import EMPTY_LIST, NOW, Base


class Document(Base):
    """The bytes of a document, once per content. File name and media type belong to the job."""

    __tablename__ = "documents"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    sha256: Mapped[str] = mapped_column(unique=True)
    size_bytes: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    redacted_at: Mapped[datetime | None]
    """When its bytes were deleted; NULL again once they were sent anew."""


class DocumentChunk(Base):
    """At most 1 MB of a document, so that reading one never holds it all."""

    __tablename__ = "document_chunks"

    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    data: Mapped[bytes]


class DocumentText(Base):
    """What one version of the reader made of a document; written once and pinned by each job."""

    __tablename__ = "document_texts"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"))
    reader_version: Mapped[str]
    media_type: Mapped[str]
    language: Mapped[str]
    title: Mapped[str | None]
    text: Mapped[str]
    page_starts: Mapped[list[Any]] = mapped_column(server_default=EMPTY_LIST)
    passages: Mapped[list[Any]]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)

    __table_args__ = (UniqueConstraint("document_id", "reader_version", "media_type"),)
