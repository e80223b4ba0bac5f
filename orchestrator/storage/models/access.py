"""Who may do what, and who did."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Identity, Index, LargeBinary, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from orchestrator.storage.models.declaration import EMPTY_LIST, NOW, Base, one_of


class ApiKey(Base):
    """A key is stored as the SHA-256 of its secret; `id` is the public part within the key.

    After a rotation the secret before it is valid until `previous_until`.
    """

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    owner: Mapped[str]
    role: Mapped[str]
    secret_sha256: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    created_by: Mapped[str | None]
    previous_sha256: Mapped[str | None]
    previous_until: Mapped[datetime | None]

    __table_args__ = (one_of("role", "viewer", "operator", "admin"),)


class AuditEntry(Base):
    """Who did what, or was refused it. Only `position` and `hash` are ever set later, once: they chain the rows.

    `number` is how many equal refusals the row stands for; `changes` are {kind, id, before, after}.
    """

    __tablename__ = "audit_log"

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(server_default=NOW)
    actor: Mapped[str | None]
    role: Mapped[str | None]
    key_id: Mapped[str | None]
    method: Mapped[str]
    route: Mapped[str]
    target: Mapped[str | None]
    outcome: Mapped[str]
    http_status: Mapped[int | None]
    code: Mapped[str | None]
    request_id: Mapped[str | None]
    address: Mapped[str | None]
    number: Mapped[int] = mapped_column(server_default=text("1"))
    changes: Mapped[list[Any]] = mapped_column(server_default=EMPTY_LIST)
    position: Mapped[int | None] = mapped_column(unique=True)
    hash: Mapped[str | None]

    __table_args__ = (
        one_of("outcome", "done", "refused", "failed"),
        Index("ix_audit_log_unchained", "id", postgresql_where=text("position IS NULL")),
    )


class IdempotencyKey(Base):
    """A request that was done, and its answer for those who send it again."""

    __tablename__ = "idempotency_keys"

    principal: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[str]
    status: Mapped[int | None] = mapped_column(SmallInteger)
    headers: Mapped[dict[str, Any] | None]
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(server_default=NOW)
    expires_at: Mapped[datetime] = mapped_column(index=True)
