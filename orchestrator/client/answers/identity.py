"""Keys, and the audit log."""

from __future__ import annotations

from typing import Any, TypedDict


class Key(TypedDict):
    """A key without its secret. `state` is valid, expired or revoked."""

    id: str
    name: str
    owner: str
    role: str
    state: str
    created_at: str
    created_by: str | None
    expires_at: str | None
    revoked_at: str | None
    last_used_at: str | None
    previous_until: str | None


class MadeKey(Key):
    """A key with its plain text, which is shown this one time."""

    key: str


class AuditEntry(TypedDict):
    """A call that changed something or was refused; `number` equal refusals make one row."""

    id: int
    at: str
    actor: str | None
    role: str | None
    key_id: str | None
    method: str
    route: str
    target: str | None
    outcome: str
    http_status: int | None
    code: str | None
    request_id: str | None
    address: str | None
    number: int
    changes: list[dict[str, Any]]
    position: int | None
    hash: str | None


class ChainFault(TypedDict):
    """What is wrong with the audit log, and where."""

    position: int
    entry_id: int | None
    detail: str


class Verified(TypedDict):
    """What a look at a part of the audit log's chain found, or at all of it."""

    checked: int
    after: int
    complete: bool
    head_position: int
    head_hash: str
    unchained: int
    faults: list[ChainFault]
